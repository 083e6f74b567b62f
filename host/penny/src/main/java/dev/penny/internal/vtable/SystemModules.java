package dev.penny.internal.vtable;

import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.vtable.WasmWriter.Kind;
import dev.penny.internal.vtable.WasmWriter.Pages;
import java.util.List;

/** The modules that own what all others import: memories and tables. */
public final class SystemModules {

    /** Largest memory GraalWasm can share: 2 GiB less one page. */
    public static final int PAGES_MAX = 32_767;
    /** Bytes in a page of linear memory. */
    public static final int PAGE_BYTES = 65_536;

    private static final List<WasmType> ONE_I32 = List.of(WasmType.I32);

    private SystemModules() { }

    /** Exports shared memory {@code memory} of exactly this size. */
    public static byte[] memory(int pages) {
        return memory(pages, pages);
    }

    /**
     * Exports shared memory {@code memory} and {@code grow(pages) -> previous pages or -1}. The host commits the maximum at once.
     */
    public static byte[] memory(int minPages, int maxPages) {
        if (minPages < 0 || maxPages > PAGES_MAX || minPages > maxPages) {
            throw new IllegalArgumentException("pages out of range: min=%d, max=%d, limit=%d".formatted(minPages, maxPages, PAGES_MAX));
        }
        WasmWriter module = new WasmWriter();
        module.export("memory", Kind.MEMORY, module.memory(new Pages(minPages, maxPages, true)));
        int grow = module.function(ONE_I32, ONE_I32, List.of(), new CodeWriter().localGet(0).memoryGrow(0));
        return module.export("grow", Kind.FUNCTION, grow).toByteArray();
    }

    /**
     * Exports {@code table} with two entries per slot, the thunk and the {@link BatchThunk}, all unbound at first, and {@code
     * reset(first, count)}, which makes slots unbound again.
     *
     * <p>The unbound thunk calls the import {@code penny.bind() -> slot}, in which the host puts the slot's thunks into the table and
     * returns the slot of the frame that this worker is dispatching, and then calls the table again. A negative slot means that
     * the host recorded why it could not: the task fails. The unbound batch thunk goes through the slot's thunk item by item.
     */
    public static byte[] table(int slots) {
        if (slots < 1) {
            throw new IllegalArgumentException("a table needs a slot: slots=" + slots);
        }
        WasmWriter module = new WasmWriter();
        int taskType = module.type(ONE_I32, ONE_I32);
        int bind = module.importFunction("penny", "bind", List.of(), ONE_I32);
        module.importMemory("core", "memory", new Pages(0, PAGES_MAX, true));
        int table = module.table(2 * slots);
        int unbound = module.function(ONE_I32, ONE_I32, ONE_I32, new CodeWriter()
                .call(bind).localTee(1).i32Const(0).op(CodeWriter.I32_LT_S)
                .ifThen().i32Const(CoreLayout.OUTCOME_FAILED).op(CodeWriter.RETURN).end()
                .localGet(0).localGet(1).i32Const(1).op(CodeWriter.I32_SHL).callIndirect(taskType, table));
        int unboundBatch = BatchThunk.writeTo(module, new CodeWriter()
                .localGet(BatchThunk.SLOT).i32Const(1).op(CodeWriter.I32_SHL).callIndirect(taskType, table));
        int reset = module.function(List.of(WasmType.I32, WasmType.I32), List.of(), List.of(WasmType.I32, WasmType.I32),
                reset(table, unbound, unboundBatch));
        int init = module.function(List.of(), List.of(), List.of(), new CodeWriter().i32Const(0).i32Const(slots).call(reset));
        return module.declare(unbound).declare(unboundBatch)
                .export("table", Kind.TABLE, table)
                .export("reset", Kind.FUNCTION, reset)
                .start(init)
                .toByteArray();
    }

    /**
     * {@code (first, count)}: makes one pair of entries and doubles it until all are there. A loop over the entries is hot enough in a
     * full table to be the first thing that the compiler compiles, before what the user waits for.
     */
    private static CodeWriter reset(int table, int unbound, int unboundBatch) {
        int first = 0;
        int entries = 1;
        int made = 2;
        int more = 3;
        return new CodeWriter()
                .localGet(entries).op(CodeWriter.I32_EQZ).ifThen().op(CodeWriter.RETURN).end()
                .localGet(first).i32Const(1).op(CodeWriter.I32_SHL).localSet(first)
                .localGet(entries).i32Const(1).op(CodeWriter.I32_SHL).localSet(entries)
                .localGet(first).refFunc(unbound).tableSet(table)
                .localGet(first).i32Const(1).op(CodeWriter.I32_ADD).refFunc(unboundBatch).tableSet(table)
                .i32Const(2).localSet(made)
                .block().loop()
                .localGet(made).localGet(entries).op(CodeWriter.I32_GE_U).branchIf(1)
                .localGet(entries).localGet(made).op(CodeWriter.I32_SUB).localSet(more)
                .localGet(more).localGet(made).op(CodeWriter.I32_GT_U).ifThen().localGet(made).localSet(more).end()
                .localGet(first).localGet(made).op(CodeWriter.I32_ADD).localGet(first).localGet(more).tableCopy(table, table)
                .localGet(made).localGet(more).op(CodeWriter.I32_ADD).localSet(made)
                .branch(0)
                .end().end();
    }
}
