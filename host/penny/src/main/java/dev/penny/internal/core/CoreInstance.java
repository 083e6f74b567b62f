package dev.penny.internal.core;

import java.util.Map;
import java.util.function.IntSupplier;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/** One instance of the core with its function table. <b>Threads:</b> one at a time. */
public final class CoreInstance {

    private final Value exports;
    private final Table table;
    private final Value run;
    private final Value step;
    private final Value fail;
    private final Value heapAlloc;
    private final Value stackPointer;
    private CoreForks forks;

    private CoreInstance(Value exports, Table table) {
        this.exports = exports;
        this.table = table;
        this.run = exports.getMember("penny_worker_run");
        this.step = exports.getMember("penny_worker_step");
        this.fail = exports.getMember("penny_worker_fail");
        this.heapAlloc = exports.getMember("penny_heap_alloc");
        this.stackPointer = exports.getMember("__stack_pointer");
        this.forks = CoreForks.of(exports, false);
    }

    static CoreInstance create(WasmRuntime runtime, Value module, Value memory, Table table, CoreUpcalls upcalls) {
        ProxyExecutable complete = arguments -> {
            upcalls.complete();
            return null;
        };
        ProxyExecutable unpark = arguments -> {
            upcalls.unpark(arguments[0].asInt());
            return null;
        };
        ProxyExecutable panic = arguments -> {
            upcalls.panic(arguments[0].asInt(), arguments[1].asInt());
            return null;
        };
        ProxyExecutable await = arguments -> {
            upcalls.await();
            return null;
        };
        ProxyExecutable heartbeat = arguments -> {
            upcalls.startHeartbeat();
            return null;
        };
        ProxyExecutable trace = arguments -> {
            upcalls.trace();
            return null;
        };
        Map<String, Map<String, Object>> imports = Map.of(
                "env", Map.of("memory", memory, "__indirect_function_table", table.value()),
                "penny_host", Map.of("complete", complete, "unpark", unpark, "wait", await, "heartbeat", heartbeat,
                        "trace", trace, "panic", panic));
        return new CoreInstance(runtime.instantiate("penny-core", module, imports), table);
    }

    long abiHash() {
        return exports.getMember("penny_abi_hash").execute().asLong();
    }

    int init(int memoryBytes) {
        return exports.getMember("penny_init").execute(memoryBytes).asInt();
    }

    /** {@code penny_worker_run} with these arguments, which are made once: a small run is to allocate next to nothing. */
    public IntSupplier run(int worker, int dispatchesMax) {
        Object[] arguments = {worker, dispatchesMax};
        return () -> run.execute(arguments).asInt();
    }

    /** {@code penny_worker_step}. */
    public int step(int worker) {
        return step.execute(worker).asInt();
    }

    /** {@code penny_worker_fail}. */
    public CoreStatus fail(int worker, int keep) {
        return CoreStatus.of(fail.execute(worker, keep).asInt());
    }

    /** Makes forks poll with a log. Before they are used. */
    public void logPolls() {
        forks = CoreForks.of(exports, true);
    }

    /** {@code penny_log_choice}. */
    public boolean logChoice(int worker, int what, boolean seen) {
        return exports.getMember("penny_log_choice").execute(worker, what, seen ? 1 : 0).asInt() != 0;
    }

    /** {@code penny_log_withdraw}. */
    public boolean logWithdraw(int worker, int what, int frame) {
        return exports.getMember("penny_log_withdraw").execute(worker, what, frame).asInt() != 0;
    }

    /** {@code penny_worker_help}. */
    public int help(int worker) {
        return forks.help().execute(worker).asInt();
    }

    /** Its fork functions. */
    public CoreForks forks() {
        return forks;
    }

    /** Where its shadow stack ends now; a trap leaves it where the trap was. */
    public int stackPointer() {
        return stackPointer.getMember("value").asInt();
    }

    /** {@code penny_heap_alloc}; 0 if the heap is full. */
    public int heapAlloc(int worker, int bytes) {
        return heapAlloc.execute(worker, bytes).asInt();
    }

    /** {@code penny_heap_free}. */
    public void heapFree(int worker, int ref) {
        exports.getMember("penny_heap_free").executeVoid(worker, ref);
    }

    /** {@code penny_heap_alloc} as an import for glue modules. */
    public Value heapAllocValue() {
        return heapAlloc;
    }

    /** {@code penny_registry_insert}. */
    public CoreStatus registryInsert(long hash, int slot) {
        return CoreStatus.of(exports.getMember("penny_registry_insert").execute(hash, slot).asInt());
    }

    /** {@code penny_registry_replace}. */
    public CoreStatus registryReplace(long hash, int slot) {
        return CoreStatus.of(exports.getMember("penny_registry_replace").execute(hash, slot).asInt());
    }

    /** {@code penny_registry_find}. */
    public int registryFind(long hash) {
        return exports.getMember("penny_registry_find").execute(hash).asInt();
    }

    /** Puts the shadow stack pointer at a worker's stack top: before first use, and after a trap unwound. */
    public void setStackPointer(int top) {
        stackPointer.putMember("value", top);
    }

    /** Its function table. */
    public Table table() {
        return table;
    }

    /**
     * A worker's function table, every entry at first the thunk that asks for the module to be bound.
     *
     * @param value the table as an import
     * @param reset {@code reset(first, count)} makes slots unbound again
     */
    public record Table(Value value, Value reset) {

        /** A table whose unbound entries ask {@code bind} for the slot that now is bound, negative if that failed. */
        public static Table create(WasmRuntime runtime, Value tableModule, Value memory, IntSupplier bind) {
            ProxyExecutable proxy = arguments -> bind.getAsInt();
            Value exports = runtime.instantiate("penny-table", tableModule,
                    Map.of("penny", Map.of("bind", proxy), "core", Map.of("memory", memory)));
            return new Table(exports.getMember("table"), exports.getMember("reset"));
        }

        /** Makes {@code count} slots from {@code first} unbound. */
        public void unbind(int first, int count) {
            reset.executeVoid(first, count);
        }
    }
}
