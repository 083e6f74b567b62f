package dev.penny.cli;

import java.lang.reflect.Proxy;

/**
 * Tells when the user presses Ctrl-C. A shutdown hook would come too late for a clean end: GraalVM has one too, which closes the engine
 * under the tasks at the same time.
 */
final class Interrupts implements AutoCloseable {

    private static final String SIGNAL = "INT";

    private final Object previous;
    private volatile Runnable action;

    private Interrupts(Runnable action) {
        this.action = action;
        this.previous = handle(handlerOf(() -> this.action.run()));
    }

    /** Calls {@code action} on a thread of its own for each Ctrl-C until closed. */
    static Interrupts listen(Runnable action) {
        return new Interrupts(action);
    }

    /** From now on calls this. */
    void replace(Runnable next) {
        action = next;
    }

    @Override
    public void close() {
        handle(previous);
    }

    // Reflection: javac warns about sun.misc.Signal and has no switch for it, and warnings are errors here. There is no other API.
    private static Object handlerOf(Runnable action) {
        try {
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            return Proxy.newProxyInstance(Interrupts.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                switch (method.getName()) {
                    case "handle" -> action.run();
                    case "equals" -> {
                        return proxy == arguments[0];
                    }
                    case "hashCode" -> {
                        return System.identityHashCode(proxy);
                    }
                    default -> {
                        return "Ctrl-C handler of penny";
                    }
                }
                return null;
            });
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no sun.misc.SignalHandler: module jdk.unsupported is missing", e);
        }
    }

    private static Object handle(Object handler) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            return signal.getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"))
                    .invoke(null, signal.getConstructor(String.class).newInstance(SIGNAL), handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM lets nobody handle signal " + SIGNAL, e);
        }
    }
}
