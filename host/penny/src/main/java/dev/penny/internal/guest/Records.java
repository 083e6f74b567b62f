package dev.penny.internal.guest;

import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.core.WorkerLink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A task's record in core memory: the result word, then one word per argument. */
final class Records {

    private static final int WORD_BYTES = 8;

    private Records() { }

    /** Where argument {@code index} lies. */
    static int argument(int record, int index) {
        return record + WORD_BYTES * (1 + index);
    }

    /** A copy of the bytes that the word at {@code ref} points to. */
    static byte[] bytes(CoreMemory memory, int ref) {
        long word = memory.getLong(ref);
        return memory.getBytes(CoreMemory.blockRef(word), CoreMemory.blockLength(word));
    }

    /** The text that the word at {@code ref} points to. */
    static String string(CoreMemory memory, int ref) {
        return new String(bytes(memory, ref), StandardCharsets.UTF_8);
    }

    /** Copies a result into a block of the result heap. */
    static void putResult(WorkerLink link, int record, byte[] bytes) {
        if (bytes.length == 0) {
            link.memory().putLong(record, 0);
            return;
        }
        int ref = link.allocateResult(bytes.length);
        link.memory().putBytes(ref, bytes);
        link.memory().putLong(record, CoreMemory.block(ref, bytes.length));
    }

    /** For tasks: they may read it, in the byte order of the memory. */
    static ByteBuffer readOnly(ByteBuffer buffer) {
        return buffer.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
}
