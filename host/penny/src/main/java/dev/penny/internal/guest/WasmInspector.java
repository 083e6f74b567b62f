package dev.penny.internal.guest;

import dev.penny.api.LoadOptions;
import dev.penny.api.ModuleInspection;
import dev.penny.api.PennyException;
import dev.penny.api.Signature;
import dev.penny.api.TaskModule.ModuleKind;
import dev.penny.internal.guest.WasmShape.FunctionImport;
import dev.penny.internal.guest.WasmShape.MemoryImport;
import dev.penny.internal.guest.WasmShape.OtherImport;
import dev.penny.internal.vtable.SystemModules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Says what is in a wasm module without compiling it. */
final class WasmInspector {

    private WasmInspector() { }

    static ModuleInspection inspect(String name, byte[] wasm, LoadOptions options) {
        WasmShape shape = WasmReader.read(name, wasm);
        List<String> problems = new ArrayList<>();
        collect(problems, () -> WasmImports.check(name, shape, options.wasi()));
        collect(problems, () -> MemoryLimiter.check(name, shape, options.memoryLimitBytes()));
        collect(problems, () -> new WasmFunctions(name, shape));
        collect(problems, () -> SharedWasmGuest.checkStack(name, shape));
        List<ModuleInspection.Memory> memories = new ArrayList<>();
        shape.importedMemory().ifPresent(memory -> memories.add(memory(true, memory.memory())));
        shape.ownMemories().forEach(memory -> memories.add(memory(false, memory)));
        List<ModuleInspection.Section> sections = new ArrayList<>();
        shape.customs().forEach((section, bytes) -> sections.add(new ModuleInspection.Section(section, bytes.length)));
        return new ModuleInspection(name, shape.importedMemory().isPresent() ? ModuleKind.SHARED_WASM : ModuleKind.WASM, wasm.length,
                problems, functions(name, shape), shape.imports().stream().map(item -> item(item, options)).toList(), memories,
                WasmFeatures.of(wasm, shape), sections);
    }

    private static void collect(List<String> problems, Runnable check) {
        try {
            check.run();
        } catch (PennyException e) {
            problems.add(e.getMessage());
        }
    }

    private static List<ModuleInspection.Function> functions(String name, WasmShape shape) {
        Map<String, List<Signature>> declared;
        try {
            declared = PennySection.read(name, shape);
        } catch (PennyException alreadyAProblem) {
            declared = Map.of();
        }
        List<ModuleInspection.Function> functions = new ArrayList<>();
        for (Map.Entry<String, NativeType> entry : shape.functions().entrySet()) {
            NativeType type = entry.getValue();
            functions.add(new ModuleInspection.Function(entry.getKey(),
                    declared.getOrDefault(entry.getKey(), type.numericSignature().stream().toList()), type.toString(),
                    WasmFunctions.isReserved(entry.getKey()) ? Optional.of("it belongs to the ABI") : type.obstacle()));
        }
        return functions;
    }

    private static ModuleInspection.Import item(WasmShape.Import item, LoadOptions options) {
        String name = item.module() + "." + item.name();
        var refusal = WasmImports.refusal(item, options.wasi());
        return switch (item) {
            case FunctionImport function -> new ModuleInspection.Import(name, "function", function.type().toString(), refusal);
            case MemoryImport memory ->
                new ModuleInspection.Import(name, "memory", memory.memory().shared() ? "shared" : "unshared", refusal);
            case OtherImport other -> new ModuleInspection.Import(name, other.kind(), "", refusal);
        };
    }

    private static ModuleInspection.Memory memory(boolean imported, WasmShape.Memory memory) {
        OptionalLong max = memory.maxPages().isPresent()
                ? OptionalLong.of(memory.maxPages().getAsLong() * SystemModules.PAGE_BYTES) : OptionalLong.empty();
        return new ModuleInspection.Memory(imported, memory.shared(), memory.minPages() * SystemModules.PAGE_BYTES, max);
    }
}
