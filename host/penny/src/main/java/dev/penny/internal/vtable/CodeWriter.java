package dev.penny.internal.vtable;

/** The instructions of one function body or constant expression, written in order. {@link #end} is added by the module writer. */
public final class CodeWriter {

    /** Single-byte opcodes, named as in the specification. */
    public static final int UNREACHABLE = 0x00;
    public static final int RETURN = 0x0F;
    public static final int DROP = 0x1A;
    public static final int I32_EQZ = 0x45;
    public static final int I32_EQ = 0x46;
    public static final int I32_LT_S = 0x48;
    public static final int I32_LT_U = 0x49;
    public static final int I32_GT_U = 0x4B;
    public static final int I32_GE_U = 0x4F;
    public static final int I64_GT_U = 0x56;
    public static final int I32_ADD = 0x6A;
    public static final int I32_SUB = 0x6B;
    public static final int I32_AND = 0x71;
    public static final int I32_OR = 0x72;
    public static final int I32_SHL = 0x74;
    public static final int I64_ADD = 0x7C;
    public static final int I64_OR = 0x84;
    public static final int I64_SHL = 0x86;
    public static final int I64_SHR_U = 0x88;
    public static final int I32_WRAP_I64 = 0xA7;
    public static final int I64_EXTEND_I32_U = 0xAD;

    private static final int VOID_BLOCK = 0x40;
    private static final int MEMORY_INDEX_FLAG = 0x40;

    private final ByteWriter out = new ByteWriter();

    /** An instruction without immediates. */
    public CodeWriter op(int opcode) {
        out.u8(opcode);
        return this;
    }

    /** An instruction of the {@code 0xFE} (atomic) page with its memory operand. */
    public CodeWriter atomic(int opcode, int alignLog2, long offset) {
        out.u8(0xFE).unsigned(opcode);
        return operand(0, alignLog2, offset);
    }

    public CodeWriter localGet(int index) {
        out.u8(0x20).unsigned(index);
        return this;
    }

    public CodeWriter localSet(int index) {
        out.u8(0x21).unsigned(index);
        return this;
    }

    public CodeWriter localTee(int index) {
        out.u8(0x22).unsigned(index);
        return this;
    }

    public CodeWriter globalGet(int index) {
        out.u8(0x23).unsigned(index);
        return this;
    }

    public CodeWriter globalSet(int index) {
        out.u8(0x24).unsigned(index);
        return this;
    }

    public CodeWriter i32Const(int value) {
        out.u8(0x41).signed(value);
        return this;
    }

    public CodeWriter i64Const(long value) {
        out.u8(0x42).signed(value);
        return this;
    }

    public CodeWriter call(int function) {
        out.u8(0x10).unsigned(function);
        return this;
    }

    public CodeWriter callIndirect(int type, int table) {
        out.u8(0x11).unsigned(type).unsigned(table);
        return this;
    }

    public CodeWriter refFunc(int function) {
        out.u8(0xD2).unsigned(function);
        return this;
    }

    public CodeWriter tableSet(int table) {
        out.u8(0x26).unsigned(table);
        return this;
    }

    public CodeWriter tableCopy(int target, int source) {
        out.u8(0xFC).unsigned(14).unsigned(target).unsigned(source);
        return this;
    }

    /** A block that leaves one value. */
    public CodeWriter block(WasmType result) {
        out.u8(0x02).u8(result.code());
        return this;
    }

    /** A block that leaves nothing. */
    public CodeWriter block() {
        out.u8(0x02).u8(VOID_BLOCK);
        return this;
    }

    public CodeWriter loop() {
        out.u8(0x03).u8(VOID_BLOCK);
        return this;
    }

    /** {@code if} without a value; close it with {@link #end}. */
    public CodeWriter ifThen() {
        out.u8(0x04).u8(VOID_BLOCK);
        return this;
    }

    public CodeWriter end() {
        out.u8(0x0B);
        return this;
    }

    public CodeWriter branch(int depth) {
        out.u8(0x0C).unsigned(depth);
        return this;
    }

    public CodeWriter branchIf(int depth) {
        out.u8(0x0D).unsigned(depth);
        return this;
    }

    /** A naturally aligned load of a type from memory {@code memory}. */
    public CodeWriter load(WasmType type, int memory, long offset) {
        out.u8(switch (type) {
            case I32 -> 0x28;
            case I64 -> 0x29;
            case F32 -> 0x2A;
            case F64 -> 0x2B;
        });
        return operand(memory, alignLog2(type), offset);
    }

    /** A naturally aligned store of a type to memory {@code memory}. */
    public CodeWriter store(WasmType type, int memory, long offset) {
        out.u8(switch (type) {
            case I32 -> 0x36;
            case I64 -> 0x37;
            case F32 -> 0x38;
            case F64 -> 0x39;
        });
        return operand(memory, alignLog2(type), offset);
    }

    public CodeWriter store8(int memory, long offset) {
        out.u8(0x3A);
        return operand(memory, 0, offset);
    }

    public CodeWriter memorySize(int memory) {
        out.u8(0x3F).unsigned(memory);
        return this;
    }

    public CodeWriter memoryGrow(int memory) {
        out.u8(0x40).unsigned(memory);
        return this;
    }

    public CodeWriter memoryCopy(int target, int source) {
        out.u8(0xFC).unsigned(10).unsigned(target).unsigned(source);
        return this;
    }

    /** Other code, as it is. */
    public CodeWriter raw(CodeWriter other) {
        out.raw(other.toByteArray());
        return this;
    }

    byte[] toByteArray() {
        return out.toByteArray();
    }

    private CodeWriter operand(int memory, int alignLog2, long offset) {
        if (memory == 0) {
            out.unsigned(alignLog2);
        } else {
            out.unsigned(alignLog2 | MEMORY_INDEX_FLAG).unsigned(memory);
        }
        out.unsigned(offset);
        return this;
    }

    private static int alignLog2(WasmType type) {
        return type == WasmType.I32 || type == WasmType.F32 ? 2 : 3;
    }
}
