package dev.penny.internal.guest;

import dev.penny.api.ModuleInspection.Feature;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import run.endive.wasm.Parser;
import run.endive.wasm.types.AnnotatedInstruction;
import run.endive.wasm.types.FunctionBody;

/** Finds the language features a module uses: those its {@code target_features} section says, and those of its instructions. */
final class WasmFeatures {

    private static final Set<String> UNSUPPORTED = Set.of("exception-handling", "tail-call", "gc", "function-references", "memory64",
            "relaxed-simd", "extended-const", "stack-switching");
    private static final int FEATURES_MAX = 100;

    private WasmFeatures() { }

    static List<Feature> of(byte[] wasm, WasmShape shape) {
        Set<String> names = new TreeSet<>(declared(shape));
        fromShape(shape, names);
        try {
            for (FunctionBody body : Parser.builder().withValidation(false).build()
                    .parse(() -> new java.io.ByteArrayInputStream(wasm)).codeSection().functionBodies()) {
                for (AnnotatedInstruction instruction : body.instructions()) {
                    feature(instruction.opcode().opcode()).ifPresent(names::add);
                }
            }
        } catch (RuntimeException e) {
            // Code that this parser does not know: what the sections say has to do.
            names.add("(code not read)");
        }
        return names.stream().map(name -> new Feature(name, !UNSUPPORTED.contains(name))).toList();
    }

    private static void fromShape(WasmShape shape, Set<String> names) {
        boolean shared = shape.ownMemories().stream().anyMatch(WasmShape.Memory::shared)
                || shape.importedMemory().filter(memory -> memory.memory().shared()).isPresent();
        if (shared) {
            names.add("threads");
        }
        for (NativeType type : shape.functions().values()) {
            if (type.results().size() > 1) {
                names.add("multivalue");
            }
            for (String value : type.parameters()) {
                if (value.equals("v128")) {
                    names.add("simd");
                } else if (value.endsWith("ref")) {
                    names.add("reference-types");
                }
            }
        }
    }

    /** The features with a {@code +} in the section that LLVM writes. */
    private static Set<String> declared(WasmShape shape) {
        Set<String> names = new TreeSet<>();
        ByteBuffer in = ByteBuffer.wrap(shape.customs().getOrDefault("target_features", new byte[0]));
        try {
            int count = in.hasRemaining() ? Math.min(in.get() & 0x7F, FEATURES_MAX) : 0;
            for (int i = 0; i < count; i++) {
                boolean used = in.get() == '+';
                byte[] name = new byte[in.get() & 0x7F];
                in.get(name);
                if (used) {
                    names.add(normal(new String(name, StandardCharsets.UTF_8)));
                }
            }
        } catch (BufferUnderflowException e) {
            names.add("(target_features damaged)");
        }
        return names;
    }

    /** LLVM's names for what the proposals call otherwise. */
    private static String normal(String name) {
        return switch (name) {
            case "atomics" -> "threads";
            case "simd128" -> "simd";
            default -> name;
        };
    }

    /** The proposal an opcode belongs to; empty for the first version of wasm. Prefixed opcodes come as {@code prefix << 8 | code}. */
    private static Optional<String> feature(int opcode) {
        int prefix = opcode >>> 8;
        String name = switch (prefix) {
            case 0 -> switch (opcode) {
                case 0x06, 0x07, 0x08, 0x09, 0x0A, 0x18, 0x19, 0x1F -> "exception-handling";
                case 0x12, 0x13 -> "tail-call";
                case 0x14, 0x15, 0xD4, 0xD5, 0xD6 -> "function-references";
                case 0x1C, 0x25, 0x26, 0xD0, 0xD1, 0xD2 -> "reference-types";
                case 0xC0, 0xC1, 0xC2, 0xC3, 0xC4 -> "sign-ext";
                default -> "";
            };
            case 0xFB -> "gc";
            case 0xFC -> (opcode & 0xFF) < 8 ? "nontrapping-fptoint" : (opcode & 0xFF) < 15 ? "bulk-memory" : "reference-types";
            case 0xFD -> "simd";
            case 0xFE -> "threads";
            default -> prefix > 0xFD00 ? "relaxed-simd" : "";
        };
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }
}
