package dev.penny.internal.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.LoadException;
import dev.penny.api.LoadOptions;
import dev.penny.api.ModuleInspection;
import dev.penny.api.ModuleInspection.Feature;
import dev.penny.api.Signature;
import dev.penny.api.TaskModule.ModuleKind;
import dev.penny.api.WasiOptions;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class WasmInspectorTest {

    private static ModuleInspection inspect(String file) {
        return WasmGuests.inspect("m", Fixture.dist(file), LoadOptions.DEFAULT);
    }

    private static ModuleInspection.Function function(ModuleInspection module, String name) {
        return module.functions().stream().filter(function -> function.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void functionsHaveDeclaredSignaturesAndNativeTypes() {
        ModuleInspection module = inspect("sha256.wasm");
        assertEquals(ModuleKind.WASM, module.kind());
        assertEquals(List.of(), module.problems());
        assertEquals(List.of(Signature.parse("(bytes)->string")), function(module, "sha256_hex").signatures());
        assertEquals("(i32 i32) -> (i64)", function(module, "sha256_hex").nativeType());
        assertEquals("it belongs to the ABI", function(module, "penny_alloc").obstacle().orElseThrow());
        assertEquals(List.of(new ModuleInspection.Memory(false, false, 131_072, OptionalLong.empty())), module.memories());
        assertTrue(module.customSections().stream().allMatch(section -> section.sizeBytes() > 0), module.customSections().toString());
        assertTrue(module.customSections().stream().anyMatch(section -> section.name().equals("penny") && section.sizeBytes() == 47),
                module.customSections().toString());
    }

    @Test
    void sharedModulesShowTheirMemoryAndThreads() {
        ModuleInspection module = inspect("test/shared.wasm");
        assertEquals(ModuleKind.SHARED_WASM, module.kind());
        assertEquals(List.of(new ModuleInspection.Memory(true, true, 4 * 65_536, OptionalLong.of(64 * 65_536))), module.memories());
        assertTrue(module.features().contains(new Feature("threads", true)), module.features().toString());
        assertTrue(module.imports().getFirst().satisfied());
    }

    @Test
    void importsSayWhetherTheyAreSatisfiedAndWhyNot() {
        ModuleInspection module = inspect("test/unknown-import.wasm");
        assertEquals("env.mystery", module.imports().getFirst().name());
        assertEquals("unknown function (i32) -> (i32)", module.imports().getFirst().refusal().orElseThrow());
        assertEquals(1, module.problems().size());
        assertFalse(inspect("test/wasi-hello.wasm").imports().getFirst().satisfied());
        ModuleInspection allowed = WasmGuests.inspect("m", Fixture.dist("test/wasi-hello.wasm"),
                LoadOptions.DEFAULT.withWasi(WasiOptions.DEFAULT));
        assertTrue(allowed.imports().stream().allMatch(ModuleInspection.Import::satisfied));
    }

    @Test
    void problemsAreCollectedNotThrown() {
        assertEquals(List.of("the module needs more memory than allowed: module=m, bytes=2621440000, limit=268435456"),
                inspect("test/huge-memory.wasm").problems());
        ModuleInspection wrong = inspect("test/section-mismatch.wasm");
        assertTrue(wrong.problems().getFirst().startsWith("bad custom section"), wrong.problems().toString());
        assertEquals(List.of(Signature.parse("(i32,i32)->i32")), function(wrong, "add").signatures());
    }

    @Test
    void featuresComeFromTheInstructions() {
        ModuleInspection module = inspect("test/unsupported.wasm");
        List<String> names = module.features().stream().map(Feature::name).toList();
        assertTrue(names.containsAll(List.of("simd", "multivalue", "reference-types")), names.toString());
        assertEquals("parameter type v128 is not supported", function(module, "vector").obstacle().orElseThrow());
        assertEquals(List.of(), inspect("arith-wat.wasm").features());
    }

    @Test
    void everyPrefixIsInspectedOrRefusedAsLoadException() {
        byte[] whole = Fixture.dist("shared-array.wasm");
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            try {
                WasmGuests.inspect("m", part, LoadOptions.DEFAULT);
            } catch (LoadException expected) {
                assertTrue(expected.getMessage().contains("module=m"), expected.getMessage());
            }
        }
        assertThrows(LoadException.class, () -> WasmGuests.inspect("m", new byte[3], LoadOptions.DEFAULT));
    }
}
