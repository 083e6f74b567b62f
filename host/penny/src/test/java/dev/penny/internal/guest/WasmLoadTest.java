package dev.penny.internal.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.LinkException;
import dev.penny.api.LoadException;
import dev.penny.api.LoadOptions;
import dev.penny.api.PennyException;
import dev.penny.internal.vtable.ByteWriter;
import dev.penny.internal.vtable.CodeWriter;
import dev.penny.internal.vtable.GuestBytes;
import dev.penny.internal.vtable.WasmType;
import dev.penny.internal.vtable.WasmWriter;
import dev.penny.internal.vtable.WasmWriter.Kind;
import dev.penny.internal.vtable.WasmWriter.Pages;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WasmLoadTest {

    private static String refused(byte[] wasm) {
        return assertThrows(LoadException.class, () -> Fixture.load(wasm)).getMessage();
    }

    @Test
    void emptyTextAndComponentsAreRefusedPlainly() {
        assertEquals("not a wasm module: module=guest, bytes=0, reason=the file is empty", refused(new byte[0]));
        assertEquals("not a wasm module: module=guest, bytes=9, reason=it does not begin with \\0asm",
                refused("(module )".getBytes(StandardCharsets.UTF_8)));
        assertEquals("not a wasm module: module=guest, bytes=6, reason=it ends within the header",
                refused(Arrays.copyOf(WasmWriter.header(), 6)));
        assertEquals("not a wasm module: module=guest, bytes=8, reason=it is a component; Penny loads core modules",
                refused(new byte[] {0, 'a', 's', 'm', 0x0D, 0, 1, 0}));
        assertEquals("not a wasm module: module=guest, bytes=8, reason=unknown version of the binary format",
                refused(new byte[] {0, 'a', 's', 'm', 2, 0, 0, 0}));
        assertEquals("the module exports no functions: module=guest", refused(WasmWriter.header()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha256.wasm", "arith-as.wasm", "shared-array.wasm"})
    void truncationAtAnyLengthIsALoadException(String file) {
        byte[] whole = Fixture.dist(file);
        Set<Integer> boundaries = sectionEnds(whole);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            try {
                Fixture.load(part);
                assertTrue(boundaries.contains(length), "accepted though cut within a section: length=" + length);
            } catch (LoadException e) {
                assertTrue(e.getMessage().contains("module=guest"), e.getMessage());
            }
        }
    }

    private static Set<Integer> sectionEnds(byte[] wasm) {
        Set<Integer> ends = new HashSet<>();
        int at = 8;
        while (at < wasm.length) {
            int length = 0;
            int shift = 0;
            at++;
            byte octet;
            do {
                octet = wasm[at++];
                length |= (octet & 0x7F) << shift;
                shift += 7;
            } while (octet < 0);
            at += length;
            ends.add(at);
        }
        return ends;
    }

    @Test
    void damagedBytesNeverCauseAnotherException() {
        Random random = new Random(42);
        for (String file : List.of("sha256.wasm", "arith.wasm", "shared-array.wasm", "test/wasi-hello.wasm")) {
            byte[] whole = Fixture.dist(file);
            for (int round = 0; round < 400; round++) {
                byte[] damaged = whole.clone();
                for (int i = 0; i <= round % 3; i++) {
                    // Headers and section headers are near the beginning; most of the rest is code.
                    damaged[8 + random.nextInt(Math.min(damaged.length, 400) - 8)] = (byte) random.nextInt(256);
                }
                try {
                    Fixture.load(damaged, LoadOptions.DEFAULT.withMemoryLimit(16 << 20));
                } catch (PennyException expected) {
                    assertTrue(expected.getMessage().contains("guest"), expected.getMessage());
                }
            }
        }
    }

    @Test
    void allMissingImportsAreListed() {
        LinkException refused = assertThrows(LinkException.class, () -> Fixture.load(Fixture.dist("test/unknown-import.wasm")));
        assertEquals("the module imports what Penny does not offer: module=guest, imports=env.mystery (unknown function (i32) -> (i32)); "
                + "penny.teleport (unknown function (i32) -> ())", refused.getMessage());
    }

    @Test
    void wasiIsRefusedByNameUnlessAllowed() {
        LinkException refused = assertThrows(LinkException.class, () -> Fixture.load(Fixture.dist("test/wasi-hello.wasm")));
        assertTrue(refused.getMessage().contains("wasi_snapshot_preview1.proc_exit (WASI is not allowed for this module)"),
                refused.getMessage());
    }

    @Test
    void importOfTheRightNameWithAnotherTypeIsRefused() {
        WasmWriter module = new WasmWriter();
        module.importFunction("penny", "log", List.of(), List.of());
        LinkException refused = assertThrows(LinkException.class, () -> Fixture.load(module.toByteArray()));
        assertTrue(refused.getMessage().contains("penny.log (imported as () -> (), offered as (i32 i32 i32) -> ())"), refused.getMessage());
    }

    @Test
    void importedUnsharedMemoryIsRefusedWithTheReason() {
        LinkException refused = assertThrows(LinkException.class, () -> Fixture.load(Fixture.dist("test/private-memory-import.wasm")));
        assertTrue(refused.getMessage().contains("env.memory (an imported memory must be shared"), refused.getMessage());
    }

    @Test
    void moreMemoryThanAllowedNamesValueAndLimit() {
        assertEquals("the module needs more memory than allowed: module=guest, bytes=2621440000, limit=268435456",
                refused(Fixture.dist("test/huge-memory.wasm")));
        WasmWriter module = GuestBytes.honest();
        LoadOptions onePage = LoadOptions.DEFAULT.withMemoryLimit(65_536);
        Fixture guest = new Fixture(Fixture.load(module.toByteArray(), onePage));
        assertEquals(-1, guest.call("grow(i32)->i32", 1));
    }

    @Test
    void hugeSharedMaximumIsClampedNotCommitted() {
        Fixture guest = new Fixture(Fixture.load(Fixture.dist("test/huge-shared-memory.wasm"),
                LoadOptions.DEFAULT.withMemoryLimit(1 << 20)));
        assertEquals(1, guest.call("pages()->i32"));
    }

    @Test
    void declaredMaximumBelowTheLimitStays() {
        WasmWriter module = new WasmWriter();
        module.export("memory", Kind.MEMORY, module.memory(new Pages(1, 3, false)));
        GuestBytes.function(module, "grow", List.of(WasmType.I32), List.of(WasmType.I32),
                new CodeWriter().localGet(0).memoryGrow(0));
        Fixture guest = new Fixture(Fixture.load(module.toByteArray()));
        assertEquals(-1, guest.call("grow(i32)->i32", 3));
        assertEquals(1, guest.call("grow(i32)->i32", 2));
    }

    @Test
    void hugeTablesAreRefused() {
        WasmWriter module = GuestBytes.honest();
        module.table(300_000);
        assertEquals("the module's tables are too large: module=guest, entries=300000, limit=262144", refused(module.toByteArray()));
    }

    @Test
    void twoMemoriesAreRefused() {
        WasmWriter module = GuestBytes.honest();
        module.memory(1);
        assertEquals("too many memories: module=guest, memories=2, limit=1", refused(module.toByteArray()));
    }

    @Test
    void wrongPennySectionsNameTheLine() {
        assertEquals("bad custom section: module=guest, section=penny, line=2, text='subtract(i32,i32)->i32', "
                + "reason=the module exports no function of that name", refused(Fixture.dist("test/section-missing.wasm")));
        assertEquals("bad custom section: module=guest, section=penny, line=1, text='add(i64,i64)->i64', "
                + "reason=the signature needs the wasm type (i64 i64) -> (i64), the function has (i32 i32) -> (i32)",
                refused(Fixture.dist("test/section-mismatch.wasm")));
        assertTrue(refused(Fixture.dist("test/section-malformed.wasm")).contains("line=2"));
        byte[] notText = GuestBytes.honest().custom("penny", new byte[] {(byte) 0xC3, 0x28}).toByteArray();
        assertEquals("bad custom section: module=guest, section=penny, reason=it is not UTF-8", refused(notText));
    }

    @Test
    void largeModulesLoadQuickly() {
        WasmWriter module = GuestBytes.honest();
        for (int i = 0; i < 5_000; i++) {
            GuestBytes.function(module, "f" + i, List.of(), List.of(), new CodeWriter());
        }
        assertEquals(5_000, Fixture.load(module.toByteArray()).functions().stream().filter(f -> f.name().matches("f\\d+")).count());
    }

    @Test
    void endlessNumbersInSectionsAreRefused() {
        ByteWriter out = new ByteWriter().raw(WasmWriter.header());
        WasmWriter.section(out, 5, new byte[] {1, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1});
        refused(out.toByteArray());
        List<byte[]> oddities = new ArrayList<>();
        oddities.add(new byte[] {5});
        oddities.add(new byte[] {5, -1, -1, -1, -1, 15});
        oddities.add(new byte[] {99, 0});
        for (byte[] tail : oddities) {
            refused(new ByteWriter().raw(WasmWriter.header()).raw(tail).toByteArray());
        }
    }
}
