package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.LinkException;
import dev.penny.api.LoadOptions;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.internal.vtable.CodeWriter;
import dev.penny.internal.vtable.WasmType;
import dev.penny.internal.vtable.WasmWriter;
import dev.penny.spi.ThreadBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forks of wasm guests: the same answers whoever takes them, failures to the joiner, nothing left behind. */
@Timeout(180)
class WasmForkTest {

    private static final long TABLE = LongStream.range(0, 200).map(row -> row + squaresBelow(300)).sum();

    static Stream<Named<Supplier<ThreadBackend>>> backends() {
        return EveryBackendTest.backends();
    }

    private static long squaresBelow(long n) {
        return LongStream.range(0, n).map(i -> i * i % 1009).sum();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void forksGiveTheAnswersOfASequentialRun(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(3).backend(backend.get()).build()) {
            TaskModule fib = penny.load(Guests.dist("fib.wasm"));
            TaskModule forks = penny.load(Guests.dist("forks.wasm"));
            for (int round = 0; round < 20; round++) {
                assertEquals(6765L, fib.function("fib").call(20));
                assertEquals(6765L, fib.function("fib_paired").call(20));
                assertEquals(squaresBelow(50_000), forks.function("squares").call(50_000L));
                assertEquals(TABLE, forks.function("table").call(200L, 300L));
                assertEquals(forks.function("digest_plain").call(3_000L), forks.function("digest").call(3_000L));
                assertEquals(10_000L, forks.function("leaves").call(4L, 10L));
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void manyForkingTasksAtOnceKeepTheirSums(int workers) {
        try (Penny penny = Penny.builder().workers(workers).build()) {
            TaskModule fib = penny.load(Guests.dist("fib.wasm"));
            long[] sums = fib.function("fib").mapRangeToLongs(0, 27);
            long before = 0;
            long now = 1;
            for (int i = 0; i < sums.length; i++) {
                assertEquals(before, sums[i], "fib " + i);
                long next = before + now;
                before = now;
                now = next;
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void equalSeedsTakeTheSameForks() {
        List<Long> traces = new ArrayList<>();
        for (long seed : new long[] {5, 5, 6}) {
            try (Penny penny = Penny.builder().workers(3).backend("deterministic").seed(seed).build()) {
                assertEquals(6765L, penny.load(Guests.dist("fib.wasm")).function("fib").call(20));
                traces.add(penny.traceHash().orElseThrow());
            }
        }
        assertEquals(traces.get(0), traces.get(1));
        assertNotEquals(traces.get(0), traces.get(2));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aFailedForkFailsItsTaskAndNoOther(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(3).backend(backend.get()).build()) {
            TaskModule forks = penny.load(Guests.dist("forks.wasm"));
            List<TaskHandle<Object>> handles = new ArrayList<>();
            for (long i = 0; i < 200; i++) {
                handles.add(forks.function("failing").submit(i % 20));
            }
            long[] fib = {0, 1, 1, 2, 3, 5, 8};
            for (int i = 0; i < handles.size(); i++) {
                TaskHandle<Object> handle = handles.get(i);
                if (i % 20 < 7) {
                    assertEquals(fib[i % 20], handle.join());
                } else {
                    Throwable cause = assertThrows(CompletionException.class, handle::join).getCause();
                    assertTrue(cause instanceof TaskFailedException && cause.getMessage().contains("unreachable"), cause.toString());
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void aTreeAMillionDeepEndsOrFailsWithAClearError() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskModule forks = penny.load(Guests.dist("forks.wasm"));
            assertEquals(500L, forks.function("skewed").call(500L));
            try {
                assertEquals(1_000_000L, forks.function("skewed").call(1_000_000L));
            } catch (TaskFailedException e) {
                assertTrue(e.getMessage().contains("call stack exhausted"), e.getMessage());
            }
            assertEquals(500L, forks.function("skewed").call(500L));
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aGuestForksFunctionsOfOtherLanguages(int workers) {
        try (Penny penny = Penny.builder().workers(workers).build()) {
            TaskModule forks = penny.load(Guests.dist("forks.wasm"));
            assertThrows(TaskFailedException.class, () -> forks.function("foreign").call(3));
            penny.load(Guests.js("arith.js"));
            for (int i = 0; i < 300; i++) {
                assertEquals((long) i * i + (i + 1L) * (i + 1), forks.function("foreign").call(i));
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    /** The waiting task and the one that traps use the same instance, and so the same list of forks. */
    @Test
    void aTrapInTheMiddleOfAWaitLeavesTheWaiterItsForks() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskModule forks = penny.load(Guests.dist("forks.wasm"));
            penny.loadJs("""
                    export const signatures = { fails: '(i64)->i64' };
                    export function fails(n) {
                      try { penny.join(['forks/failing', n], ['forks/failing', 1n]); return 0n; } catch (e) { return 1n; }
                    }
                    """, LoadOptions.DEFAULT.named("tolerant"));
            for (long n = 10; n < 30; n++) {
                assertEquals(3 * n + 3, forks.function("unharmed").call(n));
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void aCancelledTaskSeesItAndItsForksToo() throws Exception {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskModule forks = penny.load(Guests.dist("forks.wasm"));
            assertEquals(2_000L, forks.function("patient").call(1_000L));
            TaskHandle<Object> endless = forks.function("patient").submit(Long.MAX_VALUE);
            Thread.sleep(200);
            endless.cancel(true);
            penny.close(); // Waits for what runs.
            assertTrue(endless.isCancelled());
        }
    }

    @Test
    void waitingForWhatWasNotForkedFailsOnlyTheLiar() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskModule forks = penny.load(Guests.dist("forks.wasm"));
            for (int handle : new int[] {0, 1, 128, 1 << 20, Integer.MAX_VALUE, -1}) {
                assertThrows(TaskFailedException.class, () -> forks.function("lies").call(handle));
            }
            assertEquals(squaresBelow(100), forks.function("squares").call(100L));
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void sharedMemoryIsSortedAndScannedByAllWorkers() {
        try (Penny penny = Penny.builder().workers(3).build()) {
            TaskModule sort = penny.load(Guests.dist("sort.wasm"));
            for (int count : new int[] {0, 1, 2, 63, 64, 65, 1_000, 100_000, 262_144}) {
                assertEquals(1, sort.function("sorted").call(count, 17L + count));
                assertEquals(sort.function("summed").call(count, 3L, 1), sort.function("summed").call(count, 3L, 0));
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void aGuestThatForksMustExportWhatRunsItsForks() {
        WasmWriter module = new WasmWriter();
        List<WasmType> words = java.util.Collections.nCopies(7, WasmType.I64);
        module.importFunction("penny", "fork", Stream.concat(Stream.of(WasmType.I32), words.stream()).toList(), List.of(WasmType.I32));
        module.export("task", WasmWriter.Kind.FUNCTION, module.function(List.of(), List.of(), List.of(), new CodeWriter()));
        try (Penny penny = Penny.create()) {
            LinkException refused = assertThrows(LinkException.class,
                    () -> penny.loadWasm(module.toByteArray(), LoadOptions.DEFAULT.named("jobless")));
            assertTrue(refused.getMessage().contains("penny_job"), refused.getMessage());
        }
    }
}
