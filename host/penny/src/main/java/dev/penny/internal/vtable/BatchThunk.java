package dev.penny.internal.vtable;

import dev.penny.internal.core.CoreLayout;
import java.util.Collections;
import java.util.List;

/**
 * The second thunk of every slot: runs consecutive items of a bulk with one indirect call. It has the type {@code (slot, record, stride,
 * item, end, statuses, itemRef) -> failed}, all {@code i32}; {@code run.h} of the core states what it does.
 */
final class BatchThunk {

    /** {@link #SLOT} and following: the parameters. */
    static final int SLOT = 0;
    private static final int RECORD = 1;
    private static final int STRIDE = 2;
    private static final int ITEM = 3;
    private static final int END = 4;
    private static final int STATUSES = 5;
    private static final int ITEM_REF = 6;
    private static final int OUTCOME = 7;
    private static final int FAILED = 8;

    private static final List<WasmType> PARAMETERS = Collections.nCopies(7, WasmType.I32);
    private static final List<WasmType> RESULT = List.of(WasmType.I32);
    private static final List<WasmType> LOCALS = List.of(WasmType.I32, WasmType.I32);

    private BatchThunk() { }

    /** The table entry of a slot's thunk; its batch thunk has the next one. */
    static int entry(int slot) {
        return 2 * slot;
    }

    /** Adds the batch thunk of a thunk of this module; core memory must be memory 0. */
    static int writeTo(WasmWriter module, int thunk) {
        return writeTo(module, new CodeWriter().call(thunk));
    }

    /** Adds a batch thunk that runs an item by {@code call}, which finds the record on the stack and leaves the outcome. */
    static int writeTo(WasmWriter module, CodeWriter call) {
        CodeWriter code = new CodeWriter()
                .loop()
                .localGet(ITEM_REF).localGet(ITEM).store(WasmType.I32, 0, 0)
                .localGet(RECORD).raw(call).localTee(OUTCOME)
                // An item of a bulk has no frame to wait in.
                .i32Const(1).op(CodeWriter.I32_GT_U).ifThen().op(CodeWriter.UNREACHABLE).end()
                .localGet(STATUSES).localGet(ITEM).op(CodeWriter.I32_ADD)
                .localGet(OUTCOME).i32Const(1).op(CodeWriter.I32_ADD).store8(0, 0)
                .localGet(FAILED).localGet(OUTCOME).op(CodeWriter.I32_ADD).localSet(FAILED)
                .localGet(RECORD).localGet(STRIDE).op(CodeWriter.I32_ADD).localSet(RECORD)
                .localGet(ITEM).i32Const(1).op(CodeWriter.I32_ADD).localTee(ITEM)
                .localGet(END).op(CodeWriter.I32_LT_U).branchIf(0)
                .end()
                .localGet(FAILED);
        return module.function(PARAMETERS, RESULT, LOCALS, code);
    }

    /** Adds the batch thunk of a function that the host runs: leaves the parameters in the call words, calls {@code invokeBatch}. */
    static int writeHostTo(WasmWriter module, int callRef, int invokeBatch) {
        CodeWriter code = new CodeWriter();
        leave(code, callRef, CoreLayout.WORKER_CALL_RECORD, RECORD);
        leave(code, callRef, CoreLayout.WORKER_CALL_SLOT, SLOT);
        leave(code, callRef, CoreLayout.WORKER_CALL_STRIDE, STRIDE);
        leave(code, callRef, CoreLayout.WORKER_CALL_ITEM, ITEM);
        leave(code, callRef, CoreLayout.WORKER_CALL_END, END);
        leave(code, callRef, CoreLayout.WORKER_CALL_STATUSES, STATUSES);
        return module.function(PARAMETERS, RESULT, List.of(), code.call(invokeBatch));
    }

    private static void leave(CodeWriter code, int callRef, int word, int parameter) {
        code.globalGet(callRef).localGet(parameter).store(WasmType.I32, 0, word - CoreLayout.WORKER_CALL_RECORD);
    }
}
