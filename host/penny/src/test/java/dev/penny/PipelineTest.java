package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.CapacityException;
import dev.penny.api.ClosedException;
import dev.penny.api.GraphException;
import dev.penny.api.JavaTask;
import dev.penny.api.Outcome;
import dev.penny.api.PennyException;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskOptions;
import dev.penny.api.TaskResults;
import dev.penny.api.graph.Pipeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pipelines: order, widths, bounds, failure, cancellation and the end. */
@Timeout(60)
class PipelineTest extends OnePenny {

    private static Iterator<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().iterator();
    }

    private static List<Object> all(Pipeline pipeline, Iterator<?> inputs) {
        List<Object> results = new ArrayList<>();
        pipeline.run(inputs, results::add);
        return results;
    }

    @ParameterizedTest
    @MethodSource("pools")
    void stagesOfThreeLanguagesGiveResultsInOrder(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> words = java("words", "(i32)->string", call -> call.result("word ".repeat(call.i32(0) % 50)));
        TaskFunction<Object> count = penny.load(Guests.js("wordcount.js")).function("count");
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        TaskFunction<Object> text = java("text", "(i32,string,bytes)->string",
                call -> call.result(call.i32(0) + call.string(1) + call.view(2).remaining()));
        Pipeline pipeline = penny.pipeline("p").parallel("words", 3, words).serialAnyOrder("count", count).serial("add", add, 1000)
                .parallel("text", 2, text, "é/", new byte[300]).build();
        assertEquals(List.of("words", "count", "add", "text"), pipeline.stages());
        assertEquals(IntStream.range(0, 120).mapToObj(i -> (Object) (1000 + i % 50 + "é/300")).toList(), all(pipeline, numbers(120)));
        assertEquals(List.of(), all(pipeline, numbers(0)));
        assertEquals(List.of("1007é/300"), all(pipeline, List.of((Object) new Object[] {7}).iterator()));
    }

    /** How many are inside, and how many were at most. */
    private static final class Gauge {
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        void enter() {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
        }

        void leave() {
            inside.decrementAndGet();
        }
    }

    private JavaTask gauged(Gauge gauge) {
        return call -> {
            gauge.enter();
            for (int i = 0; i < 200; i++) {
                Thread.onSpinWait();
            }
            gauge.leave();
            call.result(call.i32(0));
        };
    }

    @ParameterizedTest
    @MethodSource("pools")
    void noStageTakesMoreAtOnceThanItsWidth(ForkPools.Pool pool) {
        penny = pool.start();
        Gauge serial = new Gauge();
        Gauge anyOrder = new Gauge();
        Gauge wide = new Gauge();
        List<Integer> seen = new ArrayList<>();
        TaskFunction<Object> first = java("first", "(i32)->i32", gauged(wide));
        TaskFunction<Object> second = java("second", "(i32)->i32", gauged(anyOrder));
        TaskFunction<Object> third = java("third", "(i32)->i32", call -> {
            serial.enter();
            seen.add(call.i32(0));
            call.result(call.i32(0));
            serial.leave();
        });
        Pipeline pipeline = penny.pipeline("p").tokens(8).parallel("first", 2, first).serialAnyOrder("second", second)
                .serial("third", third).build();
        List<Object> expected = IntStream.range(0, 150).mapToObj(i -> (Object) i).toList();
        assertEquals(expected, all(pipeline, numbers(150)));
        assertEquals(expected, seen);
        assertEquals(1, serial.most.get());
        assertEquals(1, anyOrder.most.get());
        assertTrue(wide.most.get() <= 2, "width=" + wide.most);
    }

    @Test
    void aParallelStageTakesSeveralAtOnce() {
        start();
        CountDownLatch two = new CountDownLatch(2);
        TaskFunction<Object> meet = java("meet", "(i32)->i32", call -> {
            two.countDown();
            two.await();
            call.result(call.i32(0));
        });
        Pipeline pipeline = penny.pipeline("p").parallel("meet", 2, meet).build();
        assertEquals(List.of(0, 1, 2), all(pipeline, numbers(3)));
    }

    /** The most inputs that had begun the first stage and not ended the second, which waits until {@code pile} have. */
    private int mostBetween(int queue, int pile) {
        Gauge between = new Gauge();
        TaskFunction<Object> in = java("in" + queue, "(i32)->i32", call -> {
            between.enter();
            call.result(call.i32(0));
        });
        TaskFunction<Object> out = java("out" + queue, "(i32)->i32", call -> {
            while (between.most.get() < pile) {
                Thread.onSpinWait();
            }
            between.leave();
            call.result(call.i32(0));
        });
        Pipeline pipeline = penny.pipeline("p").tokens(32).queue(queue).parallel("in", 32, in).serialAnyOrder("out", out).build();
        assertEquals(150, all(pipeline, numbers(150)).size());
        assertEquals(0, between.inside.get());
        return between.most.get();
    }

    @ParameterizedTest
    @MethodSource("pools")
    void noQueueGetsLongerThanItMay(ForkPools.Pool pool) {
        penny = pool.start();
        for (int queue : new int[] {1, 2, 3, 7}) {
            int most = mostBetween(queue, 0);
            assertTrue(most <= queue, "queue=" + queue + ", most=" + most);
        }
    }

    @Test
    void theGaugeAboveSeesAQueueThatIsTooLong() {
        start();
        assertTrue(mostBetween(32, 8) > 7);
    }

    @ParameterizedTest
    @MethodSource("pools")
    void inputsAreTakenOnlyWhenThereIsRoom(ForkPools.Pool pool) {
        penny = pool.start();
        int[] pulled = {0};
        Iterator<Integer> endless = IntStream.iterate(0, i -> i + 1).peek(i -> pulled[0]++).boxed().iterator();
        AtomicInteger inside = new AtomicInteger();
        TaskFunction<Object> same = java("same", "(i32)->i32", call -> call.result(call.i32(0)));
        TaskFunction<Object> count = java("count", "(i32)->i32", call -> {
            inside.incrementAndGet();
            call.result(call.i32(0));
        });
        Pipeline pipeline = penny.pipeline("p").tokens(5).parallel("count", 5, count).serial("same", same).build();
        try (TaskResults<Object> results = pipeline.run(endless)) {
            for (int i = 0; i < 200; i++) {
                assertEquals(i, results.next().get());
                // Asked of a boxed stream, an iterator may look one ahead.
                assertTrue(pulled[0] <= i + 1 + 10 + 1, "pulled=" + pulled[0] + ", delivered=" + (i + 1));
                assertTrue(inside.get() <= pulled[0]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aFailureStaysWithItsInput(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> divide = penny.load(Guests.hostile("trap.wasm")).function("divide");
        List<Integer> seen = new ArrayList<>();
        TaskFunction<Object> note = java("note", "(i32)->string", call -> {
            if (call.i32(0) == 25) {
                throw new IllegalStateException("no 25");
            }
            seen.add(call.i32(0));
            call.result("" + call.i32(0));
        });
        TaskFunction<Object> last = java("last", "(string)->string", call -> call.result(call.string(0) + "!"));
        Pipeline pipeline = penny.pipeline("p").parallel("divide", 4, divide).serial("note", note).serialAnyOrder("last", last).build();
        Iterator<Object[]> inputs = IntStream.range(0, 100).mapToObj(i -> new Object[] {100, i % 10}).iterator();
        int index = 0;
        try (TaskResults<Object> results = pipeline.run(inputs)) {
            while (results.hasNext()) {
                int divisor = index++ % 10;
                switch (results.next()) {
                    case Outcome.Done<Object> done -> assertEquals(100 / divisor + "!", done.value());
                    case Outcome.Failed<Object> failed -> {
                        TaskFailedException cause = assertInstanceOf(TaskFailedException.class, failed.cause());
                        assertTrue(divisor == 0 || divisor == 4, "divisor=" + divisor);
                        assertEquals(divisor == 0 ? "trap/divide(i32,i32)->i32" : "m-note/note(i32)->string", cause.function());
                    }
                }
            }
        }
        assertEquals(100, index);
        assertEquals(80, seen.size());
        assertThrows(TaskFailedException.class, () -> pipeline.run(Collections.singleton(new Object[] {1, 0}).iterator(), result -> { }));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void closingEarlyEndsWhatIsUnderWay(ForkPools.Pool pool) {
        penny = pool.start();
        Gauge gauge = new Gauge();
        TaskFunction<Object> bytes = java("bytes", "(i32)->bytes", call -> call.result(new byte[call.i32(0) % 1000]));
        TaskFunction<Object> length = java("length", "(bytes)->i32", call -> {
            gauge.enter();
            call.result(call.view(0).remaining());
            gauge.leave();
        });
        Pipeline pipeline = penny.pipeline("p").tokens(20).parallel("bytes", 4, bytes).parallel("length", 2, length).build();
        for (int taken : new int[] {0, 1, 30}) {
            try (TaskResults<Object> results = pipeline.run(numbers(1_000_000))) {
                for (int i = 0; i < taken; i++) {
                    assertEquals(i, results.next().get());
                }
                assertTrue(results.hasNext());
                results.close();
                assertFalse(results.hasNext());
            }
            assertEquals(0, gauge.inside.get());
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void cancellingTellsOfEveryInputThatWasTaken(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> same = java("same", "(i32)->i32", call -> call.result(call.i32(0)));
        Pipeline pipeline = penny.pipeline("p").tokens(6).serial("a", same).serial("b", same).build();
        int[] pulled = {0};
        Iterator<Integer> inputs = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                return pulled[0]++;
            }
        };
        int delivered = 0;
        try (TaskResults<Object> results = pipeline.run(inputs)) {
            for (; delivered < 10; delivered++) {
                assertEquals(delivered, results.next().get());
            }
            results.cancel();
            boolean skipped = false;
            while (results.hasNext()) {
                if (results.next() instanceof Outcome.Failed<Object>(PennyException cause)) {
                    assertInstanceOf(ClosedException.class, cause);
                    skipped = true;
                } else {
                    assertFalse(skipped);
                }
                delivered++;
            }
        }
        assertEquals(pulled[0], delivered);
    }

    @ParameterizedTest
    @MethodSource("pools")
    void blockingStagesKeepTheirWidth(ForkPools.Pool pool) {
        penny = pool.start();
        Gauge gauge = new Gauge();
        TaskFunction<Object> slow = penny.javaModule("b").blockingFunction("slow", "(i32)->i32", call -> {
            gauge.enter();
            Thread.sleep(1);
            gauge.leave();
            call.result(call.i32(0) + 1);
        }).register().function("slow");
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        Pipeline pipeline = penny.pipeline("p").tokens(10).parallel("slow", 3, slow).serial("add", add, 10).build();
        assertEquals(IntStream.range(11, 51).mapToObj(i -> (Object) i).toList(), all(pipeline, numbers(40)));
        assertTrue(gauge.most.get() <= 3, "width=" + gauge.most);
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aTaskMayRunAPipeline(ForkPools.Pool pool) {
        penny = pool.start();
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        Pipeline pipeline = penny.pipeline("p").tokens(3).parallel("square", 2, penny.modules().getFirst().function("square"))
                .serial("add", add, 1).build();
        TaskFunction<Object> outer = java("outer", "(i32)->i64", call -> {
            long sum = 0;
            for (Object result : all(pipeline, numbers(call.i32(0)))) {
                sum += (int) result;
            }
            call.result(sum);
        });
        assertEquals(List.of(0L, 1L, 295L), outer.mapAll(List.of(0, 1, 10)));
    }

    @Test
    void inputsThatDoNotFitAreOutcomes() {
        start();
        TaskFunction<Object> length = java("length", "(bytes)->i32", call -> call.result(call.view(0).remaining()));
        Pipeline pipeline = penny.pipeline("p").parallel("length", 2, length).build();
        List<Outcome<Object>> outcomes = new ArrayList<>();
        try (TaskResults<Object> results = pipeline.run(List.<Object>of(new byte[5], "x", new byte[9 << 20], new byte[3 << 20],
                new byte[3 << 20], new byte[3 << 20]).iterator())) {
            results.forEachRemaining(outcomes::add);
        }
        assertEquals(5, outcomes.get(0).get());
        assertInstanceOf(SignatureException.class, ((Outcome.Failed<Object>) outcomes.get(1)).cause());
        assertInstanceOf(CapacityException.class, ((Outcome.Failed<Object>) outcomes.get(2)).cause());
        outcomes.subList(3, 6).forEach(outcome -> assertEquals(3 << 20, outcome.get()));
    }

    @Test
    void closingThePennyWaitsForWhatIsUnderWay() {
        start();
        AtomicInteger ran = new AtomicInteger();
        TaskFunction<Object> slow = penny.javaModule("b").blockingFunction("slow", "(i32)->i32", call -> {
            Thread.sleep(3);
            ran.incrementAndGet();
            call.result(call.i32(0));
        }).register().function("slow");
        TaskResults<Object> results = penny.pipeline("p").tokens(4).parallel("a", 4, slow).serial("b", slow).build().run(numbers(100));
        assertTrue(results.hasNext());
        penny.close();
        penny = null;
        assertEquals(8, ran.get());
        assertInstanceOf(ClosedException.class, assertThrows(PennyException.class, () -> results.next().get()));
        results.close();
        assertFalse(results.hasNext());
    }

    @Test
    void mistakesAreRefused() {
        start();
        TaskFunction<Object> add = penny.load(Guests.dist("arith.wasm")).function("add");
        TaskFunction<Object> text = java("text", "(string)->string", call -> call.result(call.string(0)));
        TaskFunction<Object> nothing = java("nothing", "(i32)->()", call -> { });
        assertThrows(GraphException.class, () -> penny.pipeline(" "));
        assertThrows(GraphException.class, () -> penny.pipeline("p").build());
        assertThrows(GraphException.class, () -> penny.pipeline("p").serial("a", add).serial("a", add, 1));
        assertThrows(GraphException.class, () -> penny.pipeline("p").parallel("a", 0, add));
        assertThrows(GraphException.class, () -> penny.pipeline("p").tokens(0));
        assertThrows(GraphException.class, () -> penny.pipeline("p").queue(5000));
        assertThrows(GraphException.class, () -> penny.pipeline("p").serial("a", add).serial("b", add, 1).tokens(4096).build());
        TaskFunction<Object> hurried = add.with(TaskOptions.defaults().deadline(Duration.ofSeconds(1)));
        assertThrows(GraphException.class, () -> penny.pipeline("p").serial("a", hurried));
        assertThrows(SignatureException.class, () -> penny.pipeline("p").serial("a", add, 1));
        assertThrows(SignatureException.class, () -> penny.pipeline("p").serial("a", add).serial("b", add));
        assertThrows(SignatureException.class, () -> penny.pipeline("p").serial("a", add).serial("b", add, "x"));
        assertThrows(SignatureException.class, () -> penny.pipeline("p").serial("a", add).serial("b", text));
        assertThrows(SignatureException.class, () -> penny.pipeline("p").serial("a", nothing).serial("b", text));
        Pipeline ends = penny.pipeline("p").serial("a", nothing).build();
        assertEquals(2, all(ends, numbers(2)).size());
    }
}
