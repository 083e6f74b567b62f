package dev.penny.bench.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunnerTest {

    private static final Plan PLAN = Plan.bare(4);

    private final List<String> order = new ArrayList<>();

    private Job job(long left, long right) {
        return new Job() {

            @Override
            public long expected() {
                return 42;
            }

            @Override
            public long units() {
                return 10;
            }

            @Override
            public long tasks() {
                return 1;
            }

            @Override
            public List<Side> sides(Setup setup) {
                return List.of(side(Peer.FORK_JOIN_POOL, "A", left), side(Peer.JAVA_SEQUENTIAL, "B", right));
            }
        };
    }

    private Side side(Peer peer, String label, long answer) {
        return new Side(peer, 1, () -> order.add("prepare " + label), () -> {
            order.add(label);
            return answer / 2;
        }, result -> 2 * result);
    }

    private Run run(Job job) {
        try (Setup setup = new Setup(2)) {
            return new Runner("test", job, job, PLAN, setup, _ -> { }).run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyRoundRunsEverySideOnceInAlternatingOrder() {
        Run run = run(job(42, 42));
        assertEquals(List.of("A", "B", "A", "B", "B", "A", "A", "B", "B", "A"),
                order.stream().filter(entry -> entry.length() == 1).toList());
        assertEquals(4, run.serialNanos().length);
        run.sides().forEach(side -> assertEquals(4, side.nanos().length));
    }

    @Test
    void everyRunIsPrepared() {
        run(job(42, 42));
        for (int i = 0; i < order.size(); i += 2) {
            assertEquals("prepare " + order.get(i + 1), order.get(i));
        }
    }

    @Test
    void aWrongAnswerOfOneSideEndsIt() {
        String message = assertThrows(Runner.WrongAnswerException.class, () -> run(job(42, 44))).getMessage();
        assertTrue(message.contains("side=java-sequential(1)") && message.contains("answer=44")
                && message.contains("expected=42"), message);
    }
}
