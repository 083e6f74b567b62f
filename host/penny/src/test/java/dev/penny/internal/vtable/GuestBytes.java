package dev.penny.internal.vtable;

import static dev.penny.internal.vtable.WasmType.F32;
import static dev.penny.internal.vtable.WasmType.F64;
import static dev.penny.internal.vtable.WasmType.I32;
import static dev.penny.internal.vtable.WasmType.I64;

import dev.penny.internal.vtable.WasmWriter.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Small guests, written byte by byte so that the tests need no tool chain. */
public final class GuestBytes {

    private GuestBytes() { }

    /** Where the honest guest's arena begins. */
    public static final int HEAP_BASE = 4096;

    /** Identities of every type, traps, recursion, and an arena: {@code penny_alloc} bumps and grows, {@code penny_reset} rewinds. */
    public static WasmWriter honest() {
        WasmWriter module = new WasmWriter();
        int memory = module.memory(1);
        int top = module.global(I32, true, new CodeWriter().i32Const(HEAP_BASE));
        int calls = module.global(I32, true, new CodeWriter().i32Const(0));
        module.export("memory", Kind.MEMORY, memory);
        identity(module, "same_i32", I32);
        identity(module, "same_i64", I64);
        identity(module, "same_f32", F32);
        identity(module, "same_f64", F64);
        function(module, "same_bytes", List.of(I32, I32), List.of(I64), packed(new CodeWriter().localGet(0), new CodeWriter().localGet(1)));
        function(module, "first_of_two", List.of(I32, I32, I32, I32), List.of(I64),
                packed(new CodeWriter().localGet(0), new CodeWriter().localGet(1)));
        function(module, "second_of_two", List.of(I32, I32, I32, I32), List.of(I64),
                packed(new CodeWriter().localGet(2), new CodeWriter().localGet(3)));
        function(module, "length", List.of(I32, I32), List.of(I32), new CodeWriter().localGet(1));
        function(module, "add", List.of(I32, I32), List.of(I32), new CodeWriter().localGet(0).localGet(1).op(CodeWriter.I32_ADD));
        function(module, "mix", List.of(I32, I64, F32, F64, I32, I32, I32, I64), List.of(F64), new CodeWriter().localGet(3));
        function(module, "nothing", List.of(), List.of(), new CodeWriter());
        function(module, "count", List.of(), List.of(I32),
                new CodeWriter().globalGet(calls).i32Const(1).op(CodeWriter.I32_ADD).globalSet(calls).globalGet(calls));
        function(module, "trap", List.of(), List.of(I32), new CodeWriter().op(CodeWriter.UNREACHABLE));
        int self = module.function(List.of(I32), List.of(I32), List.of(), new CodeWriter().localGet(0).op(CodeWriter.RETURN));
        module.export("leaf", Kind.FUNCTION, self);
        module.export("recurse", Kind.FUNCTION, module.function(List.of(I32), List.of(I32), List.of(),
                new CodeWriter().localGet(0).i32Const(1).op(CodeWriter.I32_ADD).call(self + 1).i32Const(1).op(CodeWriter.I32_ADD)));
        function(module, "grow", List.of(I32), List.of(I32), new CodeWriter().localGet(0).memoryGrow(0));
        module.export("penny_alloc", Kind.FUNCTION, bumpAllocator(module, top));
        function(module, "penny_reset", List.of(), List.of(), new CodeWriter().i32Const(HEAP_BASE).globalSet(top));
        return module;
    }

    /** The honest guest's {@code penny} section. */
    public static final String HONEST_SIGNATURES = """
            same_bytes(bytes)->bytes
            length(string)->i32
            """;

    /** Adds a {@code penny} section. */
    public static WasmWriter signatures(WasmWriter module, String lines) {
        return module.custom("penny", lines.getBytes(StandardCharsets.UTF_8));
    }

    private static int bumpAllocator(WasmWriter module, int top) {
        CodeWriter code = new CodeWriter()
                .globalGet(top).localSet(1)
                .localGet(1).localGet(0).op(CodeWriter.I32_ADD).i32Const(7).op(CodeWriter.I32_ADD)
                .i32Const(-8).op(CodeWriter.I32_AND).globalSet(top)
                .block().loop()
                .globalGet(top).op(CodeWriter.I64_EXTEND_I32_U)
                .memorySize(0).op(CodeWriter.I64_EXTEND_I32_U).i64Const(16).op(CodeWriter.I64_SHL)
                .op(CodeWriter.I64_GT_U).op(CodeWriter.I32_EQZ).branchIf(1)
                .i32Const(1).memoryGrow(0).i32Const(-1).op(CodeWriter.I32_EQ).ifThen().i32Const(0).op(CodeWriter.RETURN).end()
                .branch(0).end().end()
                .localGet(1);
        return module.function(List.of(I32), List.of(I32), List.of(I32), code);
    }

    /** Leaves {@code (pointer << 32) | length}. */
    public static CodeWriter packed(CodeWriter pointer, CodeWriter length) {
        CodeWriter code = new CodeWriter();
        code.raw(pointer).op(CodeWriter.I64_EXTEND_I32_U).i64Const(32).op(CodeWriter.I64_SHL);
        return code.raw(length).op(CodeWriter.I64_EXTEND_I32_U).op(CodeWriter.I64_OR);
    }

    /** Defines and exports a function without locals. */
    public static int function(WasmWriter module, String name, List<WasmType> parameters, List<WasmType> results, CodeWriter code) {
        int index = module.function(parameters, results, List.of(), code);
        module.export(name, Kind.FUNCTION, index);
        return index;
    }

    private static void identity(WasmWriter module, String name, WasmType type) {
        function(module, name, List.of(type), List.of(type), new CodeWriter().localGet(0));
    }
}
