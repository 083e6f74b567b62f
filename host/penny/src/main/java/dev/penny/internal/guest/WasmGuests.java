package dev.penny.internal.guest;

import dev.penny.api.LoadOptions;
import dev.penny.internal.core.WasmRuntime;
import java.util.Optional;

/** Loads wasm guests. */
public final class WasmGuests {

    private WasmGuests() { }

    /**
     * Reads, checks and compiles a module. No instance is made yet.
     *
     * @param name under which it is loaded
     * @throws dev.penny.api.LoadException not a valid module, a wrong {@code penny} section, more memory than allowed
     * @throws dev.penny.api.LinkException it imports what Penny does not offer
     */
    public static Guest load(WasmRuntime runtime, String name, byte[] wasm, LoadOptions options, GuestLog log) {
        WasmShape shape = WasmReader.read(name, wasm);
        WasmImports.check(name, shape, options.wasi());
        MemoryLimiter.check(name, shape, options.memoryLimitBytes());
        byte[] limited;
        try {
            limited = MemoryLimiter.clamp(name, wasm, options.memoryLimitBytes());
        } catch (IndexOutOfBoundsException | IllegalArgumentException | java.nio.BufferUnderflowException e) {
            throw WasmReader.damaged(name, wasm.length, e);
        }
        WasmCode code = new WasmCode(runtime, name, shape, limited, options, log);
        Optional<WasmShape.MemoryImport> shared = shape.importedMemory();
        if (shared.isPresent()) {
            return SharedWasmGuest.create(runtime, code, shared.get().memory(), options.memoryLimitBytes());
        }
        return new WasmGuest(code);
    }
}
