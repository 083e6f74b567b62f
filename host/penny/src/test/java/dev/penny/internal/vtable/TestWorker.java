package dev.penny.internal.vtable;

import dev.penny.api.CapacityException;
import dev.penny.internal.core.BlockingThreads;
import dev.penny.internal.core.CoreForks;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.HostTask;
import dev.penny.internal.core.WasmRuntime;
import dev.penny.internal.core.WorkerLink;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/**
 * A worker without the core: a real context, core memory, one table, a bump allocator, and a wasm function that calls a slot just
 * as the core does.
 */
public final class TestWorker implements WorkerLink {

    /** Slots of the table. */
    public static final int SLOTS = 64;
    private static final int HEAP_START = 65_536;
    private static final int CALLS_REF = 512;
    private static final int MEMORY_PAGES = 128;
    private static final WasmRuntime RUNTIME = WasmRuntime.start();

    /** Memory and result heap that several workers share, like the core's. */
    public static final class Machine {
        private final Value memory = RUNTIME.instantiate("memory", RUNTIME.compile("memory", SystemModules.memory(MEMORY_PAGES)), Map.of())
                .getMember("memory");
        private final CoreMemory bytes = new CoreMemory(RUNTIME.bufferOf(memory));
        private final BlockingThreads blockingThreads = new BlockingThreads();
        private final AtomicInteger heapTop = new AtomicInteger(HEAP_START);
        private volatile int heapLimit = MEMORY_PAGES * SystemModules.PAGE_BYTES;

        /** The result heap ends here from now on. */
        public void limitHeap(int bytesLeft) {
            heapLimit = heapTop.get() + bytesLeft;
        }

        private int allocate(int length) {
            int rounded = length + 7 & ~7;
            while (true) {
                int top = heapTop.get();
                if (rounded > heapLimit - top) {
                    return 0;
                }
                if (heapTop.compareAndSet(top, top + rounded)) {
                    return top;
                }
            }
        }
    }

    private final int worker;
    private final Machine machine;
    private final Value table;
    private final Value reset;
    private final Value dispatch;
    private final Map<Integer, HostTask> hostTasks = new HashMap<>();
    private int currentSlot;
    private Throwable failure;
    private IntConsumer binder = slot -> { };
    private int binds;
    private int frameNow;
    private volatile IntConsumer resumer = frame -> { };

    /** Worker 0 of its own machine. */
    public TestWorker() {
        this(0, new Machine());
    }

    /** One of several workers. */
    public TestWorker(int worker, Machine machine) {
        this.worker = worker;
        this.machine = machine;
        ProxyExecutable bind = arguments -> {
            binds++;
            binder.accept(currentSlot);
            return failure == null ? currentSlot : -1;
        };
        Value tables = RUNTIME.instantiate("table", RUNTIME.compile("table", SystemModules.table(SLOTS)),
                Map.of("penny", Map.of("bind", bind), "core", Map.of("memory", machine.memory)));
        this.table = tables.getMember("table");
        this.reset = tables.getMember("reset");
        this.dispatch = RUNTIME.instantiate("dispatch", RUNTIME.compile("dispatch", dispatcher()), Map.of("core", Map.of("table", table)))
                .getMember("dispatch");
    }

    private static byte[] dispatcher() {
        WasmWriter module = new WasmWriter();
        int type = module.type(List.of(WasmType.I32), List.of(WasmType.I32));
        module.importTable("core", "table", 0);
        int function = module.function(List.of(WasmType.I32, WasmType.I32), List.of(WasmType.I32), List.of(),
                new CodeWriter().localGet(1).localGet(0).i32Const(1).op(CodeWriter.I32_SHL).callIndirect(type, 0));
        return module.export("dispatch", WasmWriter.Kind.FUNCTION, function).toByteArray();
    }

    /** The runtime of all tests. */
    public static WasmRuntime sharedRuntime() {
        return RUNTIME;
    }

    /** Called when an unbound slot is dispatched. */
    public void onBind(IntConsumer action) {
        binder = action;
    }

    /** How often an unbound slot was met. */
    public int binds() {
        return binds;
    }

    /** Makes slots unbound again. */
    public void reset(int first, int count) {
        reset.executeVoid(first, count);
    }

    /** Calls a slot; the outcome, or what it trapped with. */
    public int dispatch(int slot, int record) {
        failure = null;
        currentSlot = slot;
        return dispatch.execute(slot, record).asInt();
    }

    /** What {@link #fail} was told during the last dispatch; {@code null} if nothing. */
    public Throwable failure() {
        return failure;
    }

    @Override
    public int worker() {
        return worker;
    }

    @Override
    public WasmRuntime runtime() {
        return RUNTIME;
    }

    @Override
    public CoreMemory memory() {
        return machine.bytes;
    }

    @Override
    public Value memoryValue() {
        return machine.memory;
    }

    @Override
    public Value tableValue() {
        return table;
    }

    @Override
    public Value heapAllocValue() {
        ProxyExecutable alloc = arguments -> {
            if (arguments[0].asInt() != worker) {
                throw new AssertionError("the glue was not told its worker: " + arguments[0]);
            }
            return machine.allocate(arguments[1].asInt());
        };
        return RUNTIME.context().asValue(alloc);
    }

    @Override
    public ProxyExecutable invoke() {
        return arguments -> {
            try {
                return hostTasks.get(machine.bytes.getInt(callRef() + 4)).run(machine.bytes.getInt(callRef()));
            } catch (Throwable e) {
                fail(e);
                return 1;
            }
        };
    }

    @Override
    public ProxyExecutable invokeBatch() {
        return arguments -> {
            throw new AssertionError("tests dispatch single records");
        };
    }

    @Override
    public int callRef() {
        return CALLS_REF + 32 * worker;
    }

    @Override
    public void bindHostTask(int slot, HostTask task) {
        hostTasks.put(slot, task);
    }

    @Override
    public int allocateResult(int bytes) {
        int ref = machine.allocate(bytes);
        if (ref == 0) {
            throw new CapacityException("the result heap is full: bytes=" + bytes);
        }
        return ref;
    }

    @Override
    public void fail(Throwable cause) {
        failure = cause;
    }

    /** Called on any thread with the frame when a waiting task may go on. */
    public void onResume(IntConsumer action) {
        resumer = action;
    }

    /** A record is all there is of a frame here. */
    public void currentFrame(int frame) {
        frameNow = frame;
    }

    @Override
    public CoreForks forks() {
        throw new UnsupportedOperationException("a test worker cannot fork");
    }

    @Override
    public int jobSlot() {
        return 0;
    }

    @Override
    public OptionalInt findNumericFunction(String name) {
        return OptionalInt.empty();
    }

    @Override
    public Registration registerBeatFlag(Value global) {
        return () -> { };
    }

    @Override
    public int failedChildRef() {
        return 0;
    }

    @Override
    public int currentFrame() {
        return frameNow;
    }

    @Override
    public BlockingThreads blockingThreads() {
        return machine.blockingThreads;
    }

    @Override
    public void resume(int frame) {
        resumer.accept(frame);
    }
}
