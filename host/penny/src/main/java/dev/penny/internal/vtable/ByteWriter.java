package dev.penny.internal.vtable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Growing bytes in the encodings of the wasm binary format. */
public final class ByteWriter {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** One byte. */
    public ByteWriter u8(int value) {
        out.write(value);
        return this;
    }

    /** Unsigned LEB128; the value is taken as unsigned. */
    public ByteWriter unsigned(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return this;
    }

    /** Signed LEB128. */
    public ByteWriter signed(long value) {
        long rest = value;
        while (rest < -64 || rest > 63) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>= 7;
        }
        out.write((int) (rest & 0x7F));
        return this;
    }

    /** Bytes as they are. */
    public ByteWriter raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** Length, then the bytes. */
    public ByteWriter sized(byte[] bytes) {
        return unsigned(bytes.length).raw(bytes);
    }

    /** Length, then the UTF-8 bytes. */
    public ByteWriter name(String name) {
        return sized(name.getBytes(StandardCharsets.UTF_8));
    }

    /** All bytes so far. */
    public byte[] toByteArray() {
        return out.toByteArray();
    }
}
