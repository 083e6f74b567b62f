package dev.penny.internal.guest;

import dev.penny.api.CapacityException;
import dev.penny.api.LinkException;
import dev.penny.api.LoadException;
import dev.penny.api.Signature;
import dev.penny.api.TaskModule.ModuleKind;
import dev.penny.internal.core.WasmRuntime;
import dev.penny.internal.core.WorkerLink;
import dev.penny.internal.vtable.SystemModules;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;

/**
 * A wasm guest with one shared memory and an instance per worker, each with its own shadow stack and thread-local variables.
 *
 * <p>Every worker gets a region of fresh pages at the end of the memory: thread-local variables first, then the stack, which grows down
 * towards them. A new instance of the same worker (after a trap) gets the same region. What a trapped task had half done in the
 * shared memory, locks included, stays as it is.
 *
 * <p><b>Threads:</b> any. Instances are made under a lock, one at a time: then the linker's start function, which copies the data
 * in the first instance and makes the others wait for it, never has to wait.
 */
final class SharedWasmGuest implements Guest {

    /** Shadow stack and thread-local variables of one worker. */
    private static final int REGION_PAGES = 2;
    private static final int STACK_BYTES_MIN = SystemModules.PAGE_BYTES;
    private static final int TLS_BYTES_MAX = 16 << 20;

    private final WasmCode code;
    private final Value memory;
    private final Value grow;
    private final long pagesMax;
    private final Map<Integer, Integer> regionByWorker = new HashMap<>();

    private SharedWasmGuest(WasmCode code, Value memory, Value grow, long pagesMax) {
        this.code = code;
        this.memory = memory;
        this.grow = grow;
        this.pagesMax = pagesMax;
    }

    /**
     * Makes the shared memory, at most {@code limitBytes} large: the host commits the whole maximum at once.
     *
     * @throws LoadException the stack pointer is hidden, so that two instances could not have stacks of their own; no memory
     */
    static SharedWasmGuest create(WasmRuntime runtime, WasmCode code, WasmShape.Memory declared, long limitBytes) {
        checkStack(code.name(), code.shape());
        long ceiling = Math.min(limitBytes / SystemModules.PAGE_BYTES, SystemModules.PAGES_MAX);
        long pages = Math.min(declared.maxPages().orElse(ceiling), ceiling);
        if (declared.minPages() > pages) {
            throw new LoadException("not a valid wasm module: module=%s, reason=its memory's minimum is above its maximum"
                    .formatted(code.name()));
        }
        String name = code.name() + ".memory";
        try {
            Value exports = runtime.instantiate(name,
                    runtime.compile(name, SystemModules.memory((int) declared.minPages(), (int) pages)), Map.of());
            return new SharedWasmGuest(code, exports.getMember("memory"), exports.getMember("grow"), pages);
        } catch (LinkException e) {
            throw new LoadException("no memory for a shared module: module=%s, bytes=%d, reason=%s"
                    .formatted(code.name(), pages * SystemModules.PAGE_BYTES, e.getMessage()), e);
        }
    }

    /** Refuses a shared module whose instances could not have stacks of their own. */
    static void checkStack(String module, WasmShape shape) {
        if (shape.importedMemory().isPresent() && shape.hiddenStackPointer()) {
            throw new LoadException(("a shared module must export its stack pointer, or the workers' stacks would overlap: module=%s, "
                    + "missing=__stack_pointer, fix=link with --export=__stack_pointer --export=__wasm_init_tls --export=__tls_size")
                    .formatted(module));
        }
    }

    @Override
    public String name() {
        return code.name();
    }

    @Override
    public ModuleKind kind() {
        return ModuleKind.SHARED_WASM;
    }

    @Override
    public List<GuestFunction> functions() {
        return code.functions().list();
    }

    @Override
    public void check(String function, Signature signature) {
        code.functions().check(function, signature);
    }

    @Override
    public GuestInstance instantiate(WorkerLink link) {
        return code.instance(link, () -> make(link));
    }

    private synchronized WasmCode.Live make(WorkerLink link) {
        int worker = link.worker();
        WasmCode.Live live = code.instantiate(link, Optional.of(memory));
        try {
            giveRegion(live, worker);
        } catch (PolyglotException | ClassCastException | NullPointerException | UnsupportedOperationException e) {
            // The linker's exports have their names but not their types.
            throw new LinkException("cannot give a worker its own stack: module=%s, worker=%d, reason=%s"
                    .formatted(code.name(), worker, e.getMessage()), e);
        }
        code.initialize(live);
        return live;
    }

    private void giveRegion(WasmCode.Live live, int worker) {
        boolean hasStack = code.shape().globals().contains("__stack_pointer");
        int tlsBytes = tlsBytes(live);
        if (hasStack || tlsBytes > 0) {
            int stackBytes = hasStack ? STACK_BYTES_MIN : 0;
            int regionPages = Math.max(REGION_PAGES, Math.ceilDiv(tlsBytes + stackBytes, SystemModules.PAGE_BYTES));
            int region = regionByWorker.computeIfAbsent(worker, key -> grow(key, regionPages));
            if (tlsBytes > 0) {
                live.exports().getMember("__wasm_init_tls").executeVoid(region);
            }
            if (hasStack) {
                live.exports().getMember("__stack_pointer").putMember("value", region + regionPages * SystemModules.PAGE_BYTES);
            }
        }
    }

    private int tlsBytes(WasmCode.Live live) {
        if (!code.shape().functions().containsKey("__wasm_init_tls") || !code.shape().globals().contains("__tls_size")) {
            return 0;
        }
        int bytes = live.exports().getMember("__tls_size").getMember("value").asInt();
        if (bytes < 0 || bytes > TLS_BYTES_MAX) {
            throw new LinkException("thread-local variables are too large: module=%s, bytes=%d, limit=%d"
                    .formatted(code.name(), Integer.toUnsignedLong(bytes), TLS_BYTES_MAX));
        }
        return bytes;
    }

    private int grow(int worker, int pages) {
        int before = grow.execute(pages).asInt();
        if (before < 0) {
            throw new CapacityException(("the shared memory has no room for a worker's stack: module=%s, worker=%d, pages=%d, maximum=%d; "
                    + "link with a larger --max-memory or allow more memory").formatted(code.name(), worker, pages, pagesMax));
        }
        return before * SystemModules.PAGE_BYTES;
    }
}
