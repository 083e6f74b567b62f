package dev.penny.internal.backend;

/** Waits that an interrupt cannot cut short; the interrupt is restored afterwards. */
final class Uninterruptibly {

    private Uninterruptibly() { }

    /** A blocking call that may be repeated. */
    interface Wait {
        void await() throws InterruptedException;
    }

    static void run(Wait wait) {
        boolean interrupted = false;
        try {
            for (;;) {
                try {
                    wait.await();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
