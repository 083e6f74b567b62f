package dev.penny.internal.guest;

import dev.penny.api.LinkException;
import dev.penny.api.LoadException;
import dev.penny.api.Signature;
import dev.penny.api.SignatureException;
import dev.penny.api.ValueType;
import dev.penny.internal.guest.Guest.GuestFunction;
import dev.penny.internal.vtable.GuestTraits;
import dev.penny.internal.vtable.GuestTraits.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The task functions of a wasm module and whether they can be called with a signature. */
final class WasmFunctions {

    static final NativeType ALLOC = new NativeType(List.of("i32"), List.of("i32"));
    static final NativeType FREE = new NativeType(List.of("i32", "i32"), List.of());
    static final NativeType PLAIN = new NativeType(List.of(), List.of());

    /** Exports that belong to the ABI or to the linker. */
    private static final Set<String> RESERVED = Set.of("penny_alloc", "penny_free", "penny_reset", "_initialize", Guest.JOB);

    private final String module;
    private final WasmShape shape;
    private final boolean hasMemory;
    private final List<GuestFunction> functions = new ArrayList<>();

    /** Lists the functions of a module. @throws LoadException it has none, or its {@code penny} section is wrong */
    WasmFunctions(String module, WasmShape shape) {
        this.module = module;
        this.shape = shape;
        this.hasMemory = shape.memories().contains("memory") || shape.importedMemory().isPresent();
        Map<String, List<Signature>> declared = PennySection.read(module, shape);
        shape.functions().forEach((name, type) -> {
            if (!isReserved(name)) {
                List<Signature> signatures = declared.getOrDefault(name, type.numericSignature().stream().toList());
                functions.add(new GuestFunction(name, List.copyOf(signatures), type.toString()));
            }
        });
        if (functions.isEmpty()) {
            throw new LoadException("the module exports no functions: module=%s".formatted(module));
        }
    }

    /** True for exports that are no task functions. */
    static boolean isReserved(String name) {
        return RESERVED.contains(name) || name.startsWith("__");
    }

    List<GuestFunction> list() {
        return List.copyOf(functions);
    }

    GuestTraits traits() {
        Release release = shape.exports("penny_reset", PLAIN) ? Release.RESET
                : shape.exports("penny_free", FREE) ? Release.FREE : Release.NONE;
        boolean shared = shape.importedMemory().isPresent() || shape.ownMemories().stream().anyMatch(WasmShape.Memory::shared);
        return new GuestTraits(shared, allocates(), release);
    }

    /** True if it exports {@code penny_alloc}. */
    boolean allocates() {
        return shape.exports("penny_alloc", ALLOC);
    }

    /** True if it exports what its promoted forks need. */
    boolean runsJobs() {
        return shape.exports(Guest.JOB, NativeType.of(Guest.JOB_SIGNATURE));
    }

    /** See {@link Guest#check}. */
    void check(String function, Signature signature) {
        NativeType actual = shape.functions().get(function);
        if (actual == null || functions.stream().noneMatch(known -> known.name().equals(function))) {
            throw unknown(function);
        }
        actual.obstacle().ifPresent(obstacle -> {
            throw new SignatureException("the function cannot be a task: module=%s, function=%s, type=%s, reason=%s"
                    .formatted(module, function, actual, obstacle));
        });
        NativeType needed = NativeType.of(signature);
        if (!actual.equals(needed)) {
            throw new SignatureException(("the signature does not fit the function: module=%s, function=%s, given=%s, given needs=%s, "
                    + "expected=%s, type=%s").formatted(module, function, signature, needed, expected(function, actual), actual));
        }
        if (signature.usesBlocks() && !hasMemory) {
            throw new SignatureException(("bytes and string need a guest that exports its memory: module=%s, function=%s, given=%s, "
                    + "missing=memory").formatted(module, function, signature));
        }
        if (signature.parameters().stream().anyMatch(ValueType::isBlock) && !allocates()) {
            throw new SignatureException(("bytes and string parameters need an allocator in the guest: module=%s, function=%s, given=%s, "
                    + "missing=penny_alloc %s").formatted(module, function, signature, ALLOC));
        }
    }

    private LinkException unknown(String function) {
        return NearNames.unknownFunction(module, function, functions.stream().map(GuestFunction::name).toList());
    }

    private String expected(String function, NativeType actual) {
        List<String> declared = functions.stream().filter(known -> known.name().equals(function))
                .flatMap(known -> known.signatures().stream()).map(Signature::toString).toList();
        return declared.isEmpty() ? actual.toString() : String.join(" or ", declared);
    }
}
