package dev.penny.internal.vtable;

import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.WorkerLink;
import dev.penny.internal.vtable.WasmWriter.Kind;
import dev.penny.internal.vtable.WasmWriter.Pages;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Generates the modules with the thunks. A thunk has the type of every slot, {@code (record: i32) -> outcome: i32}: it loads typed
 * arguments from the record in core memory, calls the function and stores the result. With each goes a {@link BatchThunk}.
 *
 * <p>Imports: {@code core.memory}, {@code core.table}, {@code core.heap_alloc(worker, bytes) -> ref}, {@code guest.*} (exports of
 * the guest under their own names), {@code penny.fault(slot, kind, ref, length, pages) -> outcome}, {@code penny_host.invoke() ->
 * outcome}, {@code penny_host.invoke_batch() -> failed}.
 */
public final class GlueModule {

    /** Bytes of a record's result word and of each argument word. */
    static final int WORD_BYTES = 8;

    private static final List<WasmType> ONE_I32 = List.of(WasmType.I32);
    private static final Pages ANY_SHARED = new Pages(0, SystemModules.PAGES_MAX, true);

    private GlueModule() { }

    /** Where thunks go when the module is instantiated. */
    public enum Placement {
        /** Into their slots of {@code core.table}. */
        TABLE,
        /** Nowhere: they are only exported, see {@link #exportName}. */
        EXPORTS
    }

    /** The name under which {@link Placement#EXPORTS} exports the thunk of a slot. */
    public static String exportName(int slot) {
        return "thunk" + slot;
    }

    /**
     * Thunks for functions that take and return numbers only; this module sees no memory but the core's. Such a function may have used
     * the guest's allocator too, so an arena is reset after it as after any other.
     */
    public static byte[] numeric(List<Thunk> thunks, GuestTraits traits, Placement placement) {
        WasmWriter module = new WasmWriter();
        module.importMemory("core", "memory", ANY_SHARED);
        int reset = importReset(module, traits);
        List<Integer> callees = importFunctions(module, thunks);
        importTable(module, placement);
        TreeMap<Integer, Integer> bySlot = new TreeMap<>();
        for (int i = 0; i < thunks.size(); i++) {
            bySlot.put(thunks.get(i).slot(), numericThunk(module, thunks.get(i), callees.get(i), reset));
        }
        place(module, bySlot, placement);
        return module.toByteArray();
    }

    /**
     * Thunks for functions with {@code bytes} or {@code string} in their signatures. The module exports {@code init(worker)}, which must be
     * called before any thunk.
     */
    public static byte[] marshalling(List<Thunk> thunks, GuestTraits traits, Placement placement) {
        WasmWriter module = new WasmWriter();
        module.importMemory("core", "memory", ANY_SHARED);
        if (traits.sharedMemory()) {
            module.importMemory("guest", "memory", ANY_SHARED);
        } else {
            module.importMemory("guest", "memory");
        }
        MarshallingThunk.Callees callees = MarshallingThunk.Callees.imported(module, traits);
        List<Integer> functions = importFunctions(module, thunks);
        importTable(module, placement);
        int worker = module.global(WasmType.I32, true, new CodeWriter().i32Const(0));
        TreeMap<Integer, Integer> bySlot = new TreeMap<>();
        for (int i = 0; i < thunks.size(); i++) {
            MarshallingThunk thunk = new MarshallingThunk(thunks.get(i), functions.get(i), callees, worker);
            bySlot.put(thunks.get(i).slot(), thunk.writeTo(module));
        }
        int init = module.function(ONE_I32, List.of(), List.of(), new CodeWriter().localGet(0).globalSet(worker));
        module.export("init", Kind.FUNCTION, init);
        place(module, bySlot, placement);
        return module.toByteArray();
    }

