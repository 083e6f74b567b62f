package dev.penny.internal.guest;

import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.WorkerLink;
import dev.penny.internal.vtable.ForkModule;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/**
 * The imports by which a wasm guest forks functions of other modules: {@code penny.function} finds one, {@code penny.spawn} forks it. Only
 * functions of numbers, and only such as this instance has found: a guest must not make up references into the core's memory.
 */
final class ForeignForks {

    private static final int NAME_BYTES_MAX = 1024;

    private final WorkerLink link;
    private final Supplier<ByteBuffer> memory;
    private final BitSet found = new BitSet();

    ForeignForks(WorkerLink link, Supplier<ByteBuffer> memory) {
        this.link = link;
        this.memory = memory;
    }

    Map<String, Object> functions() {
        ProxyExecutable function = arguments -> function(arguments[0].asInt(), arguments[1].asInt());
        ProxyExecutable spawn = this::spawn;
        return Map.of("function", function, "spawn", spawn);
    }

    /** Slot + 1, or 0. */
    private int function(int pointer, int length) {
        ByteBuffer bytes = memory.get();
        if (length < 0 || length > NAME_BYTES_MAX
                || Integer.toUnsignedLong(pointer) + length > bytes.capacity()) {
            throw new IndexOutOfBoundsException("penny.function: no such name: ptr=%d, bytes=%d, limit=%d, memoryBytes=%d"
                    .formatted(Integer.toUnsignedLong(pointer), Integer.toUnsignedLong(length), NAME_BYTES_MAX, bytes.capacity()));
        }
        byte[] name = new byte[length];
        bytes.get(pointer, name);
        OptionalInt slot = link.findNumericFunction(new String(name, StandardCharsets.UTF_8));
        slot.ifPresent(found::set);
        return slot.isPresent() ? slot.getAsInt() + 1 : 0;
    }

    private Object spawn(Value... arguments) {
        int slot = arguments[0].asInt() - 1;
        if (slot < 0 || !found.get(slot)) {
            throw new IllegalArgumentException("penny.spawn: not a function that penny.function found: function=" + (slot + 1));
        }
        int job = link.forks().alloc(link.worker(), slot);
        if (job == 0) {
            return 0;
        }
        for (int word = 0; word < ForkModule.WORDS; word++) {
            link.memory().putLong(job + CoreLayout.FRAME_ARGS + 8 * word, arguments[1 + word].asLong());
        }
        link.forks().push(link.worker(), job);
        return job;
    }
}
