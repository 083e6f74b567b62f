package dev.penny.internal.vtable;

import static dev.penny.internal.vtable.WasmType.I32;
import static dev.penny.internal.vtable.WasmType.I64;

import dev.penny.api.ValueType;
import dev.penny.internal.core.CoreLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes one thunk that copies {@code bytes} and {@code string} between core memory (0) and guest memory (1).
 *
 * <p>Everything the guest says is checked before it is used: where it put an argument and where its result lies. The body is one
 * block that leaves an outcome; faults leave it early, and what the guest must release is released after it in all cases.
 */
final class MarshallingThunk {

    /** Function indices of what thunks call; -1 for what the guest does not have. */
    record Callees(int alloc, int free, int reset, int heapAlloc, int fault) {

        static Callees imported(WasmWriter module, GuestTraits traits) {
            int alloc = traits.allocates() ? module.importFunction("guest", "penny_alloc", List.of(I32), List.of(I32)) : -1;
            int free = traits.release() == GuestTraits.Release.FREE
                    ? module.importFunction("guest", "penny_free", List.of(I32, I32), List.of()) : -1;
            int reset = GlueModule.importReset(module, traits);
            int heapAlloc = module.importFunction("core", "heap_alloc", List.of(I32, I32), List.of(I32));
            int fault = module.importFunction("penny", "fault", List.of(I32, I32, I32, I32, I32), List.of(I32));
            return new Callees(alloc, free, reset, heapAlloc, fault);
        }
    }

    private static final int CORE = 0;
    private static final int GUEST = 1;
    private static final int RECORD = 0;
    private static final int PAGE_SHIFT = 16;

    private final Thunk thunk;
    private final int function;
    private final Callees callees;
    private final int workerGlobal;
    private final List<WasmType> locals = new ArrayList<>();
    private final CodeWriter code = new CodeWriter();
    private final int[] pointers;
    private final int[] lengths;
    private int resultPointer;
    private int resultLength;

    MarshallingThunk(Thunk thunk, int function, Callees callees, int workerGlobal) {
        this.thunk = thunk;
        this.function = function;
        this.callees = callees;
        this.workerGlobal = workerGlobal;
        this.pointers = new int[thunk.signature().parameters().size()];
        this.lengths = new int[pointers.length];
    }

