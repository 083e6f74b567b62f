package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.penny.api.SignatureException;
import dev.penny.api.TaskCall;
import dev.penny.api.TaskFunction;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link TaskCall#again} with a state that does not fit: refused with name, value and limit, and the task keeps its arguments. */
@Timeout(20)
class RunAgainTest extends OnePenny {

    @BeforeEach
    void twoWorkers() {
        start();
    }

    /** What {@code again} says to a state that does not fit, if the task with arguments 7 and 8 goes on as if nothing had been. */
    private String refusal(String signature, long... state) {
        AtomicInteger runs = new AtomicInteger();
        TaskFunction<Object> task = java("t", signature + "->string", call -> {
            runs.incrementAndGet();
            String message = assertThrows(SignatureException.class, () -> call.again(state)).getMessage();
            assertEquals(7, call.i32(0));
            call.result(message);
        });
        Object message = signature.contains(",") ? task.call(7, 8) : task.call(7);
        assertEquals(1, runs.get());
        return (String) message;
    }

    @Test
    void moreValuesThanArgumentsAreRefused() {
        assertEquals("too many values to run again with: function=m-t/t(i32)->string, values=2, limit=1", refusal("(i32)", 1, 2));
    }

    @Test
    void aNumberTooLargeForItsArgumentIsRefused() {
        assertEquals("number out of range: function=m-t/t(i32)->string, parameter=0, type=i32, value=2147483648,"
                + " min=-2147483648, max=2147483647", refusal("(i32)", 1L << 31));
    }

    @Test
    void anArgumentThatIsNoIntegerIsRefusedBeforeThoseInFrontOfItChange() {
        assertEquals("only integers can be given to run again with: function=m-t/t(i32,f64)->string, parameter=1, type=f64, value=2",
                refusal("(i32,f64)", 1, 2));
    }

    @Test
    void theLargestAndSmallestNumbersComeBack() {
        TaskFunction<Object> task = java("t", "(i32,i64)->string", call -> {
            if (call.i32(0) == 0) {
                call.again(Integer.MIN_VALUE, Long.MAX_VALUE);
            } else {
                call.result(call.i32(0) + " " + call.i64(1));
            }
        });
        assertEquals("-2147483648 9223372036854775807", task.call(0, 0));
    }
}
