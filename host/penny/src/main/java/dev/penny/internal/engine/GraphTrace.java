package dev.penny.internal.engine;

import dev.penny.api.Signature;
import dev.penny.api.ValueType;
import dev.penny.api.graph.GraphEvent;
import dev.penny.api.graph.GraphListener;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tells a listener what happens in a run. <b>Threads:</b> any; nothing comes out of the listener. */
final class GraphTrace {

    private static final System.Logger LOG = System.getLogger("dev.penny");

    private final GraphExecution run;
    private final GraphListener listener;
    private final CoreMemory memory;
    private final AtomicBoolean complained = new AtomicBoolean();

    GraphTrace(GraphExecution run, GraphListener listener) {
        this.run = run;
        this.listener = listener;
        this.memory = run.placed().scheduler().memory();
    }

    void started() {
        tell(new GraphEvent.RunStarted(System.nanoTime(), run));
    }

    void ended() {
        tell(new GraphEvent.RunEnded(System.nanoTime(), run));
    }

    /** An upcall of the core during the dispatch of a node. */
    void task(int worker, int node, int event) {
        long nanos = System.nanoTime();
        GraphNode task = run.placed().node(run.placed().nodes().index(node));
        if (event == CoreLayout.TRACE_BEGIN) {
            tell(new GraphEvent.TaskBegan(nanos, task, worker, memory.getInt(node + CoreLayout.NODE_SLOT), arguments(task, node)));
            return;
        }
        GraphEvent.Ending ending = switch (event) {
            case CoreLayout.TRACE_DONE -> GraphEvent.Ending.DONE;
            case CoreLayout.TRACE_SUSPENDED -> GraphEvent.Ending.WAITS;
            default -> GraphEvent.Ending.FAILED;
        };
        tell(new GraphEvent.TaskEnded(nanos, task, worker, ending, ending == GraphEvent.Ending.DONE ? result(task, node) : ""));
    }

    private String arguments(GraphNode task, int node) {
        Signature signature = task.loaded().signature();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < signature.parameters().size(); i++) {
            texts.add(text(signature.parameters().get(i), node + CoreLayout.NODE_ARGS + 8 * i));
        }
        return "(" + String.join(", ", texts) + ")";
    }

    private String result(GraphNode task, int node) {
        return task.loaded().signature().result().map(type -> text(type, node + CoreLayout.NODE_RESULT)).orElse("()");
    }

    /** Numbers as they are, of blocks only the length: copying them would be most of what the trace shows. */
    private String text(ValueType type, int word) {
        return switch (type) {
            case I32 -> Integer.toString(memory.getInt(word));
            case I64 -> Long.toString(memory.getLong(word));
            case F32 -> Float.toString(memory.getFloat(word));
            case F64 -> Double.toString(memory.getDouble(word));
            case BYTES, STRING -> type.text() + "[" + CoreMemory.blockLength(memory.getLong(word)) + "]";
        };
    }

    private void tell(GraphEvent event) {
        try {
            listener.happened(event);
        } catch (Throwable e) {
            if (complained.compareAndSet(false, true)) {
                LOG.log(System.Logger.Level.WARNING, "a graph listener failed: graph=%s, event=%s, reason=%s"
                        .formatted(run.placed().name(), event.getClass().getSimpleName(), e), e);
            }
        }
    }
}
