package dev.penny.internal.guest;

import dev.penny.api.LinkException;
import dev.penny.api.LoadOptions;
import dev.penny.internal.core.WasmRuntime;
import dev.penny.internal.core.WorkerLink;
import dev.penny.internal.guest.Guest.BoundFunction;
import dev.penny.internal.guest.Guest.GuestInstance;
import dev.penny.internal.vtable.ForkModule;
import dev.penny.internal.vtable.Glue;
import dev.penny.internal.vtable.GlueModule.Placement;
import dev.penny.internal.vtable.HostThunks;
import dev.penny.internal.vtable.Thunk;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/**
 * A checked and compiled wasm guest: what isolated and shared ones have in common.
 *
 * <p><b>Threads:</b> any.
 */
final class WasmCode {

    private static final System.Logger.Level[] LEVELS = {
        System.Logger.Level.DEBUG, System.Logger.Level.INFO, System.Logger.Level.WARNING, System.Logger.Level.ERROR};

    /** The global in which a guest that forks sees a beat. */
    private static final String BEAT_FLAG = "penny_beat_flag";

    private final WasmRuntime runtime;
    private final String name;
    private final WasmShape shape;
    private final LoadOptions options;
    private final GuestLog log;
    private final WasmFunctions functions;
    private final Value compiled;
    private final Map<List<Thunk>, Glue> glues = new ConcurrentHashMap<>();
    private final HostThunks hostThunks;
    private ForkModule forkModule;

    /**
     * Compiles.
     *
     * @throws dev.penny.api.LoadException the bytes are not a valid module
     */
    WasmCode(WasmRuntime runtime, String name, WasmShape shape, byte[] wasm, LoadOptions options, GuestLog log) {
        this.runtime = runtime;
        this.name = name;
        this.shape = shape;
        this.options = options;
        this.log = log;
        this.functions = new WasmFunctions(name, shape);
        this.compiled = runtime.compile(name, wasm);
        this.hostThunks = new HostThunks(name);
    }

    /**
     * An instance with what it needs to be linked.
     *
     * @param memory its own or the imported one
     * @param wasi its WASI functions
     * @param beat that the heartbeat reaches it
     */
    record Live(Value exports, Optional<Value> memory, Optional<Wasi> wasi, Optional<WorkerLink.Registration> beat) implements AutoCloseable {

        @Override
        public void close() {
            beat.ifPresent(WorkerLink.Registration::close);
        }

        /** An export, or the memory by its ABI name. */
        Value member(String member) {
            return member.equals(WasmImports.MEMORY_NAME) ? memory.orElseThrow() : exports.getMember(member);
        }
    }

    String name() {
        return name;
    }

    WasmFunctions functions() {
        return functions;
    }

    WasmShape shape() {
        return shape;
    }

    /**
     * Makes an instance and runs its start function and its {@code _initialize}.
     *
     * @throws LinkException one of them trapped, or there is no memory for the instance
     */
    Live instantiate(WorkerLink link, Optional<Value> importedMemory) {
        MemoryOfInstance memory = new MemoryOfInstance();
        importedMemory.ifPresent(memory::attach);
        Map<String, Map<String, Object>> imports = new HashMap<>();
        importedMemory.ifPresent(value -> imports.put(WasmImports.MEMORY_MODULE, Map.of(WasmImports.MEMORY_NAME, value)));
        Optional<GuestGraphs> graphs = WasmImports.imports(shape, "graph_run")
                ? Optional.of(new GuestGraphs(name, link.taskGraphs(), memory)) : Optional.empty();
        if (WasmImports.usesPenny(shape)) {
            Map<String, Object> offered = pennyFunctions(link, memory);
            graphs.ifPresent(one -> offered.put("graph_run", one.function()));
            imports.put(WasmImports.PENNY, offered);
        }
        Optional<Wasi> wasi = options.wasi().filter(allowed -> WasmImports.usesWasi(shape))
                .map(allowed -> new Wasi(name, allowed, log));
        wasi.ifPresent(host -> {
            host.attach(memory);
            imports.put(WasiFunction.MODULE, host.imports());
        });
        Value exports = runtime.instantiate(name, compiled, imports);
        Optional<Value> own = shape.memories().contains(WasmImports.MEMORY_NAME)
                ? Optional.of(exports.getMember(WasmImports.MEMORY_NAME)) : Optional.empty();
        Optional<Value> visible = importedMemory.or(() -> own);
        visible.ifPresent(memory::attach);
        graphs.ifPresent(one -> one.attach(functions.allocates() ? Optional.of(exports.getMember("penny_alloc")) : Optional.empty()));
        Optional<WorkerLink.Registration> beat = shape.globals().contains(BEAT_FLAG)
                ? Optional.of(link.registerBeatFlag(exports.getMember(BEAT_FLAG))) : Optional.empty();
        return new Live(exports, visible, wasi, beat);
    }

