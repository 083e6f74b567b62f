package dev.penny.internal.engine;

import dev.penny.api.CapacityException;
import dev.penny.api.PennyException;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskHandle;
import dev.penny.api.ValueType;
import dev.penny.api.graph.Prerequisites;
import dev.penny.internal.core.ArgumentRegion;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.CoreMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tasks of a scheduler that wait for other tasks. Those that were submitted here are live nodes, and an edge from one to another is one in
 * linear memory; the end of any other task is heard of in Java, which then takes the place of the edge. So it does for all of them while
 * decisions are logged, for the reasons that {@link LoggedEdges} gives.
 *
 * <p><b>Threads:</b> any.
 */
public final class LiveTasks implements LiveGraph.Owner {

    private static final int ATTEMPTS_IN_TASK = 2_000;
    private static final long RETRY_NANOS = 1_000_000;

    private final Scheduler scheduler;
    private final CoreMemory memory;
    private final LiveGraph graph;
    private final ConcurrentHashMap<Integer, LiveTask<?>> byNode = new ConcurrentHashMap<>();
    /** Ended, but their nodes' states were not yet stored. */
    private final ConcurrentLinkedQueue<LiveTask<?>> ending = new ConcurrentLinkedQueue<>();
    private final AtomicInteger endingCount = new AtomicInteger();

    LiveTasks(Scheduler scheduler) {
        this.scheduler = scheduler;
        this.memory = scheduler.memory();
        this.graph = new LiveGraph(scheduler, this);
    }

    /** See {@code Penny.after}. */
    public Prerequisites after(TaskHandle<?>... tasks) {
        return new After(this, handles(tasks));
    }

    private static List<TaskHandle<?>> handles(TaskHandle<?>... tasks) {
        for (TaskHandle<?> task : Objects.requireNonNull(tasks, "tasks")) {
            Objects.requireNonNull(task, "task");
        }
        return List.of(tasks);
    }

    private record After(LiveTasks tasks, List<TaskHandle<?>> prerequisites) implements Prerequisites {
        @Override
        public Prerequisites and(TaskHandle<?>... more) {
            List<TaskHandle<?>> all = new ArrayList<>(prerequisites);
            all.addAll(handles(more));
            return new After(tasks, List.copyOf(all));
        }

        @Override
        public <R> TaskHandle<R> submit(TaskFunction<R> function, Object... arguments) {
            return tasks.submit(FunctionCalls.of(function), prerequisites, Objects.requireNonNull(arguments, "arguments"));
        }
    }

    private <R> LiveTask<R> submit(FunctionCalls<R> called, List<TaskHandle<?>> order, Object... arguments) {
        LoadedFunction<R> function = called.loaded();
        scheduler.checkOpen(function);
        if (function.scheduler() != scheduler) {
            throw new SignatureException("a function of another Penny: function=" + function);
        }
        Object[] values = resolve(function, arguments);
        // By identity of handles: one that is only ordered after counts once.
        Set<TaskHandle<?>> waits = new LinkedHashSet<>(order);
        int edges = 0;
        for (Object value : values) {
            if (value instanceof TaskHandle<?> handle) {
                waits.remove(handle);
                edges++;
            }
        }
        edges += waits.size();
        List<TaskHandle<?>> all = new ArrayList<>(order);
        Arrays.stream(arguments).filter(TaskHandle.class::isInstance).forEach(handle -> all.add((TaskHandle<?>) handle));
        LiveTask<R> task = new LiveTask<>(scheduler, graph, called, allocate(function, values, edges), all);
        write(task, values, edges);
        task.startTimer();
        connect(task, values, waits);
        return task;
    }

