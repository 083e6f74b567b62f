package dev.penny.internal.guest;

import dev.penny.api.LinkException;
import dev.penny.api.WasiOptions;
import dev.penny.internal.guest.WasmShape.FunctionImport;
import dev.penny.internal.guest.WasmShape.Import;
import dev.penny.internal.guest.WasmShape.MemoryImport;
import dev.penny.internal.guest.WasmShape.OtherImport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Decides which imports of a guest Penny satisfies. */
final class WasmImports {

    static final String PENNY = "penny";
    static final String MEMORY_MODULE = "env";
    static final String MEMORY_NAME = "memory";

    /** What the module {@code penny} offers. */
    private static final Map<String, NativeType> OFFERED = Map.of(
            "graph_run", new NativeType(List.of("i32", "i32"), List.of("i32")),
            "log", new NativeType(List.of("i32", "i32", "i32"), List.of()),
            "poll", new NativeType(List.of(), List.of("i32")),
            "fork", new NativeType(List.of("i32", "i64", "i64", "i64", "i64", "i64", "i64", "i64"), List.of("i32")),
            "join", new NativeType(List.of("i32"), List.of("i32")),
            "result", new NativeType(List.of(), List.of("i64")),
            "cancelled", new NativeType(List.of(), List.of("i32")),
            "function", new NativeType(List.of("i32", "i32"), List.of("i32")),
            "spawn", new NativeType(List.of("i32", "i64", "i64", "i64", "i64", "i64", "i64", "i64"), List.of("i32")),
            "await", new NativeType(List.of("i32"), List.of("i64")));

    private static final Set<String> NO_FORKS = Set.of("log", "graph_run");

    private WasmImports() { }

    /**
     * Checks all imports.
     *
     * @throws LinkException naming every import that cannot be satisfied, each with the reason
     */
    static void check(String module, WasmShape shape, Optional<WasiOptions> wasi) {
        List<String> refused = shape.imports().stream()
                .flatMap(item -> refusal(item, wasi).map(reason -> item.module() + "." + item.name() + " (" + reason + ")").stream())
                .toList();
        if (!refused.isEmpty()) {
            throw new LinkException("the module imports what Penny does not offer: module=%s, imports=%s"
                    .formatted(module, String.join("; ", refused)));
        }
        NativeType job = NativeType.of(Guest.JOB_SIGNATURE);
        if (imports(shape, "fork") && !shape.exports(Guest.JOB, job)) {
            throw new LinkException("a module that imports penny.fork must export what runs its forks: module=%s, missing=%s %s"
                    .formatted(module, Guest.JOB, job));
        }
    }

    /** Why Penny does not satisfy an import; empty if it does. */
    static Optional<String> refusal(Import item, Optional<WasiOptions> wasi) {
        return switch (item) {
            case FunctionImport function when function.module().equals(WasiFunction.MODULE) -> wasi(function, wasi);
            case FunctionImport function when function.module().equals(PENNY) && OFFERED.containsKey(function.name()) ->
                mismatch(function.type(), OFFERED.get(function.name()));
            case FunctionImport function when function.module().equals("wasi_unstable") ->
                Optional.of("WASI preview 0 is not supported");
            case FunctionImport function -> Optional.of("unknown function " + function.type());
            case MemoryImport memory -> memory(memory);
            case OtherImport other -> Optional.of("a " + other.kind() + " cannot be imported");
        };
    }

    private static Optional<String> wasi(FunctionImport function, Optional<WasiOptions> wasi) {
        Optional<WasiFunction> known = WasiFunction.of(function.name());
        if (known.isEmpty()) {
            return Optional.of("unknown WASI function");
        }
        if (wasi.isEmpty()) {
            return Optional.of("WASI is not allowed for this module");
        }
        return mismatch(function.type(), known.get().type());
    }

    private static Optional<String> mismatch(NativeType actual, NativeType offered) {
        return actual.equals(offered) ? Optional.empty() : Optional.of("imported as " + actual + ", offered as " + offered);
    }

    private static Optional<String> memory(MemoryImport item) {
        if (!item.memory().shared()) {
            return Optional.of("an imported memory must be shared: instances on several threads would silently lose each other's updates; "
                    + "build the module with a memory of its own, or with a shared one");
        }
        if (!item.module().equals(MEMORY_MODULE) || !item.name().equals(MEMORY_NAME)) {
            return Optional.of("a shared memory is offered as env.memory only");
        }
        return Optional.empty();
    }

    /** True if the module uses WASI, hence may end a task in the middle. */
    static boolean usesWasi(WasmShape shape) {
        return shape.imports().stream().anyMatch(item -> item.module().equals(WasiFunction.MODULE));
    }

    /** True if the module can log, fork or run graphs. */
    static boolean usesPenny(WasmShape shape) {
        return shape.imports().stream().anyMatch(item -> item.module().equals(PENNY));
    }

    /** True if the module imports this function of {@code penny}. */
    static boolean imports(WasmShape shape, String function) {
        return shape.imports().stream().anyMatch(item -> item.module().equals(PENNY) && item.name().equals(function));
    }

    /** True if the module forks, in any way. */
    static boolean forks(WasmShape shape) {
        return shape.imports().stream().anyMatch(item -> item.module().equals(PENNY) && !NO_FORKS.contains(item.name()));
    }
}
