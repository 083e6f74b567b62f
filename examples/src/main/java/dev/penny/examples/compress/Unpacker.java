package dev.penny.examples.compress;

import dev.penny.api.Task;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The task in Java: checks what the module packed. */
public final class Unpacker {

    private Unpacker() { }

    /**
     * Unpacks and compares.
     *
     * @param packed a packed block
     * @param original what it was made of
     * @return how many bytes packing has saved
     * @throws IllegalStateException something else comes out
     */
    @Task
    public static int verify(ByteBuffer packed, byte[] original) {
        byte[] data = LzCodec.unpack(packed);
        if (!Arrays.equals(data, original)) {
            throw new IllegalStateException("the block does not survive: bytes=%d, firstDifference=%d"
                    .formatted(original.length, Arrays.mismatch(data, original)));
        }
        return original.length - packed.remaining();
    }
}
