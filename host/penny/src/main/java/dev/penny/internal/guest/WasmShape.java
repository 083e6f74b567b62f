package dev.penny.internal.guest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What Penny has to know of a wasm module before it is compiled.
 *
 * @param functions exported functions in the module's order
 * @param globals exported globals
 * @param memories exported memories
 * @param customs custom sections by name; of several with one name the contents one after the other
 * @param hiddenStackPointer it has a linker-made shadow stack whose pointer is not exported
 */
record WasmShape(Map<String, NativeType> functions, Set<String> globals, Set<String> memories, List<Import> imports,
                 List<Memory> ownMemories, List<Long> tableSizes, Map<String, byte[]> customs, boolean hiddenStackPointer) {

    /** Something the module wants from its host. */
    sealed interface Import {

        /** Name of the providing module. */
        String module();

        /** Name within it. */
        String name();
    }

    /** An imported function. */
    record FunctionImport(String module, String name, NativeType type) implements Import { }

    /** An imported memory. */
    record MemoryImport(String module, String name, Memory memory) implements Import { }

    /** An imported table, global or tag. */
    record OtherImport(String module, String name, String kind) implements Import { }

    /** A memory's declaration, sizes in pages. */
    record Memory(long minPages, OptionalLong maxPages, boolean shared) { }

    /** The imported memory, of which {@link WasmReader} admits one at most. */
    Optional<MemoryImport> importedMemory() {
        return imports.stream().filter(MemoryImport.class::isInstance).map(MemoryImport.class::cast).findFirst();
    }

    /** True if it exports a function of this type under this name. */
    boolean exports(String name, NativeType type) {
        return type.equals(functions.get(name));
    }
}
