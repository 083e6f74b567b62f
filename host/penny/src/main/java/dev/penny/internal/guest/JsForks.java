package dev.penny.internal.guest;

import dev.penny.api.PennyException;
import dev.penny.api.Signature;
import dev.penny.api.TaskFailedException;
import dev.penny.api.ValueType;
import dev.penny.internal.core.TaskForks;
import dev.penny.internal.core.WorkerLink;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyArray;
import org.graalvm.polyglot.proxy.ProxyExecutable;
import org.graalvm.polyglot.proxy.ProxyObject;

/**
 * The host side of {@code penny.join}, {@code penny.all} and {@code penny.graph} in one context; {@code penny-fork.js} is the other side.
 *
 * <p><b>Threads:</b> the one that uses the context.
 */
final class JsForks {

    /** Shared by all contexts, so that they share code. */
    static final Source SCRIPT = script();

    private static final Pattern ERROR = Pattern.compile("(\\w*Error): (.*)", Pattern.DOTALL);
    private static final int NONE = 0;

    private final String module;
    private final List<TaskForks.Target> targets = new ArrayList<>();
    private final Map<Integer, TaskForks.Given> given = new HashMap<>();
    private Optional<WorkerLink> worker = Optional.empty();
    /** Children of {@code penny.all} that the running task has left to the host. */
    private ArrayDeque<Later> laters = new ArrayDeque<>(0);
    private int lastHandle;
    private int waits;
    private Value lastError;
    private PennyException lastFailure;

    JsForks(String module) {
        this.module = module;
    }

    /** @param settle takes the answer */
    private record Later(TaskForks.Given given, Value settle) { }

    private static Source script() {
        try (InputStream in = JsForks.class.getResourceAsStream("penny-fork.js")) {
            return Source.newBuilder("js", new String(in.readAllBytes(), StandardCharsets.UTF_8), JsContext.PENNY_SCRIPT)
                    .internal(true).buildLiteral();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on the context belongs to this worker. */
    void link(WorkerLink link) {
        worker = Optional.of(link);
    }

    private TaskForks forks() {
        return worker.orElseThrow(() -> new IllegalStateException("the module is still being loaded")).taskForks();
    }

    /** What the script calls. */
    ProxyObject host() {
        Map<String, Object> functions = new HashMap<>();
        functions.put("due", (ProxyExecutable) arguments -> forks().beatDue());
        functions.put("target", (ProxyExecutable) arguments -> target(arguments[0].asString()));
        functions.put("give", (ProxyExecutable) arguments -> give(arguments[0].asInt(), arguments[1]));
        functions.put("await", (ProxyExecutable) arguments -> waiting(() -> await(given.remove(arguments[0].asInt()))));
        functions.put("drop", (ProxyExecutable) arguments -> {
            TaskForks.Given job = given.remove(arguments[0].asInt());
            return waiting(() -> {
                forks().drop(job);
                return null;
            });
        });
        functions.put("call", (ProxyExecutable) arguments -> waiting(() -> call(arguments[0].asInt(), arguments[1])));
        functions.put("graph", (ProxyExecutable) arguments -> waiting(() -> graph(arguments[0].asString(), arguments[1])));
        functions.put("later", (ProxyExecutable) arguments -> {
            laters.add(new Later(given.remove(arguments[0].asInt()), arguments[1]));
            return null;
        });
        functions.put("failed", (ProxyExecutable) arguments -> {
            lastError = arguments[0];
            return null;
        });
        return ProxyObject.fromMap(functions);
    }

    // ---- what the script asks for

    private Object target(String name) {
        boolean own = name.indexOf('/') < 0;
        TaskForks.Target target = forks().target(own ? module + "/" + name : name);
        targets.add(target);
        Signature signature = target.signature();
        String path = target.name().substring(0, target.name().indexOf('('));
        String ownName = path.startsWith(module + "/") ? path.substring(module.length() + 1) : "";
        return ProxyArray.fromArray(targets.size() - 1, ownName,
                signature.parameters().stream().map(ValueType::text).collect(Collectors.joining(",")),
                signature.result().map(ValueType::text).orElse("()"), target.name(), target.blocking());
    }

    private int give(int id, Value call) {
        TaskForks.Target target = targets.get(id);
        try {
            Optional<TaskForks.Given> made = forks().give(target, arguments(target.signature(), call));
            if (made.isPresent()) {
                given.put(++lastHandle, made.get());
                return lastHandle;
            }
        } catch (RuntimeException e) {
            // Unsuitable arguments: it stays private, and fails where it is called, with the same message as if there had been no beat.
        }
        return NONE;
    }

    private Object await(TaskForks.Given job) {
        try {
            return forks().await(job).map(JsForks::result).orElse(null);
        } catch (Throwable e) {
            return failure(e);
        }
    }

    private Object call(int id, Value call) {
        TaskForks.Target target = targets.get(id);
        try {
            return result(forks().call(target, arguments(target.signature(), call)));
        } catch (Throwable e) {
            return failure(e);
        }
    }

    private Object graph(String name, Value specs) {
        WorkerLink link = worker.orElseThrow(() -> new IllegalStateException("the module is still being loaded"));
        return JsGraphs.run(link.taskGraphs(), name, specs, id -> targets.get(id).name());
    }

    private static Object[] arguments(Signature signature, Value call) {
        Object[] arguments = new Object[Math.toIntExact(call.getArraySize()) - 1];
        for (int i = 0; i < arguments.length; i++) {
            Value value = call.getArrayElement(i + 1L);
            arguments[i] = argument(i < signature.parameters().size() ? signature.parameters().get(i) : ValueType.STRING, value);
        }
        return arguments;
    }

    /** A value that the script has found to be of this type. */
    static Object argument(ValueType type, Value value) {
        return switch (type) {
            case I32 -> value.asInt();
            case I64 -> value.asLong();
            case F32 -> (float) value.asDouble();
            case F64 -> value.asDouble();
            case STRING -> value.asString();
            case BYTES -> bytes(value);
        };
    }

    /** Of a {@code Uint8Array} or an {@code ArrayBuffer}. */
    private static byte[] bytes(Value value) {
        if (value.hasBufferElements()) {
            byte[] bytes = new byte[Math.toIntExact(value.getBufferSize())];
            value.readBuffer(0, bytes, 0, bytes.length);
            return bytes;
        }
        byte[] bytes = new byte[Math.toIntExact(value.getArraySize())];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) value.getArrayElement(i).asInt();
        }
        return bytes;
    }

