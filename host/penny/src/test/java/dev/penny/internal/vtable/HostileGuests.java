package dev.penny.internal.vtable;

import static dev.penny.internal.vtable.WasmType.I32;
import static dev.penny.internal.vtable.WasmType.I64;

import dev.penny.internal.vtable.WasmWriter.Kind;
import java.util.List;

/** Guests that lie about memory, and one that counts what it is given back. */
public final class HostileGuests {

    private HostileGuests() { }

    /** Its allocator always returns this pointer; {@code take(ptr, len)} returns the length. */
    public static byte[] allocating(int pointer) {
        WasmWriter module = new WasmWriter();
        module.export("memory", Kind.MEMORY, module.memory(1));
        GuestBytes.function(module, "penny_alloc", List.of(I32), List.of(I32), new CodeWriter().i32Const(pointer));
        GuestBytes.function(module, "take", List.of(I32, I32), List.of(I32), new CodeWriter().localGet(1));
        return module.toByteArray();
    }

    /** {@code lie} returns this packed pointer and length. */
    public static byte[] returning(long packed) {
        WasmWriter module = new WasmWriter();
        module.export("memory", Kind.MEMORY, module.memory(1));
        GuestBytes.function(module, "penny_alloc", List.of(I32), List.of(I32), new CodeWriter().i32Const(1024));
        GuestBytes.function(module, "lie", List.of(), List.of(I64), new CodeWriter().i64Const(packed));
        return module.toByteArray();
    }

    /** Counts {@code penny_free} calls and live blocks. Blocks are 64 bytes apart. */
    public static byte[] counting() {
        WasmWriter module = new WasmWriter();
        module.export("memory", Kind.MEMORY, module.memory(1));
        int frees = module.global(I32, true, new CodeWriter().i32Const(0));
        int allocations = module.global(I32, true, new CodeWriter().i32Const(0));
        int alloc = GuestBytes.function(module, "penny_alloc", List.of(I32), List.of(I32), new CodeWriter()
                .globalGet(allocations).i32Const(1).op(CodeWriter.I32_ADD).globalSet(allocations)
                .globalGet(allocations).i32Const(6).op(0x74).i32Const(1024).op(CodeWriter.I32_ADD));
        GuestBytes.function(module, "penny_free", List.of(I32, I32), List.of(), new CodeWriter()
                .globalGet(frees).i32Const(1).op(CodeWriter.I32_ADD).globalSet(frees));
        GuestBytes.function(module, "frees", List.of(), List.of(I32), new CodeWriter().globalGet(frees));
        GuestBytes.function(module, "live", List.of(), List.of(I32),
                new CodeWriter().globalGet(allocations).globalGet(frees).op(CodeWriter.I32_SUB));
        GuestBytes.function(module, "alias", List.of(I32, I32), List.of(I64),
                GuestBytes.packed(new CodeWriter().localGet(0), new CodeWriter().localGet(1)));
        GuestBytes.function(module, "inside", List.of(I32, I32), List.of(I64),
                GuestBytes.packed(new CodeWriter().localGet(0).i32Const(2).op(CodeWriter.I32_ADD), new CodeWriter().i32Const(3)));
        GuestBytes.function(module, "fresh", List.of(I32, I32), List.of(I64),
                GuestBytes.packed(new CodeWriter().i32Const(4).call(alloc), new CodeWriter().i32Const(4)));
        return module.toByteArray();
    }
}
