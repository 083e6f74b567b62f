package dev.penny.cli;

import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Tells when the user presses Ctrl-C, or when somebody else ends the process: {@code kill}, {@code timeout}, a terminal that is closed. A
 * signal that whoever started the process has it ignore, as {@code nohup} does, stays ignored. A shutdown hook would come too late for a clean end: GraalVM has one too, which closes the engine
 * under the tasks at the same time.
 */
final class Interrupts implements AutoCloseable {

    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");
    /** A shell reports a process that a signal has ended with this and the number of the signal. */
    private static final int EXIT_CODE_BASE = 128;

    private final Map<String, Object> previous = new LinkedHashMap<>();
    private volatile IntConsumer action;

    private Interrupts(IntConsumer action) {
        this.action = action;
        Object handler = handlerOf();
        for (String signal : SIGNALS) {
            previous.put(signal, handle(signal, handler));
        }
    }

    /** Calls {@code action} with the exit code of the signal, on a thread of its own, for each signal until closed. */
    static Interrupts listen(IntConsumer action) {
        return new Interrupts(action);
    }

    /** From now on calls this. */
    void replace(IntConsumer next) {
        action = next;
    }

    @Override
    public void close() {
        previous.forEach(Interrupts::handle);
    }

    // Reflection: javac warns about sun.misc.Signal and has no switch for it, and warnings are errors here. There is no other API.
    private Object handlerOf() {
        try {
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            return Proxy.newProxyInstance(Interrupts.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                switch (method.getName()) {
                    case "handle" -> action.accept(EXIT_CODE_BASE + (int) arguments[0].getClass().getMethod("getNumber").invoke(arguments[0]));
                    case "equals" -> {
                        return proxy == arguments[0];
                    }
                    case "hashCode" -> {
                        return System.identityHashCode(proxy);
                    }
                    default -> {
                        return "signal handler of penny";
                    }
                }
                return null;
            });
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no sun.misc.SignalHandler: module jdk.unsupported is missing", e);
        }
    }

    private static Object handle(String name, Object handler) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            return signal.getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"))
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM lets nobody handle signal " + name, e);
        }
    }
}
