package dev.penny.internal.guest;

import dev.penny.api.LoadException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import run.endive.wasm.Parser;
import run.endive.wasm.types.CustomSection;
import run.endive.wasm.types.Export;
import run.endive.wasm.types.ExportSection;
import run.endive.wasm.types.ExternalType;
import run.endive.wasm.types.FunctionSection;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.GlobalSection;
import run.endive.wasm.types.Import;
import run.endive.wasm.types.ImportSection;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.MemorySection;
import run.endive.wasm.types.MutabilityType;
import run.endive.wasm.types.NameCustomSection;
import run.endive.wasm.types.Section;
import run.endive.wasm.types.SectionId;
import run.endive.wasm.types.TableSection;
import run.endive.wasm.types.TypeSection;
import run.endive.wasm.types.UnknownCustomSection;
import run.endive.wasm.types.ValType;

/** Reads the outside of a wasm module. Code and data are not looked at; GraalWasm validates them when it compiles. */
final class WasmReader {

    /** Larger files are refused before they are read. */
    static final int MODULE_BYTES_MAX = 256 << 20;

    private static final byte[] MAGIC = {0, 'a', 's', 'm'};
    private static final byte[] CORE_VERSION = {1, 0, 0, 0};
    private static final byte[] COMPONENT_LAYER = {1, 0};

    private final String module;
    private final List<FunctionType> types = new ArrayList<>();
    private final List<NativeType> functionTypes = new ArrayList<>();
    private final List<Export> exports = new ArrayList<>();
    private final List<WasmShape.Import> imports = new ArrayList<>();
    private final List<WasmShape.Memory> memories = new ArrayList<>();
    private final List<Long> tableSizes = new ArrayList<>();
    private final Map<String, ByteArrayOutputStream> customs = new LinkedHashMap<>();
    private int importedGlobals;
    private boolean firstGlobalIsMutableI32;
    private boolean linkedByLld;

    private WasmReader(String module) {
        this.module = module;
    }

    /**
     * Reads a module.
     *
     * @throws LoadException if the bytes are not the outside of a wasm module
     */
    static WasmShape read(String module, byte[] wasm) {
        checkHeader(module, wasm);
        WasmReader reader = new WasmReader(module);
        try {
            parser().parse(new ByteArrayInputStream(wasm), reader::section);
            return reader.shape();
        } catch (LoadException e) {
            throw e;
        } catch (RuntimeException e) {
            // The parser throws all sorts on damaged input: its own types, index errors, buffer underflows.
            throw damaged(module, wasm.length, e);
        }
    }

    static LoadException damaged(String module, int bytes, RuntimeException e) {
        return new LoadException("not a valid wasm module: module=%s, bytes=%d, reason=%s".formatted(module, bytes,
                e.getMessage() == null ? "it is truncated or damaged" : e.getMessage()), e);
    }

    private static Parser parser() {
        return Parser.builder().withValidation(false).withCustomParsers(Map.of())
                .includeSectionId(SectionId.CUSTOM).includeSectionId(SectionId.TYPE).includeSectionId(SectionId.IMPORT)
                .includeSectionId(SectionId.FUNCTION).includeSectionId(SectionId.TABLE).includeSectionId(SectionId.MEMORY)
                .includeSectionId(SectionId.GLOBAL).includeSectionId(SectionId.EXPORT)
                .build();
    }

    private static void checkHeader(String module, byte[] wasm) {
        String reason;
        if (wasm.length == 0) {
            reason = "the file is empty";
        } else if (wasm.length > MODULE_BYTES_MAX) {
            reason = "it is larger than the limit, limit=" + MODULE_BYTES_MAX;
        } else if (!Arrays.equals(MAGIC, Arrays.copyOf(wasm, Math.min(4, wasm.length)))) {
            reason = "it does not begin with \\0asm";
        } else if (wasm.length < 8) {
            reason = "it ends within the header";
        } else if (Arrays.equals(COMPONENT_LAYER, Arrays.copyOfRange(wasm, 6, 8))) {
            reason = "it is a component; Penny loads core modules";
        } else if (!Arrays.equals(CORE_VERSION, Arrays.copyOfRange(wasm, 4, 8))) {
            reason = "unknown version of the binary format";
        } else {
            return;
        }
        throw new LoadException("not a wasm module: module=%s, bytes=%d, reason=%s".formatted(module, wasm.length, reason));
    }

