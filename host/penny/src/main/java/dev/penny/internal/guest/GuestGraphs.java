package dev.penny.internal.guest;

import dev.penny.api.DeadlineException;
import dev.penny.api.GraphException;
import dev.penny.api.GraphFailedException;
import dev.penny.api.Priority;
import dev.penny.api.Signature;
import dev.penny.api.TaskFunction;
import dev.penny.api.ValueType;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.NodeOutcome;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.core.TaskGraphs;
import dev.penny.internal.guest.GraphDescription.Argument;
import dev.penny.internal.guest.GraphDescription.Task;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/**
 * The import {@code penny.graph_run} of one instance of a wasm guest: builds the graph that the guest describes, runs it as any other graph,
 * and writes the outcome into the description. Results that the guest keeps, and the message of a failure, come into memory from its own
 * {@code penny_alloc}, as arguments do.
 *
 * <p><b>Threads:</b> the one that runs the guest.
 */
final class GuestGraphs {

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int CANCELLED = 2;
    private static final int DONE_STATE = 1;
    private static final int RESULT_BYTES = 4;
    private static final int RESULT = 8;

    private final String module;
    private final TaskGraphs graphs;
    private final Supplier<ByteBuffer> memory;
    private Optional<Value> alloc = Optional.empty();

    GuestGraphs(String module, TaskGraphs graphs, Supplier<ByteBuffer> memory) {
        this.module = module;
        this.graphs = graphs;
        this.memory = memory;
    }

    /** The instance is there. */
    void attach(Optional<Value> allocator) {
        alloc = allocator;
    }

    /** The import. What it throws unwinds as a trap of the guest. */
    ProxyExecutable function() {
        return arguments -> run(arguments[0].asInt(), arguments[1].asInt());
    }

    private int run(int pointer, int headerBytes) {
        GraphDescription description = GraphDescription.read(memory.get(), pointer, headerBytes);
        GraphBuilder builder = graphs.graph(module);
        List<GraphTask> tasks = new ArrayList<>();
        for (Task task : description.tasks()) {
            tasks.add(add(builder, tasks, task));
        }
        description.orders().forEach(order -> tasks.get(order.after()).after(tasks.get(order.before())));
        try (TaskGraph graph = builder.build()) {
            GraphRun run = graph.run();
            int status = DONE;
            try {
                run.join();
            } catch (GraphFailedException e) {
                status = FAILED;
                if (alloc.isPresent()) {
                    writeBlock(pointer + GraphDescription.MESSAGE, pointer + GraphDescription.MESSAGE + 4, Utf8.encode(e.getMessage()));
                }
            } catch (CancellationException | DeadlineException e) {
                status = CANCELLED;
            }
            for (int i = 0; i < tasks.size(); i++) {
                writeOutcome(description.tasks().get(i), run, tasks.get(i));
            }
            return status;
        }
    }

    // ---- building

    private GraphTask add(GraphBuilder builder, List<GraphTask> earlier, Task task) {
        TaskFunction<?> function = graphs.function(task.function().indexOf('/') < 0 ? module + "/" + task.function() : task.function());
        Signature signature = function.signature();
        if (task.keep() && (alloc.isEmpty() || signature.result().filter(ValueType::isBlock).isEmpty())) {
            throw new GraphException("penny.graph_run: a result cannot be kept: task=%d, function=%s, reason=%s".formatted(earlier.size(),
                    function.mangledName(), alloc.isEmpty() ? "the module has no penny_alloc" : "it is neither bytes nor text"));
        }
        List<ValueType> types = signature.parameters();
        Object[] arguments = new Object[task.arguments().size()];
        for (int i = 0; i < arguments.length; i++) {
            // What is too many is refused by the builder, whatever its type.
            arguments[i] = argument(task.arguments().get(i), i < types.size() ? types.get(i) : ValueType.I64, earlier);
        }
        GraphTask added = builder.task(task.name().isEmpty() ? "task " + earlier.size() : task.name(), function, arguments);
        if (task.priority() != 0) {
            added.priority(task.priority() > 0 ? Priority.HIGH : Priority.LOW);
        }
        return task.worker() == -1 ? added : added.pinnedTo(task.worker());
    }

    /** An argument as its type says; where it does not fit, something that the builder refuses. */
    private static Object argument(Argument argument, ValueType type, List<GraphTask> earlier) {
        return switch (argument) {
            case Argument.Result(int index) -> earlier.get(index);
            case Argument.Block(byte[] bytes) when type == ValueType.STRING -> new String(bytes, StandardCharsets.UTF_8);
            case Argument.Block(byte[] bytes) -> bytes;
            case Argument.Word(long bits) -> switch (type) {
                case I32 -> (Object) (int) bits;
                case I64, BYTES, STRING -> bits;
                case F32 -> Float.intBitsToFloat((int) bits);
                case F64 -> Double.longBitsToDouble(bits);
            };
        };
    }

    // ---- outcome

    /** The number of an outcome in guests. */
    static int state(NodeOutcome outcome) {
        return switch (outcome) {
            case NodeOutcome.NotReached() -> 0;
            case NodeOutcome.Done() -> DONE_STATE;
            case NodeOutcome.Failed failed -> 2;
            case NodeOutcome.Skipped skipped -> 3;
            case NodeOutcome.Cancelled() -> 4;
        };
    }

    private void writeOutcome(Task task, GraphRun run, GraphTask node) {
        int at = task.at() + GraphDescription.TASK_STATE;
        int state = state(run.outcome(node));
        if (state == DONE_STATE) {
            switch (run.result(node)) {
                case null -> { }
                case byte[] bytes when task.keep() -> writeBlock(at + RESULT, at + RESULT_BYTES, bytes);
                case String text when task.keep() -> writeBlock(at + RESULT, at + RESULT_BYTES, Utf8.encode(text));
                case Integer number -> write().putLong(at + RESULT, Integer.toUnsignedLong(number));
                case Long number -> write().putLong(at + RESULT, number);
                case Float number -> write().putLong(at + RESULT, Integer.toUnsignedLong(Float.floatToRawIntBits(number)));
                case Double number -> write().putLong(at + RESULT, Double.doubleToRawLongBits(number));
                default -> { }
            }
        }
        write().putInt(at, state);
    }

    /** The memory anew: it moves when it grows. The places written to were compared with it before, and memories never shrink. */
    private ByteBuffer write() {
        return memory.get().order(ByteOrder.LITTLE_ENDIAN);
    }

    private void writeBlock(int addressAt, int lengthAt, byte[] bytes) {
        long address = Integer.toUnsignedLong(alloc.orElseThrow().execute(bytes.length).asInt());
        if (bytes.length > 0 && (address == 0 || address + bytes.length > memory.get().capacity())) {
            throw new GraphException("penny.graph_run: penny_alloc gave no memory for a result: bytes=%d, address=%d, memoryBytes=%d"
                    .formatted(bytes.length, address, memory.get().capacity()));
        }
        ByteBuffer target = write();
        if (bytes.length > 0) {
            target.put((int) address, bytes);
        }
        target.putInt(addressAt, (int) address);
        target.putInt(lengthAt, bytes.length);
    }
}