    private static Object result(Object value) {
        return ProxyArray.fromArray(0, forScript(value));
    }

    /** A result as the script takes it. */
    static Object forScript(Object value) {
        return switch (value) {
            case byte[] bytes -> ByteBuffer.wrap(bytes);
            case Float single -> (double) single;
            default -> value;
        };
    }

    /** The message and the stack that an error in the joiner's language gets. */
    private Object failure(Throwable thrown) {
        PennyException failure = GuestErrors.failure(module, thrown);
        lastFailure = failure;
        String message = failure.getCause() == null || failure.getCause().getMessage() == null ? failure.getMessage()
                : failure.getCause().getMessage();
        Matcher error = ERROR.matcher(message);
        boolean named = error.matches();
        String stack = failure instanceof TaskFailedException task
                ? task.guestStack().stream().map(frame -> "    at " + frame).collect(Collectors.joining("\n")) : "";
        return ProxyArray.fromArray(1, named ? error.group(1) : "Error", named ? error.group(2) : message, stack);
    }

    // ---- waits

    /** Something the script does in the middle of a call, during which other tasks may enter the context. */
    private Object waiting(Supplier<Object> wait) {
        waits++;
        try {
            return wait.get();
        } finally {
            waits--;
        }
    }

    /** True while a task of this context waits inside a call: promises of a task that enters it now would not settle. */
    boolean isWaiting() {
        return waits > 0;
    }

    // ---- tasks

    /** A task begins; what it returns goes to {@link #leave}. */
    Object enter() {
        ArrayDeque<Later> outer = laters;
        laters = new ArrayDeque<>(0);
        return outer;
    }

    /** Awaits what the task has left to the host and settles the promises of it, which may fork more. */
    void awaitLaters() {
        for (Later later = laters.pollLast(); later != null; later = laters.pollLast()) {
            later.settle().executeVoid(await(later.given()));
        }
    }

    /** The task ends. What it still has is of no use. */
    @SuppressWarnings("unchecked")
    void leave(Object outer) {
        for (Later later = laters.pollLast(); later != null; later = laters.pollLast()) {
            forks().drop(later.given());
        }
        laters = (ArrayDeque<Later>) outer;
    }

    /** What a task failed with: the failure of a child as it is, if the task did not catch it. */
    PennyException failureOf(String function, PolyglotException thrown) {
        Value error = thrown.getGuestObject();
        if (error != null && lastError != null && error.equals(lastError)) {
            return lastFailure;
        }
        return GuestErrors.failure(function, thrown);
    }
}
