package dev.penny.internal.engine;

/** Ends things one after the other, also when ending one of them fails: nobody shall wait for ever for those behind it. */
final class Ending {

    private Ending() { }

    /** Takes all steps, then throws what the first of them threw that failed; what others threw is suppressed in it. */
    static void inOrder(Runnable... steps) {
        Throwable first = null;
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        switch (first) {
            case null -> { }
            case RuntimeException failure -> throw failure;
            case Error failure -> throw failure;
            default -> throw new IllegalStateException(first);
        }
    }
}