    /** Checked arguments; a handle stays one unless its result is there already. */
    private static Object[] resolve(LoadedFunction<?> function, Object... arguments) {
        List<ValueType> parameters = function.signature().parameters();
        if (arguments.length != parameters.size()) {
            throw new SignatureException("wrong arity: function=%s, arguments=%d, expected=%d"
                    .formatted(function, arguments.length, parameters.size()));
        }
        Object[] values = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            if (!(arguments[i] instanceof TaskHandle<?> handle)) {
                values[i] = function.marshaller().convert(i, arguments[i]);
                continue;
            }
            ValueType expected = parameters.get(i);
            if (handle.function().signature().result().filter(type -> type == expected).isEmpty()) {
                throw new SignatureException("wrong type: function=%s, parameter=%d, expected=%s, task=%s"
                        .formatted(function, i, expected.text(), handle.function().mangledName()));
            }
            values[i] = handle.state() == Future.State.SUCCESS
                    ? function.marshaller().convert(i, handle.resultNow()) : handle;
        }
        return values;
    }

    private LiveTask.Room allocate(LoadedFunction<?> function, Object[] values, int edges) {
        reclaim();
        long bytes = CoreLayout.NODE_BYTES + (long) CoreLayout.EDGE_BYTES * edges + function.marshaller().blockBytes(values);
        ArgumentRegion region = scheduler.argumentRegion();
        if (bytes > region.passingBytes()) {
            throw new CapacityException("arguments larger than argument memory: function=%s, bytes=%d, limit=%d"
                    .formatted(function, bytes, region.passingBytes()));
        }
        if (!Worker.onWorkerOf(scheduler)) {
            return new LiveTask.Room(scheduler.submitter().allocate((int) bytes, function), (int) bytes);
        }
        for (int attempt = 0; attempt < ATTEMPTS_IN_TASK; attempt++) {
            int ref = region.allocate((int) bytes);
            if (ref != ArgumentRegion.NONE) {
                return new LiveTask.Room(ref, (int) bytes);
            }
            scheduler.submitter().makeWay();
            reclaim();
        }
        throw new CapacityException("argument memory full: function=%s, bytes=%d, used=%d, limit=%d"
                .formatted(function, bytes, region.usedBytes(), region.passingBytes()));
    }

    private void write(LiveTask<?> task, Object[] values, int edges) {
        LoadedFunction<?> function = task.loadedFunction();
        int node = task.node();
        int block = node + CoreLayout.NODE_BYTES + CoreLayout.EDGE_BYTES * edges;
        graph.write(node, function, function.frameFlags() | task.terms().placement().flags() | CoreLayout.FLAG_NOTIFY,
                scheduler.graphs().liveTicket(), 1 + edges);
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] instanceof TaskHandle<?>)) {
                block += function.marshaller().write(memory, node + CoreLayout.NODE_RESULT, i, block, values[i]);
            }
        }
        byNode.put(node, task);
    }

    private void connect(LiveTask<?> task, Object[] values, Set<TaskHandle<?>> waits) {
        int edge = task.node() + CoreLayout.NODE_BYTES;
        for (int i = 0; i < values.length; i++) {
            if (values[i] instanceof TaskHandle<?> handle) {
                connect(task, handle, edge, 1 + i);
                edge += CoreLayout.EDGE_BYTES;
            }
        }
        for (TaskHandle<?> handle : waits) {
            connect(task, handle, edge, 0);
            edge += CoreLayout.EDGE_BYTES;
        }
        graph.arrive(task.node(), 1, task.terms().placement());
        // Pairs with abandoned: either this sees that the scheduler has ended, or that sees the task.
        if (scheduler.hasEnded() && byNode.remove(task.node(), task)) {
            task.abandon(scheduler.ending(task.loadedFunction()));
        }
    }

    private void connect(LiveTask<?> task, TaskHandle<?> prerequisite, int edge, int argument) {
        if (!scheduler.isLogged() && prerequisite instanceof LiveTask<?> live && live.scheduler == scheduler && live.link(task, edge, argument)) {
            return;
        }
        prerequisite.whenComplete((result, failure) -> {
            if (failure != null) {
                graph.poison(task.node(), 0);
                graph.arrive(task.node(), 1, task.terms().placement());
            } else if (argument == 0) {
                graph.arrive(task.node(), 1, task.terms().placement());
            } else {
                give(task, argument - 1, task.loadedFunction().marshaller().convert(argument - 1, result));
            }
        });
    }

    /** Writes an argument that came through Java; tries again later if there is no memory for its bytes. */
    private void give(LiveTask<?> task, int parameter, Object prepared) {
        int block = 0;
        if (prepared instanceof byte[] bytes) {
            block = scheduler.argumentRegion().allocate(bytes.length + 7 & -8);
            if (block == ArgumentRegion.NONE) {
                if (!scheduler.isClosed() && !scheduler.isBroken()) {
                    scheduler.deadlines().after(RETRY_NANOS, () -> give(task, parameter, prepared));
                }
                return;
            }
            task.add(new LiveTask.Room(block, bytes.length + 7 & -8));
        }
        task.loadedFunction().marshaller().write(memory, task.node() + CoreLayout.NODE_RESULT, parameter, block, prepared);
        graph.arrive(task.node(), 1, task.terms().placement());
    }

    // ---- what workers and the scheduler tell

    @Override
    public void nodeEnded(Worker worker, int node, int state) {
        LiveTask<?> task = byNode.remove(node);
        if (task == null) {
            worker.failures().drop();
            return; // It was told already that the scheduler has ended.
        }
        reclaim();
        ending.add(task);
        endingCount.incrementAndGet();
        task.ended(worker, state);
    }

    /** Frees the nodes of tasks that have ended. */
    private void reclaim() {
        for (int left = endingCount.get(); left > 0; left--) {
            LiveTask<?> task = ending.poll();
            if (task == null) {
                return;
            }
            if (task.reclaim()) {
                endingCount.decrementAndGet();
            } else {
                ending.add(task);
            }
        }
    }

    @Override
    public boolean isBusy() {
        reclaim();
        return !byNode.isEmpty() || endingCount.get() > 0;
    }

    @Override
    public void abandoned(PennyException cause) {
        byNode.keySet().forEach(node -> {
            LiveTask<?> task = byNode.remove(node);
            if (task != null) {
                task.abandon(cause);
            }
        });
    }
}
