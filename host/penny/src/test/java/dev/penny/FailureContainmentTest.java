package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.CapacityException;
import dev.penny.api.ClosedException;
import dev.penny.api.DeadlineException;
import dev.penny.api.GraphException;
import dev.penny.api.LoadOptions;
import dev.penny.api.PennyException;
import dev.penny.api.RuntimeUnusableException;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.api.TaskOptions;
import dev.penny.internal.engine.LeakCheck;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A task that fails, in any language, fails its own future and nothing else. */
class FailureContainmentTest {

    private Penny penny;

    @BeforeEach
    void start() {
        penny = Penny.builder().workers(2).build();
    }

    @AfterEach
    void everythingStillWorksAndNothingIsHeld() {
        assertEquals(42, penny.load(Guests.dist("arith.wasm")).function("add").call(40, 2));
        LeakCheck.assertNothingHeld(penny);
        penny.close();
    }

    @Test
    void wasmRecursionWithoutEndFailsOnlyItsTask() {
        TaskFunction<?> recurse = penny.load(Guests.hostile("recurse.wasm")).functions().getFirst();
        Object[] arguments = recurse.signature().parameters().stream().map(type -> (Object) 1).toArray();
        for (int round = 0; round < 3; round++) {
            TaskFailedException failure = assertThrows(TaskFailedException.class, () -> recurse.call(arguments));
            assertTrue(failure.getMessage().contains("call stack exhausted"), failure.getMessage());
        }
    }

    @Test
    void javaExceptionIsTheCause() {
        TaskFunction<?> fail = penny.javaModule("j").function("fail", "()->()", call -> {
            throw new java.io.IOException("disk on fire");
        }).register().function("fail");
        TaskFailedException failure = assertThrows(TaskFailedException.class, fail::call);
        assertTrue(failure.getMessage().contains("disk on fire") && failure.getMessage().contains("j/fail()->()"), failure.getMessage());
        assertEquals("disk on fire", failure.getCause().getMessage());
    }

    /** It must not read as if this Penny had said it of the task. */
    @Test
    void anExceptionOfPennysThatATaskThrowsIsTheCause() {
        Penny other = Penny.builder().workers(1).build();
        TaskFunction<?> closed = other.javaModule("o").function("f", "()->()", call -> { }).register().function("f");
        other.close();
        List<PennyException> made = List.of(new CapacityException("a"), new RuntimeUnusableException("b"), new GraphException("c"));
        TaskModule module = penny.javaModule("j").function("closed", "(i32)->()", call -> closed.call())
                .function("index", "(i32)->()", call -> call.i32(7))
                .function("made", "(i32)->()", call -> {
                    throw made.get(call.i32(0));
                }).blockingFunction("blocking", "(i32)->()", call -> {
                    throw made.get(call.i32(0));
                }).register();
        assertInstanceOf(ClosedException.class, causeOf(module.function("closed"), 0));
        assertInstanceOf(SignatureException.class, causeOf(module.function("index"), 0));
        for (int i = 0; i < made.size(); i++) {
            assertSame(made.get(i), causeOf(module.function("made"), i));
            assertSame(made.get(i), causeOf(module.function("blocking"), i));
        }
    }

    private static Throwable causeOf(TaskFunction<?> function, int argument) {
        TaskFailedException failure = assertThrows(TaskFailedException.class, () -> function.call(argument));
        assertEquals(function.mangledName(), failure.function());
        return failure.getCause();
    }

    @Test
    void theFailureOfATaskThatAnotherWaitsForPassesAsItIs() {
        TaskModule inner = penny.javaModule("inner").function("fail", "()->()", call -> {
            throw new java.io.IOException("disk on fire");
        }).function("slow", "()->()", call -> Thread.sleep(50)).register();
        TaskFunction<?> late = inner.function("slow").with(TaskOptions.defaults().deadline(Duration.ofMillis(1)));
        TaskModule outer = penny.javaModule("outer").function("fail", "()->()", call -> inner.function("fail").call())
                .blockingFunction("late", "()->()", call -> late.call()).register();
        assertEquals("inner/fail()->()", assertThrows(TaskFailedException.class, outer.function("fail")::call).function());
        assertThrows(DeadlineException.class, outer.function("late")::call);
    }

    @Test
    void javaStackOverflowFailsOnlyItsTask() {
        TaskFunction<?> deep = penny.javaModule("deep").function("down", "(i64)->i64", call -> call.result(down(call.i64(0))))
                .register().function("down");
        assertThrows(TaskFailedException.class, () -> deep.call(1L));
    }

    private static long down(long depth) {
        return down(depth + 1) + depth;
    }

    @Test
    void javaScriptErrorCarriesMessageAndStack() {
        TaskFunction<?> fail = penny.loadJs("""
                export const signatures = { fail: "(i32)->i32" };
                function inner(n) { throw new RangeError("too big: " + n); }
                export function fail(n) { return inner(n); }
                """, LoadOptions.DEFAULT.named("throws")).function("fail");
        TaskFailedException failure = assertThrows(TaskFailedException.class, () -> fail.call(7));
        assertTrue(failure.getMessage().contains("too big: 7"), failure.getMessage());
        assertTrue(failure.guestStack().toString().contains("inner"), () -> failure.guestStack().toString());
    }

    @Test
    void javaScriptRecursionWithoutEndFailsOnlyItsTask() {
        TaskFunction<?> fail = penny.loadJs("""
                export const signatures = { down: "(i32)->i32" };
                export function down(n) { return 1 + down(n + 1); }
                """, LoadOptions.DEFAULT.named("deepjs")).function("down");
        assertThrows(TaskFailedException.class, () -> fail.call(1));
    }

    @Test
    void outOfMemoryOfAGuestFailsOnlyItsTask() {
        TaskFunction<?> boom = penny.javaModule("oom").function("boom", "()->()", call -> {
            throw new OutOfMemoryError("simulated");
        }).register().function("boom");
        assertThrows(TaskFailedException.class, boom::call);
    }

    @Test
    void aTrapMakesTheInstanceAnewSoThatNoStateOfItSurvives() {
        try (Penny one = Penny.builder().workers(1).build()) {
            var trap = one.load(Guests.hostile("trap.wasm"));
            assertEquals(1, trap.function("calls").call());
            assertEquals(2, trap.function("calls").call());
            assertThrows(TaskFailedException.class, () -> trap.function("unreachable").call());
            assertEquals(1, trap.function("calls").call());
        }
    }
}
