package dev.penny.internal.guest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.LoadOptions;
import dev.penny.api.TaskFailedException;
import dev.penny.api.WasiOptions;
import dev.penny.internal.guest.Fixture.Lines;
import dev.penny.internal.vtable.CodeWriter;
import dev.penny.internal.vtable.GuestBytes;
import dev.penny.internal.vtable.TestWorker;
import dev.penny.internal.vtable.WasmType;
import dev.penny.internal.vtable.WasmWriter;
import dev.penny.internal.vtable.WasmWriter.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WasiTest {

    private final Lines log = new Lines();

    private Fixture hello(WasiOptions options) {
        return new Fixture(WasmGuests.load(TestWorker.sharedRuntime(), "hello", Fixture.dist("test/wasi-hello.wasm"),
                LoadOptions.DEFAULT.withWasi(options), log));
    }

    @Test
    void startWritesItsLinesAndFailsWithItsExitCode() {
        Fixture guest = hello(new WasiOptions(List.of("hello", "größer"), Map.of(), 1000));
        for (int i = 0; i < 3; i++) {
            log.lines.clear();
            TaskFailedException exit = assertThrows(TaskFailedException.class, () -> guest.call("_start()->()"));
            assertEquals("task failed: function=hello/_start()->(), reason=the guest exited: code=3", exit.getMessage());
            assertEquals(List.of("INFO hello hello from wasi", "INFO hello hello", "INFO hello größer"), log.lines);
        }
    }

    @Test
    void exitZeroEndsTheTaskWellWithAZeroResult() {
        Fixture guest = hello(WasiOptions.DEFAULT);
        guest.worker.memory().putLong(Fixture.RECORD, -1);
        assertEquals(0, guest.call("exit(i32)->i32", 0));
        assertThrows(TaskFailedException.class, () -> guest.call("exit(i32)->i32", 1));
        assertEquals(7, guest.call("good()->i32"));
    }

    @Test
    void outputBeyondTheLimitIsDroppedAndSaidOncePerTask() {
        Fixture guest = hello(new WasiOptions(List.of("a", "b"), Map.of(), 7));
        assertThrows(TaskFailedException.class, () -> guest.call("_start()->()"));
        assertEquals(List.of("INFO hello hello f", "WARNING hello output beyond the limit is dropped: limit=7"), log.lines);
        log.lines.clear();
        assertThrows(TaskFailedException.class, () -> guest.call("_start()->()"));
        assertEquals(2, log.lines.size());
    }

    /** A guest that exports each WASI function as a task of the same name. */
    private Fixture forwarding(WasiOptions options, WasiFunction... functions) {
        WasmWriter module = new WasmWriter();
        List<Integer> imported = new ArrayList<>();
        for (WasiFunction function : functions) {
            imported.add(module.importFunction(WasiFunction.MODULE, function.importName(), types(function.type().parameters()),
                    types(function.type().results())));
        }
        module.export("memory", Kind.MEMORY, module.memory(1));
        for (int i = 0; i < functions.length; i++) {
            CodeWriter code = new CodeWriter();
            for (int p = 0; p < functions[i].type().parameters().size(); p++) {
                code.localGet(p);
            }
            GuestBytes.function(module, functions[i].importName(), types(functions[i].type().parameters()),
                    types(functions[i].type().results()), code.call(imported.get(i)));
        }
        GuestBytes.function(module, "peek", List.of(WasmType.I32), List.of(WasmType.I64),
                new CodeWriter().localGet(0).load(WasmType.I64, 0, 0));
        GuestBytes.function(module, "poke", List.of(WasmType.I32, WasmType.I64), List.of(),
                new CodeWriter().localGet(0).localGet(1).store(WasmType.I64, 0, 0));
        return new Fixture(WasmGuests.load(TestWorker.sharedRuntime(), "w", module.toByteArray(),
                LoadOptions.DEFAULT.withWasi(options), log));
    }

    private static List<WasmType> types(List<String> names) {
        return names.stream().map(name -> WasmType.valueOf(name.toUpperCase(java.util.Locale.ROOT))).toList();
    }

    @Test
    void everyFunctionLinksAndTheUnimplementedSayENOSYS() {
        Fixture guest = forwarding(WasiOptions.DEFAULT, WasiFunction.values());
        for (WasiFunction function : WasiFunction.values()) {
            if (!function.implemented()) {
                Object[] zeros = function.type().parameters().stream().map(type -> type.equals("i32") ? (Object) 0 : 0L).toArray();
                String signature = function.importName() + "(" + String.join(",", function.type().parameters()) + ")->i32";
                if (zeros.length <= 8) {
                    assertEquals(Wasi.ENOSYS, guest.call(signature, zeros), signature);
                }
            }
        }
    }

    @Test
    void environmentArrivesAsSortedPairs() {
        Fixture guest = forwarding(new WasiOptions(List.of(), Map.of("B", "2", "A", "ü"), 0),
                WasiFunction.ENVIRON_SIZES_GET, WasiFunction.ENVIRON_GET);
        assertEquals(0, guest.call("environ_sizes_get(i32,i32)->i32", 0, 4));
        assertEquals(2L | 9L << 32, guest.call("peek(i32)->i64", 0));
        assertEquals(0, guest.call("environ_get(i32,i32)->i32", 16, 64));
        assertEquals(64L | 69L << 32, guest.call("peek(i32)->i64", 16));
        byte[] text = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN)
                .putLong((long) guest.call("peek(i32)->i64", 64)).putLong((long) guest.call("peek(i32)->i64", 72)).array();
        assertEquals("A=ü\0B=2\0", new String(text, 0, 9, StandardCharsets.UTF_8));
    }

    @Test
    void clocksAndRandomAreTheHosts() {
        Fixture guest = forwarding(WasiOptions.DEFAULT, WasiFunction.CLOCK_TIME_GET, WasiFunction.RANDOM_GET, WasiFunction.CLOCK_RES_GET);
        assertEquals(0, guest.call("clock_time_get(i32,i64,i32)->i32", 0, 0L, 8));
        long difference = System.currentTimeMillis() - (long) guest.call("peek(i32)->i64", 8) / 1_000_000;
        assertTrue(Math.abs(difference) < 10_000, "realtime is off by " + difference + " ms");
        assertEquals(0, guest.call("clock_time_get(i32,i64,i32)->i32", 1, 0L, 8));
        assertEquals(Wasi.EINVAL, guest.call("clock_time_get(i32,i64,i32)->i32", 9, 0L, 8));
        assertEquals(0, guest.call("random_get(i32,i32)->i32", 0, 10_000));
        assertNotEquals(guest.call("peek(i32)->i64", 0), guest.call("peek(i32)->i64", 8_000));
    }

    @Test
    void pointersOutsideTheMemoryAreEFAULT() {
        Fixture guest = forwarding(WasiOptions.DEFAULT, WasiFunction.RANDOM_GET, WasiFunction.FD_WRITE, WasiFunction.CLOCK_TIME_GET,
                WasiFunction.POLL_ONEOFF);
        assertEquals(Wasi.EFAULT, guest.call("random_get(i32,i32)->i32", 65_530, 7));
        assertEquals(Wasi.EFAULT, guest.call("random_get(i32,i32)->i32", 0, -1));
        assertEquals(Wasi.EFAULT, guest.call("clock_time_get(i32,i64,i32)->i32", 0, 0L, -4));
        assertEquals(Wasi.EFAULT, guest.call("fd_write(i32,i32,i32,i32)->i32", 1, 65_532, 1, 0));
        assertEquals(Wasi.EINVAL, guest.call("fd_write(i32,i32,i32,i32)->i32", 1, 0, -1, 0));
        guest.call("poke(i32,i64)->()", 0, 0L | 0x7FFF_FFFFL << 32);
        assertEquals(Wasi.EFAULT, guest.call("fd_write(i32,i32,i32,i32)->i32", 1, 0, 1, 0));
        assertEquals(Wasi.EFAULT, guest.call("poll_oneoff(i32,i32,i32,i32)->i32", 65_500, 0, 1, 0));
    }

    @Test
    void descriptorsBeyondTheStandardStreamsDoNotExist() {
        Fixture guest = forwarding(WasiOptions.DEFAULT, WasiFunction.FD_WRITE, WasiFunction.FD_READ, WasiFunction.FD_CLOSE,
                WasiFunction.FD_SEEK, WasiFunction.FD_PRESTAT_GET, WasiFunction.FD_FDSTAT_GET);
        assertEquals(Wasi.EBADF, guest.call("fd_write(i32,i32,i32,i32)->i32", 3, 0, 0, 0));
        assertEquals(Wasi.EBADF, guest.call("fd_write(i32,i32,i32,i32)->i32", 0, 0, 0, 0));
        assertEquals(Wasi.EBADF, guest.call("fd_read(i32,i32,i32,i32)->i32", 1, 0, 0, 0));
        guest.call("poke(i32,i64)->()", 0, -1L);
        assertEquals(0, guest.call("fd_read(i32,i32,i32,i32)->i32", 0, 16, 1, 0));
        assertEquals(0xFFFF_FFFF_0000_0000L, guest.call("peek(i32)->i64", 0));
        assertEquals(Wasi.EBADF, guest.call("fd_close(i32)->i32", 3));
        assertEquals(Wasi.ESPIPE, guest.call("fd_seek(i32,i64,i32,i32)->i32", 1, 0L, 0, 0));
        assertEquals(Wasi.EBADF, guest.call("fd_prestat_get(i32,i32)->i32", 3, 0));
        assertEquals(0, guest.call("fd_fdstat_get(i32,i32)->i32", 1, 0));
        assertEquals(2L, (long) guest.call("peek(i32)->i64", 0) & 0xFF);
    }

    @Test
    void pollSleepsOnClocksAndRefusesEndlessWaits() {
        Fixture guest = forwarding(WasiOptions.DEFAULT, WasiFunction.POLL_ONEOFF);
        guest.call("poke(i32,i64)->()", 0, 77L);
        guest.call("poke(i32,i64)->()", 8, 0L);
        guest.call("poke(i32,i64)->()", 16, 1L);
        guest.call("poke(i32,i64)->()", 24, 30_000_000L);
        guest.call("poke(i32,i64)->()", 40, 0L);
        long before = System.nanoTime();
        assertEquals(0, guest.call("poll_oneoff(i32,i32,i32,i32)->i32", 0, 100, 1, 200));
        assertTrue(System.nanoTime() - before >= 30_000_000L);
        assertEquals(77L, guest.call("peek(i32)->i64", 100));
        assertEquals(1L, (long) guest.call("peek(i32)->i64", 200) & 0xFFFF_FFFFL);
        guest.call("poke(i32,i64)->()", 24, -1L);
        assertEquals(Wasi.EINVAL, guest.call("poll_oneoff(i32,i32,i32,i32)->i32", 0, 100, 1, 200));
        assertEquals(Wasi.EINVAL, guest.call("poll_oneoff(i32,i32,i32,i32)->i32", 0, 100, 0, 200));
    }

    @Test
    void logCallsAreBoundedAndEscaped() {
        Fixture guest = new Fixture(WasmGuests.load(TestWorker.sharedRuntime(), "log", Fixture.dist("test/log.wasm"),
                LoadOptions.DEFAULT, log));
        for (int level : new int[] {0, 1, 2, 3, 99, -1}) {
            guest.call("hello(i32)->()", level);
        }
        assertEquals(List.of("DEBUG log héllo", "INFO log héllo", "WARNING log héllo", "ERROR log héllo", "INFO log héllo",
                "INFO log héllo"), log.lines);
        log.lines.clear();
        guest.call("long()->()");
        assertTrue(log.lines.getFirst().endsWith("... (65536 bytes)"));
        guest.call("not_text()->()");
        assertTrue(log.lines.get(1).contains("\uFFFD("), log.lines.get(1));
        TaskFailedException beyond = assertThrows(TaskFailedException.class, () -> guest.call("beyond()->()"));
        assertEquals("log/beyond()->()", beyond.function());
        assertEquals(List.of("log.beyond"), beyond.guestStack());
        assertTrue(beyond.getMessage().contains("the text lies outside the guest's memory: ptr=65530, bytes=100"), beyond.getMessage());
    }

    @Test
    void controlCharactersCannotForgeLinesOrTerminalSequences() {
        byte[] nasty = "a\n\u001B[31mb\r\u202Ec\u0000\td".getBytes(StandardCharsets.UTF_8);
        String line = GuestLog.line(nasty, nasty.length);
        assertEquals("a\\u{a}\\u{1b}[31mb\\u{d}\\u{202e}c\\u{0} d", line);
        assertFalse(line.chars().anyMatch(c -> c < ' '));
        assertArrayEquals(new byte[0], GuestLog.line(new byte[0], 0).getBytes(StandardCharsets.UTF_8));
    }
}
