package dev.penny.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.engine.LeakCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Work that is accepted while others run and cut into pieces gives what it gives in one piece, whatever the grain. */
@Timeout(120)
class SplitEqualsWholeTest {

    /** Not a sum that hides an order or a piece done twice: each number counts differently, and pieces are put together by a tree. */
    private static long piece(long from, long to) {
        long total = 0;
        for (long i = from; i < to; i++) {
            total += RandomDag.mix(i, i * i, 3, 5);
        }
        return total;
    }

    @Test
    void piecesOfAnyGrainGiveTheWhole() {
        try (Penny penny = Penny.builder().workers(3).memoryBytes(16 << 20).build()) {
            TaskModule m = penny.javaModule("m")
                    .function("piece", "(i64,i64)->i64", call -> call.result(piece(call.i64(0), call.i64(1))))
                    .function("one", "(i64)->i64", call -> call.result(piece(call.i64(0), call.i64(0) + 1)))
                    .function("add", "(i64,i64)->i64", call -> call.result(call.i64(0) + call.i64(1)))
                    .register();
            for (long seed = 0; seed < 60; seed++) {
                Random random = new Random(seed);
                long from = random.nextInt(1_000);
                long to = from + random.nextInt(20_000);
                long grain = 1 + random.nextInt(1 << 1 + random.nextInt(12));
                long whole = piece(from, to);
                String what = "seed " + seed + ", " + from + ".." + to + ", grain " + grain;
                assertEquals(whole, asGraph(penny, m, from, to, Math.max(grain, (to - from) / 2_000)), what);
                assertEquals(whole, penny.reduce(from, to, 0L, i -> piece(i, i + 1), Long::sum), what);
                long sum = 0;
                for (long part : m.function("one").mapRangeToLongs(from, to)) {
                    sum += part;
                }
                assertEquals(whole, sum, what);
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    private static Object asGraph(Penny penny, TaskModule m, long from, long to, long grain) {
        GraphBuilder builder = penny.graph("pieces");
        List<GraphTask> level = new ArrayList<>();
        TaskFunction<?> piece = m.function("piece");
        for (long start = from; start < to || level.isEmpty(); start += grain) {
            level.add(builder.task("piece " + start, piece, start, Math.min(to, start + grain)));
        }
        for (int depth = 0; level.size() > 1; depth++) {
            List<GraphTask> above = new ArrayList<>();
            for (int i = 0; i < level.size(); i += 2) {
                above.add(i + 1 == level.size() ? level.get(i)
                        : builder.task("sum " + depth + "-" + i, m.function("add"), level.get(i), level.get(i + 1)));
            }
            level = above;
        }
        try (TaskGraph graph = builder.build()) {
            return graph.run().join().result(level.getFirst());
        }
    }
}
