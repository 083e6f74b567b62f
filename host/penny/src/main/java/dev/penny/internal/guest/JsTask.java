package dev.penny.internal.guest;

import dev.penny.api.Signature;
import dev.penny.api.TaskFailedException;
import dev.penny.api.ValueType;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.HostTask;
import dev.penny.internal.core.WorkerLink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/**
 * A JavaScript function behind a slot: reads the arguments out of the record, calls the function, waits for its promise if it
 * returned one, checks and stores the result.
 */
final class JsTask implements HostTask {

    private static final long SAFE_INTEGER_MAX = (1L << 53) - 1;

    private final WorkerLink link;
    private final CoreMemory memory;
    private final JsContext context;
    private final Value callable;
    private final String function;
    private final Signature signature;
    private final String module;
    private final boolean async;
    private final boolean generator;
    /** Generators of yielded tasks by frame. One that was cancelled stays until the frame comes with another ticket. */
    private final Map<Integer, Yielded> yielded = new HashMap<>();
    private Optional<JsTask> inner = Optional.empty();
    private final String mangledName;
    private final ValueType[] parameters;
    private final ValueType result;
    private final boolean hasResult;

    JsTask(WorkerLink link, JsContext context, String module, String function, Signature signature) {
        this.link = link;
        this.memory = link.memory();
        this.context = context;
        this.callable = context.callable(function, signature);
        this.module = module;
        this.function = function;
        this.signature = signature;
        this.async = context.isAsync(function);
        this.generator = context.isGenerator(function);
        this.mangledName = module + "/" + function + signature;
        this.parameters = signature.parameters().toArray(ValueType[]::new);
        this.hasResult = signature.result().isPresent();
        this.result = signature.result().orElse(ValueType.I32);
    }

    @Override
    public int run(int record) {
        JsForks forks = context.forks();
        if (async && forks.isWaiting()) {
            return inInnerContext().run(record);
        }
        Object outer = forks.enter();
        try {
            Value value = generator ? step(record) : callable.execute(arguments(record));
            forks.awaitLaters();
            if (generator && value == null) {
                return CoreLayout.OUTCOME_YIELD;
            }
            if (hasResult) {
                if (!store(record, value) && !store(record, settled(value))) {
                    throw unsuitable(settled(value));
                }
            } else if (!value.isNull()) {
                settled(value);
            }
            return CoreLayout.OUTCOME_DONE;
        } catch (PolyglotException e) {
            throw forks.failureOf(mangledName, e);
        } finally {
            forks.leave(outer);
        }
    }

    private record Yielded(long ticket, Value generator) { }

    /**
     * Goes on with a generator up to its next {@code yield}; what it returned at its end, {@code null} before. It lives in this context, so
     * its task is pinned to this worker from the first {@code yield} on. In bulks, forks and graphs it runs to its end at once.
     */
    private Value step(int record) {
        int frame = link.currentFrame();
        long ticket = memory.getLong(frame + CoreLayout.FRAME_TICKET);
        Yielded earlier = yielded.remove(frame);
        Value running = earlier != null && earlier.ticket == ticket ? earlier.generator : callable.execute(arguments(record));
        boolean yields = memory.getInt(frame + CoreLayout.FRAME_KIND) == CoreLayout.KIND_SINGLE;
        Value step = running.invokeMember("next");
        while (!yields && !step.getMember("done").asBoolean()) {
            step = running.invokeMember("next");
        }
        if (step.getMember("done").asBoolean()) {
            return step.getMember("value");
        }
        int flags = memory.getInt(frame + CoreLayout.FRAME_FLAGS);
        if (flags >>> CoreLayout.FLAG_PIN_SHIFT == 0) {
            memory.putInt(frame + CoreLayout.FRAME_FLAGS, flags | link.worker() + 1 << CoreLayout.FLAG_PIN_SHIFT);
        }
        yielded.put(frame, new Yielded(ticket, running));
        return null;
    }

    private JsTask inInnerContext() {
        if (inner.isEmpty()) {
            inner = Optional.of(new JsTask(link, context.inner(link), module, function, signature));
        }
        return inner.get();
    }

