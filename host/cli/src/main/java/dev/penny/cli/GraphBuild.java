package dev.penny.cli;

import dev.penny.Penny;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.GraphSemaphore;
import dev.penny.api.graph.GraphTask;
import dev.penny.api.graph.TaskGraph;
import dev.penny.cli.graph.Plan;
import dev.penny.cli.graph.PlannedTask;
import dev.penny.cli.graph.PlannedTask.Action;
import dev.penny.cli.graph.PlannedTask.PlannedArgument;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A plan as a graph of the runtime.
 *
 * @param tasks the graph's task for each of the plan
 */
record GraphBuild(TaskGraph graph, Map<PlannedTask, GraphTask> tasks) {

    /**
     * Builds it.
     *
     * @throws dev.penny.api.CapacityException its arguments do not fit into memory
     */
    static GraphBuild of(Penny penny, Plan plan, OwnFunctions functions) {
        Optional<TaskModule> own = functions.register(penny, plan);
        GraphBuilder builder = penny.graph(plan.name());
        Map<String, GraphSemaphore> limits = new HashMap<>();
        plan.limits().forEach((name, permits) -> limits.put(name, builder.semaphore(name, permits)));
        Map<PlannedTask, GraphTask> tasks = new IdentityHashMap<>();
        for (PlannedTask planned : plan.tasks()) {
            Object[] arguments = planned.arguments().stream().map(argument -> switch (argument) {
                case PlannedArgument.Given(Object value) -> value;
                case PlannedArgument.Result(PlannedTask producer) -> tasks.get(producer);
            }).toArray();
            GraphTask task = builder.task(planned.name(), function(planned, own), arguments);
            planned.after().forEach(predecessor -> task.after(tasks.get(predecessor)));
            planned.placement().limits().forEach(limit -> task.acquires(limits.get(limit)));
            if (planned.placement().worker().isPresent()) {
                task.pinnedTo(planned.placement().worker().getAsInt());
            } else {
                task.priority(planned.placement().priority());
            }
            tasks.put(planned, task);
        }
        return new GraphBuild(builder.build(), tasks);
    }

    private static TaskFunction<?> function(PlannedTask planned, Optional<TaskModule> own) {
        return switch (planned.action()) {
            case Action.Call(TaskFunction<?> function) -> function;
            case Action.Own(var function, var signature) -> own.orElseThrow().function(OwnFunctions.name(function), signature.toString());
            case Action.Missing() -> throw new IllegalStateException("a plan with mistakes: task=" + planned.name());
        };
    }
}
