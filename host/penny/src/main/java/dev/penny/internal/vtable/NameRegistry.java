package dev.penny.internal.vtable;

import dev.penny.api.LinkException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Gives every task function its identity and its slot: mangled name {@code module/function(signature)} to 64-bit hash to slot.
 *
 * <p>Slots are only ever appended. {@link #replace} gives a name a new slot; the old one stays valid for tasks in flight and is not
 * given out again.
 *
 * <p><b>Threads:</b> any; all methods lock.
 */
public final class NameRegistry {

    private static final long FNV_OFFSET = 0xCBF2_9CE4_8422_2325L;
    private static final long FNV_PRIME = 0x0000_0100_0000_01B3L;

    private final ToLongFunction<String> hashFunction;
    private final int capacity;
    private final Map<String, Entry> byName = new HashMap<>();
    private final Map<Long, String> nameByHash = new HashMap<>();
    private int nextSlot;

    /**
     * A function's identity.
     *
     * @param name mangled
     * @param slot index in every worker's table
     */
    public record Entry(String name, long hash, int slot) { }

    /** With {@link #fnv1a} and slots {@code 0..capacity-1}. */
    public NameRegistry(int capacity) {
        this(capacity, NameRegistry::fnv1a);
    }

    /** With another hash function. */
    public NameRegistry(int capacity, ToLongFunction<String> hashFunction) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be positive: " + capacity);
        }
        this.capacity = capacity;
        this.hashFunction = Objects.requireNonNull(hashFunction);
    }

    /**
     * The entry of a name, made with the next slot if the name is new.
     *
     * @throws LinkException no free slot, or another name has the same hash
     */
    public synchronized Entry register(String name) {
        Entry known = byName.get(name);
        return known != null ? known : append(name);
    }

    /**
     * Gives a name a new slot, whether or not it has one.
     *
     * @throws LinkException no free slot, or another name has the same hash
     */
    public synchronized Entry replace(String name) {
        return append(name);
    }

    /** The entry of a name. */
    public synchronized Optional<Entry> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** Slots given out, replaced ones included. */
    public synchronized int slotsUsed() {
        return nextSlot;
    }

    /** FNV-1a, 64 bits, over the UTF-8 bytes. */
    public static long fnv1a(String name) {
        long hash = FNV_OFFSET;
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ octet & 0xFF) * FNV_PRIME;
        }
        return hash;
    }

    private Entry append(String name) {
        long hash = hashFunction.applyAsLong(name);
        String other = nameByHash.get(hash);
        if (other != null && !other.equals(name)) {
            throw new LinkException("two task functions have the same hash, rename one: name=%s, other=%s, hash=%016x"
                    .formatted(name, other, hash));
        }
        if (nextSlot == capacity) {
            throw new LinkException("no free slot for a task function: name=%s, slots=%d, limit=%d".formatted(name, nextSlot, capacity));
        }
        Entry entry = new Entry(name, hash, nextSlot++);
        nameByHash.put(hash, name);
        byName.put(name, entry);
        return entry;
    }
}