    /**
     * Thunks that leave their parameters in the worker's call words ({@link WorkerLink#callRef}) and call {@code penny_host.invoke()} or,
     * for a batch, {@code penny_host.invoke_batch()}. The module exports {@code init(callRef)}, which must be called before any thunk.
     */
    public static byte[] host(List<Integer> slots) {
        WasmWriter module = new WasmWriter();
        module.importMemory("core", "memory", ANY_SHARED);
        int invoke = module.importFunction("penny_host", "invoke", List.of(), ONE_I32);
        int invokeBatch = module.importFunction("penny_host", "invoke_batch", List.of(), ONE_I32);
        importTable(module, Placement.TABLE);
        int callRef = module.global(WasmType.I32, true, new CodeWriter().i32Const(0));
        TreeMap<Integer, Integer> bySlot = new TreeMap<>();
        TreeMap<Integer, Integer> batchBySlot = new TreeMap<>();
        for (int slot : slots) {
            bySlot.put(slot, module.function(ONE_I32, ONE_I32, List.of(), new CodeWriter()
                    .globalGet(callRef).localGet(0).store(WasmType.I32, 0, 0)
                    .globalGet(callRef).i32Const(slot).store(WasmType.I32, 0, CoreLayout.WORKER_CALL_SLOT - CoreLayout.WORKER_CALL_RECORD)
                    .call(invoke)));
            batchBySlot.put(slot, BatchThunk.writeHostTo(module, callRef, invokeBatch));
        }
        int init = module.function(ONE_I32, List.of(), List.of(), new CodeWriter().localGet(0).globalSet(callRef));
        module.export("init", Kind.FUNCTION, init);
        placeInTable(module, bySlot, batchBySlot);
        return module.toByteArray();
    }

    private static int numericThunk(WasmWriter module, Thunk thunk, int callee, int reset) {
        CodeWriter code = new CodeWriter();
        boolean hasResult = thunk.signature().result().isPresent();
        if (hasResult) {
            code.localGet(0);
        }
        for (int i = 0; i < thunk.signature().parameters().size(); i++) {
            code.localGet(0).load(Thunk.wasmType(thunk.signature().parameters().get(i)), 0, argumentOffset(i));
        }
        code.call(callee);
        thunk.signature().result().map(Thunk::wasmType).ifPresent(type -> code.store(type, 0, 0));
        if (reset >= 0) {
            code.call(reset);
        }
        return module.function(ONE_I32, ONE_I32, List.of(), code.i32Const(CoreLayout.OUTCOME_DONE));
    }

    static long argumentOffset(int index) {
        return (long) WORD_BYTES * (1 + index);
    }

    private static List<Integer> importFunctions(WasmWriter module, List<Thunk> thunks) {
        List<Integer> indices = new ArrayList<>();
        for (Thunk thunk : thunks) {
            indices.add(module.importFunction("guest", thunk.export(),
                    Thunk.wasmParameters(thunk.signature()), Thunk.wasmResults(thunk.signature())));
        }
        return indices;
    }

    /** The guest's {@code penny_reset}; -1 if it has none. */
    static int importReset(WasmWriter module, GuestTraits traits) {
        return traits.release() == GuestTraits.Release.RESET ? module.importFunction("guest", "penny_reset", List.of(), List.of()) : -1;
    }

    private static void importTable(WasmWriter module, Placement placement) {
        if (placement == Placement.TABLE) {
            module.importTable("core", "table", 0);
        }
    }

    private static void place(WasmWriter module, TreeMap<Integer, Integer> bySlot, Placement placement) {
        switch (placement) {
            case EXPORTS -> bySlot.forEach((slot, function) -> module.export(exportName(slot), Kind.FUNCTION, function));
            case TABLE -> {
                TreeMap<Integer, Integer> batchBySlot = new TreeMap<>();
                bySlot.forEach((slot, function) -> batchBySlot.put(slot, BatchThunk.writeTo(module, function)));
                placeInTable(module, bySlot, batchBySlot);
            }
        }
    }

    /** Thunks and batch thunks of neighbouring slots share an element segment. */
    private static void placeInTable(WasmWriter module, TreeMap<Integer, Integer> bySlot, TreeMap<Integer, Integer> batchBySlot) {
        List<Integer> run = new ArrayList<>();
        int first = 0;
        for (var entry : bySlot.entrySet()) {
            int tableEntry = BatchThunk.entry(entry.getKey());
            if (!run.isEmpty() && tableEntry != first + run.size()) {
                module.elements(first, run);
                run.clear();
            }
            if (run.isEmpty()) {
                first = tableEntry;
            }
            run.add(entry.getValue());
            run.add(batchBySlot.get(entry.getKey()));
        }
        if (!run.isEmpty()) {
            module.elements(first, run);
        }
    }
}
