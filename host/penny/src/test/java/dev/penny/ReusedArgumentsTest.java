package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.penny.api.Forked;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskResults;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.Instruction;
import dev.penny.api.graph.Program;
import dev.penny.api.graph.ProgramOptions;
import dev.penny.api.graph.TaskGraph;
import dev.penny.api.graph.Variable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A caller that fills its arrays again: what they held at the call counts, whoever runs the task and whenever. */
@Timeout(20)
class ReusedArgumentsTest extends OnePenny {

    private static final int COUNT = 8;
    private static final List<Object> NUMBERS = IntStream.range(0, COUNT).<Object>mapToObj(i -> i).toList();

    private final byte[] buffer = new byte[COUNT];
    private final Object[] pair = new Object[2];
    private TaskFunction<Object> first;
    private TaskFunction<Object> firstOfTwo;
    private TaskFunction<Object> add;

    @BeforeEach
    void oneWorker() {
        penny = Penny.builder().workers(1).memoryBytes(16 << 20).build();
        first = java("first", "(bytes)->i32", call -> call.result((int) call.bytes(0)[0]));
        firstOfTwo = java("firstOfTwo", "(i32,bytes)->i32", call -> call.result((int) call.bytes(1)[0]));
        add = java("add", "(i32,i32)->i32", call -> call.result(call.i32(0) + call.i32(1)));
    }

    private Object filled(int number) {
        buffer[0] = (byte) number;
        return buffer;
    }

    private Object[] filledPair(int number) {
        pair[0] = number;
        pair[1] = filled(number);
        return pair;
    }

    @Test
    void aBufferFilledForTheNextForkLeavesTheForkBeforeAlone() {
        assertEquals(NUMBERS, penny.scope(scope -> {
            List<Forked<Object>> children = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                children.add(i % 2 == 0 ? scope.fork(first, filled(i)) : scope.fork(firstOfTwo, filledPair(i)));
            }
            scope.join();
            return children.stream().map(Forked::get).toList();
        }));
    }

    @Test
    void aBufferFilledAgainLeavesATaskAloneThatATaskHasSubmitted() {
        assertEquals(NUMBERS, penny.scope(scope -> {
            List<TaskHandle<Object>> tasks = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                tasks.add(i % 2 == 0 ? first.submit(filled(i)) : firstOfTwo.submit(filledPair(i)));
            }
            return tasks.stream().map(TaskHandle::join).toList();
        }));
    }

    @Test
    void anArrayOfArgumentsFilledAgainLeavesATaskAloneThatATaskHasSubmitted() {
        assertEquals(3, penny.<Object>scope(scope -> {
            Object[] arguments = {1, 2};
            TaskHandle<Object> task = add.submit(arguments);
            arguments[0] = 100;
            return task.join();
        }));
    }

    @Test
    void aBufferFilledAgainOutsideLeavesATaskAloneThatItsWaiterRuns() throws Exception {
        CompletableFuture<TaskHandle<Object>> handle = new CompletableFuture<>();
        CountDownLatch waits = new CountDownLatch(1);
        TaskHandle<Object> waiter = java("waiter", "()->i32", call -> {
            waits.countDown();
            call.result((int) handle.get().join());
        }).submit();
        waits.await();
        TaskHandle<Object> task = first.submit(filled(1));
        filled(2);
        handle.complete(task);
        assertEquals(1, waiter.join());
    }

    /** The inputs {@code 0 .. COUNT} in one array. */
    private static Iterator<Object> refilled(IntFunction<Object> fill) {
        return IntStream.range(0, COUNT).mapToObj(fill).iterator();
    }

    private static List<Object> all(TaskResults<?> results) {
        List<Object> all = new ArrayList<>();
        try (results) {
            while (results.hasNext()) {
                all.add(results.next().get());
            }
        }
        return all;
    }

    @Test
    void anIteratorThatFillsItsArrayAgainLeavesTheInputsBeforeAlone() {
        for (int run = 0; run < 3; run++) { // Chunks grow: later runs hold several inputs at once.
            assertEquals(NUMBERS, all(first.map(refilled(this::filled))));
            assertEquals(NUMBERS, all(first.map(refilled(i -> ByteBuffer.wrap((byte[]) filled(i))))));
            assertEquals(NUMBERS, all(firstOfTwo.map(refilled(this::filledPair))));
        }
    }

    @Test
    void anIteratorThatFillsItsArrayAgainLeavesTheInputsOfABlockingFunctionAlone() {
        TaskFunction<Object> blocking = penny.javaModule("blocking")
                .blockingFunction("first", "(bytes)->i32", call -> call.result((int) call.bytes(0)[0])).register().function("first");
        assertEquals(NUMBERS, penny.scope(scope -> all(blocking.map(refilled(this::filled)))));
    }

    @Test
    void anIteratorThatFillsItsArrayAgainLeavesTheInputsOfAPipelineAlone() {
        TaskFunction<Object> later = java("later", "(i32,bytes)->i32", call -> call.result(call.i32(0) + call.bytes(1)[0]));
        var pipeline = penny.pipeline("p").serial("first", first).serial("later", later, filled(0)).build();
        assertEquals(NUMBERS, all(pipeline.run(refilled(this::filled))));
    }

    @Test
    void aBufferFilledAgainLeavesATaskOfAGraphAloneThatIsStillWritten() {
        GraphBuilder builder = penny.graph("g");
        GraphTask one = builder.task("one", first, filled(1));
        GraphTask two = builder.task("two", firstOfTwo, filledPair(2));
        filledPair(9);
        try (TaskGraph graph = builder.build()) {
            var run = graph.run().join();
            assertEquals(List.of(1, 2), List.of(run.result(one), run.result(two)));
        }
    }

    @Test
    void aBufferFilledAgainLeavesAnInstructionAloneThatIsStillToBeIssued() {
        try (Program program = penny.program(ProgramOptions.defaults())) {
            Variable<Integer> result = program.variable("result", 0);
            Instruction instruction = program.call(first, filled(1)).into(result);
            filled(2);
            instruction.issue();
            assertEquals(1, result.get());
        }
    }
}
