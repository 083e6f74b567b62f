package dev.penny.api;

import java.util.Locale;
import java.util.Optional;

/** The types a task function may take and return. */
public enum ValueType {
    /** 32-bit integer; Java {@code Integer}. */
    I32(Integer.class),
    /** 64-bit integer; Java {@code Long}, JavaScript {@code BigInt}. */
    I64(Long.class),
    /** 32-bit float; Java {@code Float}. */
    F32(Float.class),
    /** 64-bit float; Java {@code Double}. */
    F64(Double.class),
    /** Bytes; Java {@code byte[]}, JavaScript {@code Uint8Array}, wasm {@code (ptr, len)}. */
    BYTES(byte[].class),
    /** Text, UTF-8 in memory; Java and JavaScript strings, wasm {@code (ptr, len)}. */
    STRING(String.class);

    private final Class<?> javaType;

    ValueType(Class<?> javaType) {
        this.javaType = javaType;
    }

    /** The (boxed) Java class of values of this type. */
    public Class<?> javaType() {
        return javaType;
    }

    /** True for {@link #BYTES} and {@link #STRING}, which travel through linear memory. */
    public boolean isBlock() {
        return this == BYTES || this == STRING;
    }

    /** The name used in signatures: {@code i32}, {@code bytes}, ... */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The type with this signature name, if there is one. */
    public static Optional<ValueType> of(String text) {
        for (ValueType type : values()) {
            if (type.text().equals(text)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
