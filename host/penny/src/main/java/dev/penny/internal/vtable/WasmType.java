package dev.penny.internal.vtable;

/** The value types that Penny's own modules use. */
public enum WasmType {
    /** 32-bit integer. */
    I32(0x7F),
    /** 64-bit integer. */
    I64(0x7E),
    /** 32-bit float. */
    F32(0x7D),
    /** 64-bit float. */
    F64(0x7C);

    private final int code;

    WasmType(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