    /** Runs {@code _initialize} of a reactor module, once per instance, when stack and memory are ready. */
    void initialize(Live live) {
        if (shape.exports("_initialize", WasmFunctions.PLAIN)) {
            try {
                live.exports().getMember("_initialize").executeVoid();
            } catch (PolyglotException e) {
                throw new LinkException("cannot initialise: module=%s, function=_initialize, reason=%s".formatted(name, e.getMessage()), e);
            }
        }
    }

    /** The instance of a worker; {@code maker} is asked for a first {@link Live} now and for others when one is used up. */
    GuestInstance instance(WorkerLink link, Supplier<Live> maker) {
        return WasmImports.usesWasi(shape) ? new HostedWasmInstance(this, link, maker) : new WasmInstance(this, link, maker.get());
    }

    /** The thunks for some functions, compiled once for all workers. */
    Glue glue(List<BoundFunction> bound, Placement placement) {
        List<Thunk> thunks = bound.stream().map(function -> new Thunk(function.slot(), function.name(), function.signature())).toList();
        return glues.computeIfAbsent(thunks, key -> Glue.compile(runtime, name, key, functions.traits(), placement));
    }

    HostThunks hostThunks() {
        return hostThunks;
    }

    private Map<String, Object> pennyFunctions(WorkerLink link, MemoryOfInstance memory) {
        Map<String, Object> offered = new HashMap<>();
        offered.put("log", log(memory));
        if (WasmImports.forks(shape)) {
            offered.putAll(forkModule().link(link, functions.runsJobs() ? link.jobSlot() : 0));
            offered.putAll(new ForeignForks(link, memory).functions());
        }
        return offered;
    }

    private synchronized ForkModule forkModule() {
        if (forkModule == null) {
            forkModule = ForkModule.compile(runtime);
        }
        return forkModule;
    }

    private ProxyExecutable log(MemoryOfInstance memory) {
        return arguments -> {
            int level = arguments[0].asInt();
            int pointer = arguments[1].asInt();
            int length = arguments[2].asInt();
            ByteBuffer bytes = memory.get();
            if (Integer.toUnsignedLong(pointer) + Integer.toUnsignedLong(length) > bytes.capacity()) {
                // Unwinds as a trap of the guest; the failure of its task is made where that is caught.
                throw new IndexOutOfBoundsException("penny.log: the text lies outside the guest's memory: ptr=%d, bytes=%d, memoryBytes=%d"
                        .formatted(Integer.toUnsignedLong(pointer), Integer.toUnsignedLong(length), bytes.capacity()));
            }
            byte[] text = new byte[Math.min(length, GuestLog.TEXT_BYTES_MAX)];
            bytes.get(pointer, text);
            log.log(level >= 0 && level < LEVELS.length ? LEVELS[level] : System.Logger.Level.INFO, name, GuestLog.line(text, length));
            return null;
        };
    }

    /** Finds the bytes of an instance's memory anew at every call, because they move when the memory grows. */
    private final class MemoryOfInstance implements Supplier<ByteBuffer> {
        private Optional<Value> memory = Optional.empty();

        void attach(Value value) {
            memory = Optional.of(value);
        }

        @Override
        public ByteBuffer get() {
            return memory.map(runtime::bufferOf).orElseGet(() -> ByteBuffer.allocate(0));
        }
    }
}
