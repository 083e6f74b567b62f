package dev.penny;

import dev.penny.api.Joined;
import dev.penny.api.LoadException;
import dev.penny.api.LoadOptions;
import dev.penny.api.ModuleInspection;
import dev.penny.api.MemoryMap;
import dev.penny.api.Policy;
import dev.penny.api.Recording;
import dev.penny.api.RuntimeReport;
import dev.penny.api.ScopeOptions;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskHandle;
import dev.penny.api.TaskModule;
import dev.penny.api.TaskScope;
import dev.penny.api.WorkerCounters;
import dev.penny.api.graph.GraphBuilder;
import dev.penny.api.graph.PipelineBuilder;
import dev.penny.api.graph.Prerequisites;
import dev.penny.api.graph.Program;
import dev.penny.api.graph.ProgramOptions;
import dev.penny.internal.core.RuntimeProbe;
import dev.penny.internal.engine.EngineConfig;
import dev.penny.internal.engine.JavaModuleDraft;
import dev.penny.internal.engine.Lender;
import dev.penny.internal.engine.ModuleLoader;
import dev.penny.internal.engine.Scheduler;
import dev.penny.internal.engine.TaskExecutorService;
import dev.penny.spi.ThreadBackend;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * A parallel task runtime: loads modules of task functions written in wasm, JavaScript or Java and runs their functions on workers
 * whose threads a swappable {@link ThreadBackend} lends.
 *
 * <p><b>Threads:</b> all methods may be called by any thread; {@link #close}, {@link #closeNow} and {@link #swapBackend} block and
 * may not be called from inside a task.
 */
public final class Penny implements AutoCloseable {

    private final Scheduler scheduler;
    private final ModuleLoader loader;

    Penny(EngineConfig config) {
        this.scheduler = Scheduler.start(config);
        this.loader = new ModuleLoader(scheduler);
    }

    /** Settings with defaults: as many workers as processors, platform threads, 64 MiB of core memory. */
    public static PennyBuilder builder() {
        return new PennyBuilder();
    }

    /** What Penny would run on in this JVM, and why tasks would be interpreted if they would. */
    public static RuntimeReport report() {
        return RuntimeProbe.report(Backends.installed().stream().map(backend -> Lender.of(backend).name()).sorted().toList());
    }

    /** {@code builder().build()}. */
    public static Penny create() {
        return builder().build();
    }

    /** {@link #load(Path, LoadOptions)} with {@link LoadOptions#DEFAULT}. */
    public TaskModule load(Path path) {
        return load(path, LoadOptions.DEFAULT);
    }

    /**
     * Loads a module from a file: {@code .wasm}, or JavaScript as {@code .js} or {@code .mjs}.
     *
     * @throws LoadException the file is missing, unreadable, of another kind or malformed
     * @throws dev.penny.api.LinkException it asks for imports Penny does not have, or the name is taken
     */
    public TaskModule load(Path path, LoadOptions options) {
        return loader.add(loader.read(path, options));
    }

    /** Loads a wasm module from bytes; {@code options} must name it. */
    public TaskModule loadWasm(byte[] wasm, LoadOptions options) {
        return loader.add(loader.wasm(wasm.clone(), options));
    }

    /** Loads an ECMAScript module from text; {@code options} must name it; it cannot import other files. */
    public TaskModule loadJs(String source, LoadOptions options) {
        return loader.add(loader.js(source, options));
    }

    /** Registers the public static methods of a class that carry {@link dev.penny.api.Task}; the module has the class's simple name. */
    public TaskModule register(Class<?> tasks) {
        return loader.add(loader.java(tasks));
    }

    /**
     * Says what is in a module file, and what would keep it from loading with these options, without loading it.
     *
     * @throws LoadException the file is missing, unreadable or of another kind
     */
    public ModuleInspection inspect(Path path, LoadOptions options) {
        return loader.inspect(path, options);
    }

    /** Says what {@link #register(Class)} would find. */
    public ModuleInspection inspect(Class<?> tasks) {
        return loader.inspect(tasks);
    }

    /** Starts a module of Java lambdas. @param name as for {@link LoadOptions#named} */
    public JavaModuleBuilder javaModule(String name) {
        return new JavaModuleBuilder(this, name);
    }

    TaskModule registerJava(JavaModuleDraft draft) {
        return loader.add(loader.java(draft));
    }

    /**
     * Puts another file behind a loaded module. Every {@link dev.penny.api.TaskFunction} of it runs the new version from the next
     * submission on; tasks in flight finish with the old one.
     *
     * @throws dev.penny.api.PennyException the new file cannot be loaded or lacks a function in use; nothing has then changed
     */
    public void replace(TaskModule module, Path path, LoadOptions options) {
        loader.replace(module, loader.read(path, options.named(module.name())));
    }

    /** As {@link #replace(TaskModule, Path, LoadOptions)} with the bytes of a wasm module. */
    public void replaceWasm(TaskModule module, byte[] wasm, LoadOptions options) {
        loader.replace(module, loader.wasm(wasm.clone(), options.named(module.name())));
    }

    /**
     * This scheduler as an executor: each {@code Runnable} is a task. Shutting it down does not close this Penny. Tasks that block
     * hold their worker; mark those as blocking functions instead.
     */
    public ExecutorService asExecutorService() {
        return new TaskExecutorService(loader.executorFunction());
    }

    /**
     * Computes two things, perhaps at once, and waits for both: calls {@code first} here and then {@code second}, unless another worker
     * has taken it meanwhile. Costs a few stores as long as no other worker is idle. In a task of this Penny it runs on the task's
     * worker; called from any other thread, in a task of its own.
     *
     * <p>When one fails, the other is not started or is waited for, and its failure is suppressed in the first.
     *
     * @throws TaskFailedException one of them threw; the cause is what it threw, however many joins it passed. Only a
     *         {@link dev.penny.api.PennyException} comes out as it is, such as that of a task which one of them waited for
     */
    public <A, B> Joined<A, B> join(Callable<? extends A> first, Callable<? extends B> second) {
        return scheduler.forks().join(Objects.requireNonNull(first, "first"), Objects.requireNonNull(second, "second"));
    }

    /** {@link #scope(ScopeOptions, TaskScope.Body)} with {@link ScopeOptions#DEFAULT}. */
    public <R> R scope(TaskScope.Body<R> body) {
        return scope(ScopeOptions.DEFAULT, body);
    }

    /**
     * Runs a body that forks children and returns when all of them have ended, also when the body or a child fails. The body runs here
     * if this is a task of this Penny, else in a task of its own.
     *
     * @throws dev.penny.api.PennyException the first failure that the body does not catch, its own or that of a child (see
     *         {@link ScopeOptions}), or the deadline; wrapped as {@link #join} does
     */
    public <R> R scope(ScopeOptions options, TaskScope.Body<R> body) {
        return scheduler.forks().scope(Objects.requireNonNull(options, "options"), Objects.requireNonNull(body, "body"));
    }

    /**
     * Calls {@code body} for every number of {@code from..to}, {@code to} excluded, in any order and on any workers. What is left of the
     * range is halved whenever another worker could take a part, so neither cheap nor uneven iterations need a grain size.
     *
     * @throws TaskFailedException an iteration threw, as for {@link #join}; iterations that had not begun were left out
     */
    public void parallelFor(long from, long to, LongConsumer body) {
        scheduler.forks().parallelFor(from, to, Objects.requireNonNull(body, "body"));
    }

    /**
     * The results of a function for every input, in the order of the inputs.
     *
     * @throws TaskFailedException the function threw, as for {@link #join}
     */
    public <T, R> List<R> map(List<T> inputs, Function<? super T, ? extends R> function) {
        return scheduler.forks().map(inputs, Objects.requireNonNull(function, "function"));
    }

    /**
     * Combines the values of every number of {@code from..to}, {@code to} excluded. Neighbours are combined in order, along a tree that
     * depends on the range alone: equal calls give equal results, also for sums of floating point numbers.
     *
     * @param identity what leaves a value unchanged when combined with it; the result of an empty range
     * @throws TaskFailedException one of the functions threw, as for {@link #join}
     */
    public <R> R reduce(long from, long to, R identity, LongFunction<? extends R> mapper, BinaryOperator<R> combiner) {
        return scheduler.forks().reduce(from, to, identity, Objects.requireNonNull(mapper, "mapper"),
                Objects.requireNonNull(combiner, "combiner"));
    }

    /**
     * Starts a task graph: named tasks, the results that flow between them and the order they keep. Build it once, run it often.
     *
     * @param name for messages; not blank
     */
    public GraphBuilder graph(String name) {
        return scheduler.graphs().graph(name);
    }

    /**
     * For a task that waits for others: {@code after(a, b).submit(f, x)} runs {@code f} when both have ended, and
     * {@code after().submit(f, a, x)} when {@code a} has, with its result as an argument. No thread waits meanwhile.
     *
     * @param tasks handles of this Penny or another; none is fine
     */
    public Prerequisites after(TaskHandle<?>... tasks) {
        return scheduler.graphs().liveTasks().after(tasks);
    }

    /**
     * Starts a pipeline: stages that every input passes, several inputs at once.
     *
     * @param name for messages; not blank
     */
    public PipelineBuilder pipeline(String name) {
        return scheduler.graphs().pipeline(name);
    }

    /** Starts a program: tasks issued in order that say what they read and write, and run out of order. */
    public Program program(ProgramOptions options) {
        return scheduler.graphs().program(options);
    }

    /**
     * Moves the workers to another backend while tasks run. Each task is run by one of the two, none is lost, none runs twice.
     *
     * @throws dev.penny.api.RuntimeUnusableException the new backend returns null, which leaves the one before in place; or it cannot wake
     *         the workers, or the one before does not give them back, and then every task that waits fails with the same
     */
    public void swapBackend(ThreadBackend backend) {
        scheduler.swapBackend(Objects.requireNonNull(backend, "backend"));
    }

    /** The backend that lends threads now. */
    public ThreadBackend backend() {
        return scheduler.backend();
    }

    /** How many workers there are. */
    public int workers() {
        return scheduler.workerCount();
    }

    /** How many tasks may wait before submissions do. */
    public int queueCapacity() {
        return scheduler.queueCapacity();
    }

    /** The loaded modules in the order they were loaded. */
    public List<TaskModule> modules() {
        return List.copyOf(scheduler.modules().all());
    }

    /** Where things lie in the core's memory. */
    public MemoryMap memoryMap() {
        return scheduler.memoryMap();
    }

    /** Counters of every worker, readable while they run. */
    public List<WorkerCounters> counters() {
        return scheduler.counters();
    }

    /** A hash of every scheduling action so far, on a deterministic backend: equal seeds and programs have equal hashes. */
    public OptionalLong traceHash() {
        return scheduler.traceHash();
    }

    /**
     * What the workers have decided, after {@link PennyBuilder#record} or in a replay. Waits for everything submitted, so that it ends where
     * the work does. Not for tasks.
     *
     * @throws IllegalStateException decisions are not recorded
     * @throws dev.penny.api.CapacityException a worker decided more than there was room for
     */
    public Recording recording() {
        return scheduler.recording();
    }

    /** Which worker runs what. */
    public Policy policy() {
        return scheduler.policy();
    }

    /** How often the ring of {@link Policy.MerryGoRound} or {@link Policy.Hybrid} has turned, modulo 2^32; empty for other policies. */
    public OptionalLong ringTurns() {
        return scheduler.ringTurns();
    }

    /** Takes nothing new, waits for everything submitted, then ends. Idempotent. */
    @Override
    public void close() {
        scheduler.close(true);
    }

    /**
     * Takes nothing new, fails what has not started with {@link dev.penny.api.ClosedException}, waits for what runs, then ends. A blocking
     * function that runs is waited for too, but nobody gets its result: its handle fails at once with the same exception, and
     * {@link dev.penny.api.TaskCall#cancelled} tells it so.
     */
    public void closeNow() {
        scheduler.close(false);
    }
}
