package dev.penny.internal.guest;

import dev.penny.api.DeadlineException;
import dev.penny.api.GraphFailedException;
import dev.penny.api.Priority;
import dev.penny.api.TaskFunction;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphRun;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.NodeOutcome;
import dev.penny.api.graph.TaskGraph;
import dev.penny.internal.core.TaskGraphs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.IntFunction;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyArray;

/** The graphs of {@code penny.graph}: builds what {@code penny-fork.js} describes, whose values it has checked, and runs it. */
final class JsGraphs {

    private JsGraphs() { }

    /**
     * Runs a graph and waits.
     *
     * @param functions the name of a function by the number of its target
     * @return what failed or {@code null}, the outcome of every task, and its result or failure
     */
    static Object run(TaskGraphs graphs, String name, Value specs, IntFunction<String> functions) {
        GraphBuilder builder = graphs.graph(name);
        List<GraphTask> tasks = new ArrayList<>();
        for (int i = 0; i < specs.getArraySize(); i++) {
            Value spec = specs.getArrayElement(i);
            tasks.add(add(builder, tasks, spec, graphs.function(functions.apply(spec.getMember("target").asInt()))));
        }
        for (int i = 0; i < tasks.size(); i++) {
            Value after = specs.getArrayElement(i).getMember("after");
            for (int k = 0; k < after.getArraySize(); k++) {
                tasks.get(i).after(tasks.get(after.getArrayElement(k).asInt()));
            }
        }
        try (TaskGraph graph = builder.build()) {
            GraphRun run = graph.run();
            Object message = null;
            try {
                run.join();
            } catch (GraphFailedException | CancellationException | DeadlineException e) {
                message = e.getMessage();
            }
            Object[] states = new Object[tasks.size()];
            Object[] values = new Object[tasks.size()];
            for (int i = 0; i < states.length; i++) {
                NodeOutcome outcome = run.outcome(tasks.get(i));
                states[i] = GuestGraphs.state(outcome);
                values[i] = value(run, tasks.get(i), outcome);
            }
            return ProxyArray.fromArray(message, ProxyArray.fromArray(states), ProxyArray.fromArray(values));
        }
    }

    private static Object value(GraphRun run, GraphTask task, NodeOutcome outcome) {
        return switch (outcome) {
            case NodeOutcome.Done() when task.function().signature().result().isEmpty() -> "()";
            case NodeOutcome.Done() -> JsForks.forScript(run.result(task));
            case NodeOutcome.Failed(var cause) -> cause.getMessage();
            case NodeOutcome.Skipped skipped -> null;
            case NodeOutcome.Cancelled() -> null;
            case NodeOutcome.NotReached() -> null;
        };
    }

    private static GraphTask add(GraphBuilder builder, List<GraphTask> earlier, Value spec, TaskFunction<?> function) {
        Value values = spec.getMember("values");
        Value sources = spec.getMember("sources");
        Object[] arguments = new Object[Math.toIntExact(values.getArraySize())];
        for (int i = 0; i < arguments.length; i++) {
            int source = sources.getArrayElement(i).asInt();
            arguments[i] = source >= 0 ? earlier.get(source)
                    : JsForks.argument(function.signature().parameters().get(i), values.getArrayElement(i));
        }
        GraphTask task = builder.task(spec.getMember("name").asString(), function, arguments);
        int priority = spec.getMember("priority").asInt();
        if (priority != 0) {
            task.priority(priority > 0 ? Priority.HIGH : Priority.LOW);
        }
        int worker = spec.getMember("worker").asInt();
        return worker < 0 ? task : task.pinnedTo(worker);
    }
}
