package dev.penny.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is in a module file, read without running anything.
 *
 * @param sizeBytes of the file
 * @param problems why it would not load as it is, with the options given; empty if nothing is known against it
 * @param functions exported functions in the module's order
 * @param features language features it uses, by the names of the wasm proposals
 */
public record ModuleInspection(String name, TaskModule.ModuleKind kind, int sizeBytes, List<String> problems, List<Function> functions,
                               List<Import> imports, List<Memory> memories, List<Feature> features, List<Section> customSections) {

    /** Copies the lists. */
    public ModuleInspection {
        problems = List.copyOf(problems);
        functions = List.copyOf(functions);
        imports = List.copyOf(imports);
        memories = List.copyOf(memories);
        features = List.copyOf(features);
        customSections = List.copyOf(customSections);
    }

    /**
     * An exported function.
     *
     * @param signatures declared or derived; a wasm function can also be called with any other signature that has the same native type
     * @param nativeType in the module's own terms: {@code (i32 i32) -> (i64)}
     * @param obstacle why it cannot be a task
     */
    public record Function(String name, List<Signature> signatures, String nativeType, Optional<String> obstacle) {

        /** Copies the list. */
        public Function {
            signatures = List.copyOf(signatures);
        }
    }

    /**
     * Something the module needs from its host.
     *
     * @param name {@code module.field}
     * @param kind {@code function}, {@code memory}, {@code table}, {@code global}
     * @param type in the module's own terms; empty where it says nothing
     * @param refusal why Penny does not satisfy it; empty if it does
     */
    public record Import(String name, String kind, String type, Optional<String> refusal) {

        /** True if Penny provides it. */
        public boolean satisfied() {
            return refusal.isEmpty();
        }
    }

    /** A linear memory. Sizes are in bytes, as the module declares them. */
    public record Memory(boolean imported, boolean shared, long minBytes, OptionalLong maxBytes) { }

    /**
     * A language feature.
     *
     * @param supported whether Penny's wasm engine has it
     */
    public record Feature(String name, boolean supported) { }

    /** A custom section. */
    public record Section(String name, int sizeBytes) { }
}
