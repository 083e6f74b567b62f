package dev.penny.internal.core;

import dev.penny.api.CapacityException;
import dev.penny.api.RuntimeUnusableException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.graalvm.polyglot.Value;

/**
 * The core in one scheduler: its memory, laid out, and its module, of which every worker gets an instance. One more instance, the
 * control instance, serves start-up and registration.
 */
public final class CoreModule {

    private static final String RESOURCE = "penny-core.wasm";

    private final WasmRuntime runtime;
    private final Value module;
    private final Value memoryValue;
    private final CoreMemory memory;
    /** An instance that runs no frames, for any thread that holds the lock. */
    private final CoreInstance control;
    private final ReentrantLock controlLock = new ReentrantLock();

    private CoreModule(WasmRuntime runtime, Value module, Value memoryValue, CoreMemory memory, CoreInstance control) {
        this.runtime = runtime;
        this.module = module;
        this.memoryValue = memoryValue;
        this.memory = memory;
        this.control = control;
    }

    /**
     * Makes the memory, checks the ABI and lays everything out.
     *
     * @param memoryModule bytes of a module exporting the shared memory {@code memory}
     * @param tableModule a compiled module for the control instance's table
     * @throws CapacityException if the configuration is refused
     * @throws RuntimeUnusableException if core and library do not belong together
     */
    public static CoreModule start(WasmRuntime runtime, CoreConfig config, byte[] memoryModule, Value tableModule) {
        Value memoryValue = runtime.instantiate("penny-memory", runtime.compile("penny-memory", memoryModule), Map.of())
                .getMember("memory");
        CoreMemory memory = new CoreMemory(runtime.bufferOf(memoryValue));
        Value module = runtime.compile("penny-core", coreBytes());
        CoreInstance.Table table = CoreInstance.Table.create(runtime, tableModule, memoryValue, () -> -1);
        CoreInstance control = CoreInstance.create(runtime, module, memoryValue, table, NO_UPCALLS);
        if (control.abiHash() != CoreLayout.ABI_HASH) {
            throw new RuntimeUnusableException("the wasm core does not belong to this library: core ABI=%016x, library ABI=%016x"
                    .formatted(control.abiHash(), CoreLayout.ABI_HASH));
        }
        config.write(memory);
        CoreStatus status = CoreStatus.of(control.init(config.memoryBytes()));
        if (status == CoreStatus.NO_MEMORY) {
            throw new CapacityException("core memory too small: memoryBytes=%d, needed=%d".formatted(config.memoryBytes(),
                    Integer.toUnsignedLong(memory.getInt(CoreLayout.GLOBALS_REF + CoreLayout.GLOBALS_BYTES_NEEDED))));
        }
        if (status != CoreStatus.OK) {
            throw new CapacityException("the core refuses its configuration: reason=%s, config=%s".formatted(status.text(), config));
        }
        return new CoreModule(runtime, module, memoryValue, memory, control);
    }

    private static byte[] coreBytes() {
        try (InputStream in = CoreModule.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new RuntimeUnusableException("the library has no core: resource=" + RESOURCE);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new RuntimeUnusableException("the core cannot be read: resource=%s, reason=%s".formatted(RESOURCE, e.getMessage()), e);
        }
    }

    /** An instance for one worker. */
    public CoreInstance instantiate(CoreInstance.Table table, CoreUpcalls upcalls) {
        return CoreInstance.create(runtime, module, memoryValue, table, upcalls);
    }

    /** {@code penny_registry_insert}. */
    public CoreStatus registryInsert(long hash, int slot) {
        controlLock.lock();
        try {
            return control.registryInsert(hash, slot);
        } finally {
            controlLock.unlock();
        }
    }

    /** {@code penny_registry_replace}. */
    public CoreStatus registryReplace(long hash, int slot) {
        controlLock.lock();
        try {
            return control.registryReplace(hash, slot);
        } finally {
            controlLock.unlock();
        }
    }

    /** {@code penny_heap_free} by no worker. */
    public void freeResult(int ref) {
        controlLock.lock();
        try {
            control.heapFree(CoreLayout.OWNER_HOST, ref);
        } finally {
            controlLock.unlock();
        }
    }

    /** The memory. */
    public CoreMemory memory() {
        return memory;
    }

    /** The memory as an import. */
    public Value memoryValue() {
        return memoryValue;
    }

    private static final CoreUpcalls NO_UPCALLS = new CoreUpcalls() {
        @Override
        public void complete() {
            throw new IllegalStateException("the control instance runs no frames");
        }

        @Override
        public void unpark(int worker) {
            throw new IllegalStateException("the control instance wakes nobody");
        }

        @Override
        public void await() {
            throw new IllegalStateException("the control instance waits for nobody");
        }

        @Override
        public void startHeartbeat() {
            throw new IllegalStateException("the control instance forks nothing");
        }

        @Override
        public void trace() {
            throw new IllegalStateException("the control instance runs no nodes");
        }

        @Override
        public void panic(int code, int line) {
            throw new RuntimeUnusableException("the core panicked: code=%d, line=%d".formatted(code, line));
        }
    };
}
