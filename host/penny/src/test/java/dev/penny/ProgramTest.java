package dev.penny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.CapacityException;
import dev.penny.api.ClosedException;
import dev.penny.api.GraphException;
import dev.penny.api.GraphFailedException;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskOptions;
import dev.penny.api.graph.Place;
import dev.penny.api.graph.Program;
import dev.penny.api.graph.ProgramOptions;
import dev.penny.api.graph.Region;
import dev.penny.api.graph.Storage;
import dev.penny.api.graph.Variable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs: values, places and ranges, order, the window, failure, cancellation and the end. */
@Timeout(30)
class ProgramTest extends OnePenny {

    private static final ProgramOptions DEFAULTS = ProgramOptions.defaults();

    @ParameterizedTest
    @MethodSource("pools")
    void valuesFlowFromInstructionToInstruction(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        TaskFunction<Object> shout = java("shout", "(string,bytes,i32)->string",
                call -> call.result(call.string(0) + new String(call.bytes(1), StandardCharsets.UTF_8) + call.i32(2)));
        TaskFunction<Object> utf8 = java("utf8", "(string)->bytes", call -> call.result(call.string(0).getBytes(StandardCharsets.UTF_8)));
        Variable<Integer> x;
        Variable<String> text;
        try (Program program = penny.program(DEFAULTS)) {
            x = program.variable("x", 1);
            text = program.variable("text", "a");
            Variable<byte[]> bytes = program.variable("bytes", new byte[0]);
            for (int i = 0; i < 100; i++) {
                program.call(add, x, x).into(x).issue();
                program.call(add, x, -1).into(x).issue();
            }
            assertEquals(1, x.get());
            program.call(add, x, 41).into(x).issue();
            program.call(utf8, "-é-".repeat(200)).into(bytes).issue();
            program.call(shout, text, bytes, x).into(text).issue();
            assertEquals("a" + "-é-".repeat(200) + 42, text.get());
            program.call(shout, text, new byte[] {'!'}, 7).into(text).issue();
            assertEquals(8, program.call(shout, "x", bytes, 7).issue() % 196);
            assertTrue(program.counters().readAfterWrite() > 100, program.counters().toString());
        }
        assertEquals(42, x.get());
        assertEquals("a" + "-é-".repeat(200) + 42 + "!7", text.get());
    }

