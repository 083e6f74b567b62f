package dev.penny.internal.vtable;

import dev.penny.api.Signature;
import dev.penny.api.ValueType;
import java.util.ArrayList;
import java.util.List;

/**
 * The order for one thunk: a guest's exported function behind a slot.
 *
 * @param export the function's export name in the guest
 */
public record Thunk(int slot, String export, Signature signature) {

    /** The wasm parameter types a function of this signature must have. */
    public static List<WasmType> wasmParameters(Signature signature) {
        List<WasmType> types = new ArrayList<>();
        for (ValueType parameter : signature.parameters()) {
            if (parameter.isBlock()) {
                types.add(WasmType.I32);
                types.add(WasmType.I32);
            } else {
                types.add(wasmType(parameter));
            }
        }
        return types;
    }

    /** The wasm result types a function of this signature must have. */
    public static List<WasmType> wasmResults(Signature signature) {
        return signature.result().map(Thunk::wasmType).stream().toList();
    }

    /** The wasm type of a number, or of a packed {@code (ptr << 32) | len} result. */
    static WasmType wasmType(ValueType type) {
        return switch (type) {
            case I32 -> WasmType.I32;
            case I64, BYTES, STRING -> WasmType.I64;
            case F32 -> WasmType.F32;
            case F64 -> WasmType.F64;
        };
    }
}
