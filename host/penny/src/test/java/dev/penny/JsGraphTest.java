package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.internal.engine.LeakCheck;
import dev.penny.spi.ThreadBackend;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code penny.graph}: {@code guest-modules/js/graphs.js}. */
@Timeout(180)
class JsGraphTest extends GuestGraphContract {

    @Override
    TaskModule load(Penny penny) {
        return penny.load(Guests.js("graphs.js"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void graphsGiveTheAnswersOfASequentialRun(Supplier<ThreadBackend> backend) {
        try (Penny penny = Penny.builder().workers(3).backend(backend.get()).build()) {
            TaskModule graphs = graphs(penny);
            for (int n : new int[] {1, 2, 7, 60}) {
                assertEquals(IntStream.range(0, n).map(i -> i * i).sum(), graphs.function("squares").call(n));
            }
            assertEquals("hello Zoë and goodbye, done, greeting", graphs.function("sentence").call("Zoë"));
            assertEquals(8, graphs.function("nested").call(3));
            assertEquals(5, graphs.function("promised").call(5));
            assertEquals("not run, a b, a b", graphs.function("twice").call());
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void manyGraphsAtOnceKeepTheirResults() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskModule graphs = graphs(penny);
            List<TaskHandle<Object>> handles = IntStream.range(0, 40).mapToObj(i -> graphs.function("sentence").submit("number " + i)).toList();
            for (int i = 0; i < 40; i++) {
                assertEquals("hello number %d and goodbye, done, greeting".formatted(i), handles.get(i).join());
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void resultsOfEveryTypeArriveAsForksGiveThem() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            penny.load(Guests.dist("sha256.wasm"));
            assertEquals("number -1; bigint 1099511627776; number 1.5; number 5; bytes 32 186; "
                    + "string e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", graphs(penny).function("types").call());
        }
    }

    @ParameterizedTest
    @CsvSource({"0,failed skipped skipped skipped", "1,done failed skipped done", "2,done done failed done", "3,done done done failed"})
    void theBuilderSeesWhoFailedAndWhoWasSkipped(int wrong, String outcomes) {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskModule graphs = graphs(penny);
            String answer = (String) graphs.function("chain").call(wrong);
            assertEquals(outcomes, answer.substring(0, answer.indexOf(" | ")).replaceAll("\\(.*?" + wrong + " is the one\\)", ""));
            assertTrue(answer.contains(" | graph failed: graph=chain, task=" + "abcd".charAt(wrong)), answer);
            assertEquals("done done done done | none", graphs.function("chain").call(9));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "function | nothing", "module | no such module", "no call | a call is an array", "arity | wrong arity", "type | wrong argument",
        "result type | a result does not fit", "name | of this name is there", "blank | needs a name", "foreign task | wrong argument",
        "foreign order | not a task of this graph: graph=wrong, value=c", "no task | not a task of this graph", "worker | worker",
        "negative worker | not a worker", "priority | unknown priority", "itself | a -> a", "result before the run | no result: task=a, outcome=not run",
        "empty | no tasks"})
    void whatCannotBeAGraphIsRefusedWithTheReason(String how, String reason) {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskModule graphs = graphs(penny);
            fails(graphs, "wrong", reason, how);
            assertEquals(5, graphs.function("squares").call(3));
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void circlesAreRefusedAndPrinted() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            fails(graphs(penny), "circle", " -> ");
        }
    }
}