    int writeTo(WasmWriter module) {
        List<ValueType> parameters = thunk.signature().parameters();
        code.block(I32);
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).isBlock()) {
                copyIn(i);
            }
        }
        call(parameters);
        code.i32Const(CoreLayout.OUTCOME_DONE).end();
        release(parameters);
        return module.function(List.of(I32), List.of(I32), locals, code);
    }

    private void copyIn(int index) {
        int pointer = local(I32);
        int length = local(I32);
        int block = local(I32);
        pointers[index] = pointer;
        lengths[index] = length;
        code.localGet(RECORD).load(I32, CORE, GlueModule.argumentOffset(index)).localSet(length);
        code.localGet(length).call(callees.alloc()).localSet(block);
        // An empty argument may have any address, also 0.
        code.block();
        code.localGet(length).op(CodeWriter.I32_EQZ).branchIf(0);
        code.localGet(block).op(CodeWriter.I32_EQZ).ifThen();
        fault(GlueFault.NO_ARGUMENT_MEMORY, block, length, 2);
        code.end();
        outside(block, length).ifThen();
        fault(GlueFault.ARGUMENT_OUTSIDE_MEMORY, block, length, 2);
        code.end();
        code.localGet(block).localGet(RECORD).load(I32, CORE, GlueModule.argumentOffset(index) + 4).localGet(length)
                .memoryCopy(GUEST, CORE);
        code.end();
        // From here on the block is known to be the guest's own and has to be released.
        code.localGet(block).localSet(pointer);
    }

    private void call(List<ValueType> parameters) {
        boolean block = thunk.signature().result().filter(ValueType::isBlock).isPresent();
        boolean number = thunk.signature().result().isPresent() && !block;
        if (number) {
            code.localGet(RECORD);
        }
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).isBlock()) {
                code.localGet(pointers[i]).localGet(lengths[i]);
            } else {
                code.localGet(RECORD).load(Thunk.wasmType(parameters.get(i)), CORE, GlueModule.argumentOffset(i));
            }
        }
        code.call(function);
        if (number) {
            code.store(Thunk.wasmType(thunk.signature().result().orElseThrow()), CORE, 0);
        } else if (block) {
            copyOut();
        }
    }

    private void copyOut() {
        int packed = local(I64);
        int pointer = local(I32);
        int length = local(I32);
        int target = local(I32);
        resultPointer = local(I32);
        resultLength = local(I32);
        code.localTee(packed).i64Const(32).op(CodeWriter.I64_SHR_U).op(CodeWriter.I32_WRAP_I64).localSet(pointer);
        code.localGet(packed).op(CodeWriter.I32_WRAP_I64).localSet(length);
        outside(pointer, length).ifThen();
        fault(GlueFault.RESULT_OUTSIDE_MEMORY, pointer, length, 1);
        code.end();
        code.localGet(pointer).localSet(resultPointer).localGet(length).localSet(resultLength);
        code.localGet(length).ifThen();
        code.globalGet(workerGlobal).localGet(length).call(callees.heapAlloc()).localTee(target).op(CodeWriter.I32_EQZ).ifThen();
        fault(GlueFault.NO_RESULT_MEMORY, pointer, length, 2);
        code.end();
        code.localGet(target).localGet(pointer).localGet(length).memoryCopy(CORE, GUEST);
        code.end();
        code.localGet(RECORD).localGet(length).store(I32, CORE, 0);
        code.localGet(RECORD).localGet(target).store(I32, CORE, 4);
    }

    /** Leaves 1 if {@code pointer + length}, both unsigned, is beyond the guest's memory as it is now. */
    private CodeWriter outside(int pointer, int length) {
        return code.localGet(pointer).op(CodeWriter.I64_EXTEND_I32_U)
                .localGet(length).op(CodeWriter.I64_EXTEND_I32_U)
                .op(CodeWriter.I64_ADD)
                .memorySize(GUEST).op(CodeWriter.I64_EXTEND_I32_U).i64Const(PAGE_SHIFT).op(CodeWriter.I64_SHL)
                .op(CodeWriter.I64_GT_U);
    }

    /** Reports and leaves the outer block, which is {@code depth} blocks out. */
    private void fault(GlueFault fault, int pointer, int length, int depth) {
        code.i32Const(thunk.slot()).i32Const(fault.ordinal()).localGet(pointer).localGet(length).memorySize(GUEST)
                .call(callees.fault()).branch(depth);
    }

    private void release(List<ValueType> parameters) {
        if (callees.reset() >= 0) {
            code.call(callees.reset());
            return;
        }
        if (callees.free() < 0) {
            return;
        }
        if (resultPointer != 0) {
            code.block();
            code.localGet(resultPointer).op(CodeWriter.I32_EQZ).branchIf(0);
            for (int i = 0; i < parameters.size(); i++) {
                if (parameters.get(i).isBlock()) {
                    branchIfResultIsPartOf(i);
                }
            }
            code.localGet(resultPointer).localGet(resultLength).call(callees.free());
            code.end();
        }
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).isBlock()) {
                code.localGet(pointers[i]).ifThen().localGet(pointers[i]).localGet(lengths[i]).call(callees.free()).end();
            }
        }
    }

    private void branchIfResultIsPartOf(int index) {
        code.localGet(resultPointer).localGet(pointers[index]).op(CodeWriter.I32_SUB).localGet(lengths[index]).op(CodeWriter.I32_LT_U)
                .branchIf(0);
        code.localGet(resultPointer).localGet(pointers[index]).op(CodeWriter.I32_EQ).branchIf(0);
    }

    /** The index of a new local; the record is local 0. */
    private int local(WasmType type) {
        locals.add(type);
        return locals.size();
    }
}