    private void section(Section section) {
        switch (section) {
            case TypeSection s -> types.addAll(Arrays.asList(s.types()));
            case ImportSection s -> s.stream().forEach(this::imported);
            case FunctionSection s -> {
                for (int i = 0; i < s.functionCount(); i++) {
                    functionTypes.add(nativeType(s.getFunctionType(i)));
                }
            }
            case TableSection s -> {
                for (int i = 0; i < s.tableCount(); i++) {
                    tableSizes.add(s.getTable(i).limits().min());
                }
            }
            case MemorySection s -> {
                for (int i = 0; i < s.memoryCount(); i++) {
                    memories.add(memory(s.getMemory(i).limits()));
                }
            }
            case GlobalSection s -> firstGlobalIsMutableI32 = importedGlobals == 0 && s.globalCount() > 0
                    && s.getGlobal(0).mutabilityType() == MutabilityType.Var && s.getGlobal(0).valueType().equals(ValType.I32);
            case ExportSection s -> {
                for (int i = 0; i < s.exportCount(); i++) {
                    exports.add(s.getExport(i));
                }
            }
            case CustomSection s -> custom(s);
            default -> { }
        }
    }

    private void custom(CustomSection section) {
        byte[] contents = section instanceof UnknownCustomSection unknown ? unknown.bytes() : new byte[0];
        customs.computeIfAbsent(section.name(), name -> new ByteArrayOutputStream()).writeBytes(contents);
        if (section.name().equals("target_features")) {
            linkedByLld = true;
        } else if (section.name().equals("name")) {
            linkedByLld |= firstGlobalIsNamedStackPointer(contents);
        }
    }

    private static boolean firstGlobalIsNamedStackPointer(byte[] nameSection) {
        try {
            return "__stack_pointer".equals(NameCustomSection.parse(nameSection).nameOfGlobal(0));
        } catch (RuntimeException e) {
            // A damaged custom section is no error of the module.
            return false;
        }
    }

    private void imported(Import item) {
        switch (item) {
            case run.endive.wasm.types.FunctionImport function -> {
                NativeType type = nativeType(function.typeIndex());
                functionTypes.add(type);
                imports.add(new WasmShape.FunctionImport(item.module(), item.name(), type));
            }
            case run.endive.wasm.types.MemoryImport memory ->
                imports.add(new WasmShape.MemoryImport(item.module(), item.name(), memory(memory.limits())));
            default -> {
                importedGlobals += item.importType() == ExternalType.GLOBAL ? 1 : 0;
                imports.add(new WasmShape.OtherImport(item.module(), item.name(), item.importType().name().toLowerCase(Locale.ROOT)));
            }
        }
    }

    private NativeType nativeType(int index) {
        if (index < 0 || index >= types.size()) {
            throw new LoadException(("not a valid wasm module: module=%s, reason=a function has a type that does not exist, type=%d, "
                    + "types=%d").formatted(module, index, types.size()));
        }
        FunctionType type = types.get(index);
        return new NativeType(type.params().stream().map(WasmReader::valueType).toList(),
                type.returns().stream().map(WasmReader::valueType).toList());
    }

    private static String valueType(ValType type) {
        return type.toString().toLowerCase(Locale.ROOT);
    }

    private static WasmShape.Memory memory(MemoryLimits limits) {
        boolean unlimited = limits.maximumPages() >= MemoryLimits.MAX_PAGES && !limits.shared();
        return new WasmShape.Memory(limits.initialPages(),
                unlimited ? OptionalLong.empty() : OptionalLong.of(limits.maximumPages()), limits.shared());
    }

    private WasmShape shape() {
        Map<String, NativeType> functions = new LinkedHashMap<>();
        Set<String> globals = new LinkedHashSet<>();
        Set<String> exportedMemories = new LinkedHashSet<>();
        boolean firstGlobalExported = false;
        for (Export export : exports) {
            switch (export.exportType()) {
                case FUNCTION -> functions.put(export.name(), exportedType(export));
                case GLOBAL -> {
                    globals.add(export.name());
                    firstGlobalExported |= export.index() == 0;
                }
                case MEMORY -> exportedMemories.add(export.name());
                default -> { }
            }
        }
        Map<String, byte[]> contents = new LinkedHashMap<>();
        customs.forEach((name, bytes) -> contents.put(name, bytes.toByteArray()));
        return new WasmShape(functions, globals, exportedMemories, List.copyOf(imports), List.copyOf(memories), List.copyOf(tableSizes),
                contents, linkedByLld && firstGlobalIsMutableI32 && !firstGlobalExported);
    }

    private NativeType exportedType(Export export) {
        if (export.index() < 0 || export.index() >= functionTypes.size()) {
            throw new LoadException("not a valid wasm module: module=%s, reason=export '%s' names a function that does not exist"
                    .formatted(module, export.name()));
        }
        return functionTypes.get(export.index());
    }
}