    @Test
    void everyTypeOfNumberKeepsItsValue() {
        start();
        TaskFunction<Object> f = java("f", "(i32,i64,f32,f64)->f64",
                call -> call.result(call.i32(0) + call.i64(1) + call.f32(2) + call.f64(3)));
        try (Program program = penny.program(DEFAULTS)) {
            Variable<Double> sum = program.variable("sum", 0.0);
            program.call(f, program.variable("i", -1), program.variable("l", Long.MIN_VALUE), program.variable("f", -0.5f),
                    program.variable("d", 1e300)).into(sum).issue();
            assertEquals(-1 + Long.MIN_VALUE + -0.5f + 1e300, sum.get());
            assertEquals(-0.5f, program.variable("g", -0.5f).get());
            assertEquals(Long.MIN_VALUE, program.variable("m", Long.MIN_VALUE).get());
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aFailureSkipsWhatNeedsItsValueAndNothingElse(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> divide = penny.load(Guests.hostile("trap.wasm")).function("divide");
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        try (Program program = penny.program(DEFAULTS.name("p").renaming(false))) {
            Variable<Integer> x = program.variable("x", 1);
            Variable<Integer> y = program.variable("y", 2);
            Variable<Integer> z = program.variable("z", 3);
            program.call(divide, 1, 0).into(x).issue();
            program.call(add, x, 1).into(y).issue();
            program.call(add, y, y).into(z).issue();
            program.call(add, 5, 6).into(y).issue();
            GraphFailedException failure = assertThrows(GraphFailedException.class, program::sync);
            assertEquals(1, failure.failures().size());
            GraphFailedException.Failure first = failure.failures().getFirst();
            assertEquals("#0 trap/divide(i32,i32)->i32", first.task());
            assertEquals(List.of("#0 trap/divide(i32,i32)->i32 -> #1 arith/add(i32,i32)->i32 -> #2 arith/add(i32,i32)->i32"),
                    first.skipped());
            assertEquals(11, y.get());
            assertThrows(GraphFailedException.class, x::get);
            assertEquals(first.skipped(), assertThrows(GraphFailedException.class, z::get).failures().getFirst().skipped());
            program.sync();
            // What reads a value that is missing for long is skipped as well.
            program.call(add, z, 1).into(z).issue();
            List<String> chains = assertThrows(GraphFailedException.class, program::sync).failures().getFirst().skipped();
            assertEquals(4, chains.getFirst().split(" -> ").length);
            program.call(add, y, 1).into(z).issue();
            assertEquals(12, z.get());
            assertEquals(1, program.counters().failed());
            assertEquals(3, program.counters().skipped());
        }
    }

    @Test
    void bytesAndPlacesThatAFailureLeftAreMissingUntilTheyAreWritten() {
        start();
        TaskFunction<Object> fail = java("fail", "(i32)->()", call -> {
            throw new IllegalStateException("no");
        });
        TaskFunction<Object> fine = java("fine", "(i32)->()", call -> { });
        try (Program program = penny.program(DEFAULTS)) {
            Region region = program.region("r", 100);
            Storage storage = program.storage("s", 1000, 10, 3);
            Place place = storage.place("p");
            program.call(fail, place.write()).writes(region.range(10, 50)).issue();
            assertThrows(GraphFailedException.class, program::sync);
            assertThrows(GraphFailedException.class, place::get);
            program.call(fine, 0).reads(region.range(0, 10), region.range(50, 60)).issue();
            program.call(fine, 0).writes(region.range(20, 30)).issue();
            program.sync();
            program.call(fine, 0).reads(region.range(20, 30)).issue();
            program.sync();
            program.call(fine, 0).reads(region.range(29, 31)).writes(region.range(0, 1)).issue();
            assertThrows(GraphFailedException.class, program::sync);
            program.call(fine, 0).reads(region.range(0, 1)).issue();
            assertThrows(GraphFailedException.class, program::sync);
            program.call(fine, place.update()).issue();
            assertThrows(GraphFailedException.class, program::sync);
            program.call(fine, place.write()).writes(region.all()).issue();
            program.call(fine, place.read()).reads(region.all()).issue();
            program.sync();
            assertTrue(place.get() % 10 == 0 && place.get() >= 1000, () -> "place " + place.get());
            assertEquals(2, storage.free());
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void noMoreInstructionsAreUnderWayThanTheWindowHolds(ForkPools.Pool pool) {
        penny = pool.start();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        TaskFunction<Object> busy = java("busy", "()->()", call -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thread.onSpinWait();
            running.decrementAndGet();
        });
        for (int window : new int[] {1, 2, 3, 5, 4096}) {
            most.set(0);
            try (Program program = penny.program(DEFAULTS.window(window))) {
                for (int i = 0; i < 200; i++) {
                    program.call(busy).issue();
                    assertTrue(program.counters().issued() - program.counters().retired() <= window);
                }
                program.sync();
                assertTrue(most.get() <= window, "window=" + window + ", most=" + most);
                assertTrue(program.counters().deepest() <= window);
                assertEquals(200, program.counters().retired());
                assertEquals(window < 200, program.counters().windowWaits() > 0, "window=" + window);
            }
        }
    }

    @Test
    void issuingWaitsForTheOldestWhileTheWindowIsFull() throws InterruptedException {
        start();
        CountDownLatch gate = new CountDownLatch(1);
        TaskFunction<Object> held = java("held", "()->()", call -> gate.await());
        AtomicInteger issued = new AtomicInteger();
        Thread issuer = Thread.ofPlatform().start(() -> {
            try (Program program = penny.program(DEFAULTS.window(2))) {
                for (int i = 0; i < 5; i++) {
                    program.call(held).issue();
                    issued.incrementAndGet();
                }
            }
        });
        while (issued.get() < 2 || issuer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertEquals(2, issued.get());
        gate.countDown();
        issuer.join();
        assertEquals(5, issued.get());
    }

    @Test
    void inOrderNothingOvertakes() {
        start();
        int[] next = {0};
        TaskFunction<Object> step = java("step", "(i32)->i32", call -> {
            call.result(next[0] == call.i32(0) ? 1 : 0);
            next[0]++;
        });
        TaskFunction<Object> fail = java("fail", "()->()", call -> {
            next[0]++;
            throw new IllegalStateException("no");
        });
        Program program = penny.program(DEFAULTS.order(ProgramOptions.Order.IN_ORDER));
        try (program) {
            for (int i = 0; i < 500; i++) {
                Variable<Integer> good = program.variable("v" + i, 0);
                program.call(step, i).into(good).issue();
                if (i % 100 == 99) {
                    assertEquals(1, good.get());
                }
            }
            program.sync();
            program.call(fail).issue();
            program.call(step, 501).issue();
            assertThrows(GraphFailedException.class, program::sync);
            assertEquals(502, next[0]);
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aTaskMayRunAProgram(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        TaskFunction<Object> outer = java("outer", "(i32)->i32", call -> {
            try (Program program = penny.program(DEFAULTS.window(3))) {
                Variable<Integer> x = program.variable("x", 0);
                for (int i = 0; i < call.i32(0); i++) {
                    program.call(add, x, 1).into(x).issue();
                }
                call.result(x.get());
            }
        });
        assertEquals(List.of(0, 1, 20, 50), outer.mapAll(List.of(0, 1, 20, 50)));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void blockingAndScriptedTasksAreInstructionsToo(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> slow = penny.javaModule("b").blockingFunction("slow", "(i32)->i32", call -> {
            Thread.sleep(1);
            call.result(call.i32(0) + 1);
        }).register().function("slow");
        TaskFunction<Object> count = penny.load(Guests.js("wordcount.js")).function("count");
        try (Program program = penny.program(DEFAULTS)) {
            Variable<Integer> x = program.variable("x", 0);
            Variable<Integer> words = program.variable("words", 0);
            for (int i = 0; i < 10; i++) {
                program.call(slow, x).into(x).issue();
                program.call(count, "word ".repeat(i)).into(words).issue();
            }
            assertEquals(10, x.get());
            assertEquals(9, words.get());
        }
    }

    @Test
    void manyReadersAndLongArgumentsFindRoom() {
        start();
        TaskFunction<Object> length = java("length", "(bytes,i32)->i32", call -> call.result(call.view(0).remaining() + call.i32(1)));
        try (Program program = penny.program(DEFAULTS.window(1000).renaming(false))) {
            Variable<Integer> x = program.variable("x", 0);
            for (int i = 0; i < 900; i++) {
                program.call(length, new byte[i], x).issue();
            }
            program.call(length, new byte[100_000], x).into(x).issue();
            assertEquals(100_000, x.get());
            assertTrue(program.counters().writeAfterRead() <= 900);
            // More than argument memory has at once: issuing retires others.
            for (int i = 0; i < 40; i++) {
                program.call(length, new byte[1 << 20], 1).into(x).issue();
            }
            assertEquals((1 << 20) + 1, x.get());
            assertThrows(CapacityException.class, () -> program.call(length, new byte[8 << 20], 1).issue());
            program.sync();
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void cancellingSkipsWhatHasNotStarted(ForkPools.Pool pool) {
        penny = pool.start();
        AtomicInteger ran = new AtomicInteger();
        TaskFunction<Object> step = java("step", "(i32)->i32", call -> {
            ran.incrementAndGet();
            call.result(call.i32(0) + 1);
        });
        CountDownLatch gate = new CountDownLatch(penny.traceHash().isPresent() ? 0 : 1);
        TaskFunction<Object> held = java("held", "(i32)->i32", call -> {
            gate.await();
            call.result(call.cancelled() ? 100 : 200);
        });
        Program program = penny.program(DEFAULTS.window(100));
        Variable<Integer> x = program.variable("x", 0);
        Variable<Integer> y = program.variable("y", 0);
        program.call(step, x).into(x).issue();
        assertEquals(1, x.get());
        program.call(held, x).into(x).issue();
        for (int i = 0; i < 50; i++) {
            program.call(step, x).into(y).issue();
        }
        program.cancel();
        gate.countDown();
        String told = assertThrows(CancellationException.class, program::sync).getMessage();
        assertEquals("the program was cancelled: program=program, issued=52, not run=" + program.counters().skipped(), told);
        assertEquals(1, ran.get());
        assertThrows(CancellationException.class, y::get);
        assertTrue(program.counters().skipped() >= 50);
        assertThrows(CancellationException.class, () -> program.call(step, 1).issue());
        program.close();
        assertThrows(CancellationException.class, y::get);
    }

    @Test
    void cancellingWhatHasRunLosesNothing() {
        start();
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        TaskFunction<Object> fail = java("fail", "()->i32", call -> {
            throw new IllegalStateException("as it should");
        });
        Program program = penny.program(DEFAULTS);
        Variable<Integer> x = program.variable("x", 1);
        program.call(add, x, 1).into(x).issue();
        program.call(fail).issue();
        assertEquals(2, x.get());
        assertThrows(GraphFailedException.class, program::sync);
        program.cancel();
        for (int i = 0; i < 2; i++) {
            assertEquals("the program was cancelled: program=program, issued=2, not run=0",
                    assertThrows(CancellationException.class, program::sync).getMessage());
        }
        assertEquals(2, x.get());
        program.close();
        assertEquals(2, x.get());
    }

    @Test
    void aStorageOfVeryManyPlacesTakesNoMemory() {
        start();
        try (Program program = penny.program(DEFAULTS)) {
            Storage storage = program.storage("s", 0, 8, Integer.MAX_VALUE);
            assertEquals(Integer.MAX_VALUE, storage.free());
            assertEquals(0, storage.place("p").get());
            assertEquals(8, storage.place("q").get());
            assertEquals(Integer.MAX_VALUE - 2, storage.free());
        }
    }

    @Test
    void closingThePennyWaitsForWhatIsUnderWay() {
        start();
        AtomicInteger ran = new AtomicInteger();
        TaskFunction<Object> slow = penny.javaModule("b").blockingFunction("slow", "(i32)->i32", call -> {
            Thread.sleep(5);
            call.result(ran.incrementAndGet());
        }).register().function("slow");
        Program program = penny.program(DEFAULTS);
        Variable<Integer> x = program.variable("x", 0);
        for (int i = 0; i < 10; i++) {
            program.call(slow, x).into(x).issue();
        }
        penny.close();
        penny = null;
        assertEquals(10, ran.get());
        assertThrows(ClosedException.class, () -> program.call(slow, 1).issue());
        assertThrows(ClosedException.class, program::close);
        program.close();
        assertThrows(IllegalStateException.class, program::sync);
    }

    @Test
    void closingThePennyAtOnceEndsWhoeverWaits() throws InterruptedException {
        start();
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        TaskFunction<Object> held = java("held", "(i32)->i32", call -> {
            started.countDown();
            gate.await();
            call.result(1);
        });
        Throwable[] thrown = new Throwable[1];
        Thread waiter = Thread.ofPlatform().start(() -> {
            try (Program program = penny.program(DEFAULTS)) {
                Variable<Integer> x = program.variable("x", 0);
                for (int i = 0; i < 10; i++) {
                    program.call(held, x).into(x).issue();
                }
                program.sync();
            } catch (RuntimeException e) {
                thrown[0] = e;
            }
        });
        started.await();
        Thread opener = Thread.ofPlatform().start(() -> {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            gate.countDown();
        });
        penny.closeNow();
        penny = null;
        waiter.join();
        opener.join();
        assertTrue(thrown[0] instanceof ClosedException, () -> String.valueOf(thrown[0]));
    }

    @Test
    void mistakesAreRefusedBeforeAnythingRuns() {
        start();
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        try (Program program = penny.program(DEFAULTS); Program other = penny.program(DEFAULTS);
                Penny stranger = Penny.builder().workers(1).memoryBytes(8 << 20).build()) {
            Variable<Integer> x = program.variable("x", 0);
            Variable<Integer> foreign = other.variable("x", 0);
            assertThrows(SignatureException.class, () -> program.call(add, x));
            assertThrows(SignatureException.class, () -> program.call(add, x, "1"));
            assertThrows(SignatureException.class, () -> program.call(add, x, null));
            assertThrows(SignatureException.class, () -> program.call(add, x, program.variable("l", 1L)));
            assertThrows(SignatureException.class, () -> program.call(add, 1, 2).into(program.variable("l", 1L)));
            assertThrows(GraphException.class, () -> program.call(add, foreign, 1));
            assertThrows(GraphException.class, () -> program.call(add, 1, 2).into(foreign));
            assertThrows(GraphException.class, () -> program.call(add, 1, 2).into(x).into(x));
            assertThrows(GraphException.class, () -> program.call(add, 1, 2).reads(other.region("r", 1).all()));
            assertThrows(GraphException.class, () -> program.call(add.with(TaskOptions.defaults().deadline(Duration.ofSeconds(1))), 1, 2));
            TaskFunction<Object> strange = stranger.load(Guests.dist("arith.wasm")).function("add");
            assertThrows(GraphException.class, () -> program.call(strange, 1, 2));
            assertThrows(IllegalArgumentException.class, () -> program.variable("o", new Object()));
            assertThrows(IllegalArgumentException.class, () -> program.variable(" ", 1));
            assertThrows(IllegalArgumentException.class, () -> program.region("r", 0));
            assertThrows(IllegalArgumentException.class, () -> DEFAULTS.window(4097));
            assertThrows(IndexOutOfBoundsException.class, () -> program.region("r", 10).range(5, 11));
            assertThrows(IndexOutOfBoundsException.class, () -> program.region("r", 10).range(5, 5));
            assertThrows(IllegalArgumentException.class, () -> program.storage("s", 0, 0, 2));
            assertThrows(IllegalArgumentException.class, () -> program.storage("s", Long.MAX_VALUE, 1, 2));
            assertThrows(IllegalArgumentException.class, () -> program.storage("s", 0, Long.MIN_VALUE, 3));
            assertThrows(IllegalArgumentException.class, () -> program.storage("s", 0, Long.MAX_VALUE / 2, Integer.MAX_VALUE));
            Place far = program.storage("s", Integer.MAX_VALUE, 1, 2).place("far");
            assertThrows(SignatureException.class, () -> program.call(add, far.read(), 1));
            Storage storage = program.storage("s", 0, 1, 1);
            Place place = storage.place("p");
            assertThrows(CapacityException.class, () -> storage.place("q"));
            assertThrows(CapacityException.class, () -> program.call(add, 1, place.write()).issue());
            var twice = program.call(add, 1, 2);
            twice.issue();
            assertThrows(IllegalStateException.class, twice::issue);
            assertEquals(1, program.counters().issued());
        }
    }

    @Test
    void writesWithRenamingDoNotWaitForReaders() throws InterruptedException {
        start();
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch reads = new CountDownLatch(1);
        int[] file = new int[4];
        TaskFunction<Object> slowRead = java("read", "(i32)->i32", call -> {
            reads.countDown();
            gate.await();
            call.result(file[call.i32(0)]);
        });
        TaskFunction<Object> write = java("write", "(i32,i32)->()", call -> {
            file[call.i32(0)] = call.i32(1);
            gate.countDown();
        });
        try (Program program = penny.program(DEFAULTS)) {
            Place place = program.storage("s", 0, 1, 4).place("p");
            Variable<Integer> seen = program.variable("seen", -1);
            file[0] = 7;
            program.call(slowRead, place.read()).into(seen).issue();
            program.call(write, place.write(), 8).issue();
            // Without renaming this would never end: the reader waits for the writer.
            assertEquals(7, seen.get());
            assertEquals(8, file[(int) place.get()]);
        }
    }

    @Test
    void aSwapOfTheBackendLosesNothing() {
        start();
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        try (Program program = penny.program(DEFAULTS.window(16))) {
            Variable<Integer> x = program.variable("x", 0);
            for (int i = 0; i < 400; i++) {
                if (i % 100 == 50) {
                    penny.swapBackend(Backends.installed().get(i / 100 % Backends.installed().size()));
                }
                program.call(add, x, 1).into(x).issue();
            }
            assertEquals(400, x.get());
        }
    }
}