    private Object[] arguments(int record) {
        Object[] arguments = new Object[parameters.length];
        for (int i = 0; i < arguments.length; i++) {
            int ref = Records.argument(record, i);
            arguments[i] = switch (parameters[i]) {
                case I32 -> memory.getInt(ref);
                case I64 -> memory.getLong(ref);
                case F32 -> (double) memory.getFloat(ref);
                case F64 -> memory.getDouble(ref);
                // A copy: a view of core memory would hand the whole memory to the guest through its buffer property.
                case BYTES -> ByteBuffer.wrap(Records.bytes(memory, ref));
                case STRING -> Records.string(memory, ref);
            };
        }
        return arguments;
    }

    /** Stores a result of the right type; false if it is something else, which may be a promise of one. */
    private boolean store(int record, Value value) {
        switch (result) {
            case I32 -> {
                if (value.fitsInInt()) {
                    memory.putInt(record, value.asInt());
                } else if (isNegativeZero(value)) {
                    memory.putInt(record, 0);
                } else {
                    return false;
                }
            }
            case I64 -> {
                if (value.fitsInLong() && isExact(value)) {
                    memory.putLong(record, value.asLong());
                } else if (isNegativeZero(value)) {
                    memory.putLong(record, 0);
                } else {
                    return false;
                }
            }
            case F32 -> {
                if (!value.fitsInDouble()) {
                    return false;
                }
                memory.putFloat(record, (float) value.asDouble());
            }
            case F64 -> {
                if (!value.fitsInDouble()) {
                    return false;
                }
                memory.putDouble(record, value.asDouble());
            }
            case STRING -> {
                if (!value.isString()) {
                    return false;
                }
                Records.putResult(link, record, Utf8.encode(value.asString()));
            }
            case BYTES -> {
                return storeBytes(record, value);
            }
        }
        return true;
    }

    private boolean storeBytes(int record, Value value) {
        Value buffer = context.bufferOf(value);
        if (buffer.isNull()) {
            return false;
        }
        byte[] bytes = new byte[Math.toIntExact(buffer.getBufferSize())];
        buffer.readBuffer(0, bytes, 0, bytes.length);
        Records.putResult(link, record, bytes);
        return true;
    }

    private static boolean isNegativeZero(Value value) {
        return value.fitsInDouble() && value.asDouble() == 0;
    }

    /** A number beyond 2^53 may have been rounded; a BigInt is always exact. */
    private static boolean isExact(Value value) {
        long number = value.asLong();
        return number <= SAFE_INTEGER_MAX && number >= -SAFE_INTEGER_MAX || isBigInt(value);
    }

    private static boolean isBigInt(Value value) {
        return value.getMetaObject().getMetaSimpleName().equals("bigint");
    }

    // ---- promises

    /** What a promise was fulfilled with; the value itself if it is no promise. */
    private Value settled(Value value) {
        if (!value.canInvokeMember("then")) {
            return value;
        }
        List<Value> fulfilled = new ArrayList<>(1);
        List<Value> rejected = new ArrayList<>(1);
        ProxyExecutable sink = arguments -> {
            (arguments[0].asBoolean() ? fulfilled : rejected).add(arguments[1]);
            return null;
        };
        context.settle(value, sink);
        if (!rejected.isEmpty()) {
            Value reason = rejected.getFirst();
            if (reason.isException()) {
                throw reason.throwException();
            }
            throw failed("promise rejected: reason=" + text(reason));
        }
        if (fulfilled.isEmpty()) {
            throw failed("the promise stays pending: nothing in the task can settle it any more, and tasks have no timers");
        }
        return fulfilled.getFirst();
    }

    // ---- failures

    private TaskFailedException unsuitable(Value value) {
        String expected = switch (result) {
            case I32 -> "an integral number, min=%d, max=%d".formatted(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case I64 -> "a BigInt, min=%d, max=%d, or a safe integer".formatted(Long.MIN_VALUE, Long.MAX_VALUE);
            case F32, F64 -> "a number";
            case STRING -> "a string";
            case BYTES -> "a Uint8Array or ArrayBuffer";
        };
        return failed("result does not fit: type=%s, value=%s, expected=%s".formatted(result.text(), text(value), expected));
    }

    private static String text(Value value) {
        String text = value.isString() ? "'" + value.asString() + "'" : value.toString();
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }

    private TaskFailedException failed(String reason) {
        return new TaskFailedException(mangledName, reason, List.of(), null);
    }
}
