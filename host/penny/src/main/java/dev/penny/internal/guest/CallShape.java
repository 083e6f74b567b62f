package dev.penny.internal.guest;

import dev.penny.api.DeadlineException;
import dev.penny.api.GraphFailedException;
import dev.penny.api.PennyException;
import dev.penny.api.Signature;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFailedException;
import dev.penny.api.ValueType;
import java.util.List;

/** What a Java task may ask of its {@link dev.penny.api.TaskCall}: the types of its function. */
final class CallShape {

    private final String mangledName;
    private final ValueType[] parameters;
    private final ValueType[] result;

    CallShape(String module, String function, Signature signature) {
        this.mangledName = module + "/" + function + signature;
        this.parameters = signature.parameters().toArray(ValueType[]::new);
        this.result = signature.result().stream().toArray(ValueType[]::new);
    }

    int parameterCount() {
        return parameters.length;
    }

    ValueType parameter(int index) {
        return parameters[index];
    }

    boolean hasResult() {
        return result.length == 1;
    }

    boolean hasBlockResult() {
        return hasResult() && result[0].isBlock();
    }

    /** @throws SignatureException if argument {@code index} is not of this type */
    void requireParameter(int index, ValueType type) {
        if (index < 0 || index >= parameters.length || parameters[index] != type) {
            throw new SignatureException("no such argument: function=%s, index=%d, type=%s, parameters=%d"
                    .formatted(mangledName, index, type.text(), parameters.length));
        }
    }

    /** @throws SignatureException if these cannot be the first arguments; said before any of them is written */
    void requireState(long[] state) {
        if (state.length > parameters.length) {
            throw new SignatureException("too many values to run again with: function=%s, values=%d, limit=%d"
                    .formatted(mangledName, state.length, parameters.length));
        }
        for (int i = 0; i < state.length; i++) {
            if (parameters[i] == ValueType.I32 && state[i] != (int) state[i]) {
                throw new SignatureException("number out of range: function=%s, parameter=%d, type=i32, value=%d, min=%d, max=%d"
                        .formatted(mangledName, i, state[i], Integer.MIN_VALUE, Integer.MAX_VALUE));
            }
            if (parameters[i] != ValueType.I32 && parameters[i] != ValueType.I64) {
                throw new SignatureException("only integers can be given to run again with: function=%s, parameter=%d, type=%s, value=%d"
                        .formatted(mangledName, i, parameters[i].text(), state[i]));
            }
        }
    }

    /** @throws SignatureException if the function's result is not of this type */
    void requireResult(ValueType type) {
        if (result.length == 0 || result[0] != type) {
            throw new SignatureException("wrong type of result: function=%s, type=%s".formatted(mangledName, type.text()));
        }
    }

    /** @throws TaskFailedException if the value is null */
    <T> T requireValue(T value) {
        if (value == null) {
            throw failed("the result is null: type=" + result[0].text());
        }
        return value;
    }

    /**
     * What the task fails with when its code threw an exception of Penny's. Failures of tasks that it waited for stay as they are; any
     * other would read as if Penny had said it of this task.
     */
    PennyException thrown(PennyException e) {
        return switch (e) {
            case TaskFailedException waitedFor -> waitedFor;
            case DeadlineException waitedFor -> waitedFor;
            case GraphFailedException waitedFor -> waitedFor;
            default -> GuestErrors.ofJava(mangledName, e);
        };
    }

    TaskFailedException failed(String reason) {
        return new TaskFailedException(mangledName, reason, List.of(), null);
    }

    TaskFailedException outsideOfTask() {
        return failed("the call was used after its task had returned");
    }
}
