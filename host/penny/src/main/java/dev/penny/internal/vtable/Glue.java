package dev.penny.internal.vtable;

import dev.penny.api.CapacityException;
import dev.penny.api.PennyException;
import dev.penny.api.TaskFailedException;
import dev.penny.internal.core.CoreLayout;
import dev.penny.internal.core.WasmRuntime;
import dev.penny.internal.core.WorkerLink;
import dev.penny.internal.vtable.GlueModule.Placement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;

/**
 * The compiled thunks of some functions of one guest. One glue serves all workers: each links its own instance, and the instances
 * share their code.
 *
 * <p><b>Threads:</b> any.
 */
public final class Glue {

    private final WasmRuntime runtime;
    private final String module;
    private final GuestTraits traits;
    private final List<Thunk> numeric;
    private final List<Thunk> marshalling;
    private final List<Value> compiledNumeric;
    private final List<Value> compiledMarshalling;
    private final Map<Integer, Thunk> bySlot = new HashMap<>();

    private Glue(WasmRuntime runtime, String module, List<Thunk> thunks, GuestTraits traits, Placement placement) {
        this.runtime = runtime;
        this.module = module;
        this.traits = traits;
        this.numeric = thunks.stream().filter(thunk -> !thunk.signature().usesBlocks()).toList();
        this.marshalling = thunks.stream().filter(thunk -> thunk.signature().usesBlocks()).toList();
        this.compiledNumeric = numeric.isEmpty() ? List.of()
                : List.of(runtime.compile(module + ".glue", GlueModule.numeric(numeric, traits, placement)));
        this.compiledMarshalling = marshalling.isEmpty() ? List.of()
                : List.of(runtime.compile(module + ".blockglue", GlueModule.marshalling(marshalling, traits, placement)));
        thunks.forEach(thunk -> bySlot.put(thunk.slot(), thunk));
    }

    /** Generates and compiles thunks. The functions must exist in the guest with the wasm types of their signatures. */
    public static Glue compile(WasmRuntime runtime, String module, List<Thunk> thunks, GuestTraits traits, Placement placement) {
        return new Glue(runtime, module, thunks, traits, placement);
    }

    /**
     * Links the thunks to one worker's instance of the guest and places them.
     *
     * @param guest finds what the guest exports, and its memory as {@code memory}
     * @param faults told why a thunk returned "failed"
     * @return the thunks of {@link Placement#EXPORTS} by slot; empty for {@link Placement#TABLE}
     */
    public Map<Integer, Value> link(WorkerLink link, Function<String, Value> guest, Consumer<? super PennyException> faults) {
        Map<String, Object> core = new HashMap<>();
        core.put("memory", link.memoryValue());
        core.put("table", link.tableValue());
        core.put("heap_alloc", link.heapAllocValue());
        Map<Integer, Value> exported = new HashMap<>();
        for (Value compiled : compiledNumeric) {
            Value glue = runtime.instantiate(module + ".glue", compiled, Map.of("core", core, "guest", members(guest, numeric, numericExports())));
            collect(glue, numeric, exported);
        }
        for (Value compiled : compiledMarshalling) {
            Map<String, Map<String, Object>> imports = Map.of("core", core,
                    "guest", members(guest, marshalling, marshallingExports()),
                    "penny", Map.of("fault", faultImport(faults)));
            Value glue = runtime.instantiate(module + ".blockglue", compiled, imports);
            glue.getMember("init").executeVoid(link.worker());
            collect(glue, marshalling, exported);
        }
        return exported;
    }

    private List<String> numericExports() {
        return traits.release() == GuestTraits.Release.RESET ? List.of("penny_reset") : List.of();
    }

    private List<String> marshallingExports() {
        List<String> names = new ArrayList<>(List.of("memory"));
        if (traits.allocates()) {
            names.add("penny_alloc");
        }
        switch (traits.release()) {
            case FREE -> names.add("penny_free");
            case RESET -> names.add("penny_reset");
            case NONE -> { }
        }
        return names;
    }

    private static Map<String, Object> members(Function<String, Value> guest, List<Thunk> thunks, List<String> others) {
        Map<String, Object> members = new HashMap<>();
        thunks.forEach(thunk -> members.put(thunk.export(), guest.apply(thunk.export())));
        others.forEach(name -> members.put(name, guest.apply(name)));
        return members;
    }

    private static void collect(Value glue, List<Thunk> thunks, Map<Integer, Value> exported) {
        for (Thunk thunk : thunks) {
            Value function = glue.getMember(GlueModule.exportName(thunk.slot()));
            if (function != null) {
                exported.put(thunk.slot(), function);
            }
        }
    }

    private ProxyExecutable faultImport(Consumer<? super PennyException> faults) {
        return arguments -> {
            GlueFault fault = GlueFault.values()[arguments[1].asInt()];
            faults.accept(describe(bySlot.get(arguments[0].asInt()), fault,
                    Integer.toUnsignedLong(arguments[2].asInt()), Integer.toUnsignedLong(arguments[3].asInt()), arguments[4].asLong()));
            return CoreLayout.OUTCOME_FAILED;
        };
    }

    private PennyException describe(Thunk thunk, GlueFault fault, long ref, long length, long pages) {
        String function = module + "/" + thunk.export() + thunk.signature();
        long memoryBytes = pages * SystemModules.PAGE_BYTES;
        return switch (fault) {
            case NO_ARGUMENT_MEMORY ->
                new CapacityException("the guest has no memory for an argument: function=%s, bytes=%d, memoryBytes=%d"
                    .formatted(function, length, memoryBytes));
            case ARGUMENT_OUTSIDE_MEMORY -> new TaskFailedException(function,
                    "penny_alloc returned a block outside the guest's memory: ptr=%d, bytes=%d, memoryBytes=%d"
                            .formatted(ref, length, memoryBytes),
                    List.of(), null);
            case RESULT_OUTSIDE_MEMORY -> new TaskFailedException(function,
                    "the result lies outside the guest's memory: ptr=%d, bytes=%d, memoryBytes=%d".formatted(ref, length, memoryBytes),
                    List.of(), null);
            case NO_RESULT_MEMORY -> new CapacityException("the result heap is full: function=%s, bytes=%d".formatted(function, length));
        };
    }
}
