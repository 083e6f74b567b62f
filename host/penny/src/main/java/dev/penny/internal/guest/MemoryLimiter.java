package dev.penny.internal.guest;

import dev.penny.api.LoadException;
import dev.penny.internal.vtable.ByteWriter;
import dev.penny.internal.vtable.SystemModules;
import dev.penny.internal.vtable.WasmWriter;
import java.nio.ByteBuffer;

/**
 * Keeps a guest's memory and tables within limits: refuses what begins above them and rewrites the declared maxima, so that
 * {@code memory.grow} and {@code table.grow} fail at the limit.
 */
final class MemoryLimiter {

    /** Entries of all tables of a module when it is instantiated, and of each when it grows. */
    static final long TABLE_ENTRIES_MAX = 262_144;

    private static final int TABLE_SECTION = 4;
    private static final int MEMORY_SECTION = 5;
    private static final int HAS_MAXIMUM = 1;
    private static final int WIDE = 4;

    private final String module;
    private final long pagesMax;

    private MemoryLimiter(String module, long limitBytes) {
        this.module = module;
        this.pagesMax = limitBytes / SystemModules.PAGE_BYTES;
    }

    /**
     * Checks what a module declares.
     *
     * @throws LoadException a memory or the tables begin above the limit, or there are several memories
     */
    static void check(String module, WasmShape shape, long limitBytes) {
        int memories = shape.ownMemories().size() + (shape.importedMemory().isPresent() ? 1 : 0);
        if (memories > 1) {
            throw new LoadException("too many memories: module=%s, memories=%d, limit=1".formatted(module, memories));
        }
        shape.ownMemories().forEach(memory -> checkMinimum(module, memory, limitBytes));
        shape.importedMemory().ifPresent(memory -> checkMinimum(module, memory.memory(), limitBytes));
        long entries = shape.tableSizes().stream().mapToLong(Long::longValue).sum();
        if (entries > TABLE_ENTRIES_MAX) {
            throw new LoadException("the module's tables are too large: module=%s, entries=%d, limit=%d"
                    .formatted(module, entries, TABLE_ENTRIES_MAX));
        }
    }

    private static void checkMinimum(String module, WasmShape.Memory memory, long limitBytes) {
        long bytes = memory.minPages() * SystemModules.PAGE_BYTES;
        if (bytes > limitBytes) {
            throw new LoadException("the module needs more memory than allowed: module=%s, bytes=%d, limit=%d"
                    .formatted(module, bytes, limitBytes));
        }
    }

    /** The module with its maxima clamped. It must have been read without error before. */
    static byte[] clamp(String module, byte[] wasm, long limitBytes) {
        return new MemoryLimiter(module, limitBytes).rewrite(wasm);
    }

    private byte[] rewrite(byte[] wasm) {
        ByteBuffer in = ByteBuffer.wrap(wasm);
        ByteWriter out = new ByteWriter().raw(WasmWriter.header());
        in.position(WasmWriter.header().length);
        while (in.hasRemaining()) {
            int id = in.get();
            int length = (int) unsigned(in);
            ByteBuffer section = in.slice(in.position(), length);
            in.position(in.position() + length);
            WasmWriter.section(out, id, switch (id) {
                case TABLE_SECTION -> tables(section);
                case MEMORY_SECTION -> memories(section);
                default -> rest(section);
            });
        }
        return out.toByteArray();
    }

    private byte[] memories(ByteBuffer section) {
        ByteWriter out = new ByteWriter();
        long count = unsigned(section);
        out.unsigned(count);
        for (long i = 0; i < count; i++) {
            limits(section, out, pagesMax);
        }
        return out.raw(rest(section)).toByteArray();
    }

    private byte[] tables(ByteBuffer section) {
        ByteWriter out = new ByteWriter();
        long count = unsigned(section);
        out.unsigned(count);
        for (long i = 0; i < count; i++) {
            // Tables with initialisers begin with another byte; GraalWasm refuses them, so they pass as they are.
            if (section.get(section.position()) == 0x40) {
                break;
            }
            out.u8(section.get());
            limits(section, out, TABLE_ENTRIES_MAX);
        }
        return out.raw(rest(section)).toByteArray();
    }

    private void limits(ByteBuffer section, ByteWriter out, long ceiling) {
        int flags = section.get();
        if ((flags & WIDE) != 0) {
            throw new LoadException("64-bit memories and tables are not supported: module=%s".formatted(module));
        }
        long min = unsigned(section);
        long max = (flags & HAS_MAXIMUM) != 0 ? unsigned(section) : Long.MAX_VALUE;
        out.u8(flags | HAS_MAXIMUM).unsigned(min).unsigned(max < min ? max : Math.min(max, ceiling));
    }

    private static byte[] rest(ByteBuffer section) {
        byte[] bytes = new byte[section.remaining()];
        section.get(bytes);
        return bytes;
    }

    private static long unsigned(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            byte octet = in.get();
            value |= (long) (octet & 0x7F) << shift;
            if (octet >= 0) {
                return value;
            }
        }
        throw new LoadException("not a valid wasm module: reason=a number is too long");
    }
}
