package dev.penny.internal.guest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.CapacityException;
import dev.penny.api.LinkException;
import dev.penny.api.LoadOptions;
import dev.penny.api.Signature;
import dev.penny.api.SignatureException;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskModule.ModuleKind;
import dev.penny.internal.vtable.GuestBytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WasmGuestTest {

    @Test
    void addIs42FromEverySourceLanguage() {
        for (String file : List.of("arith.wasm", "arith-as.wasm", "arith-wat.wasm")) {
            Fixture guest = new Fixture(Fixture.load(Fixture.dist(file)));
            assertEquals(42, guest.call("add(i32,i32)->i32", 40, 2), file);
            assertEquals(5.0, guest.call("hypot(f64,f64)->f64", 3.0, 4.0), file);
            assertEquals(1L << 40, guest.call("mul64(i64,i64)->i64", 1L << 20, 1L << 20), file);
            assertEquals(1.5f, guest.call("average(f32,f32)->f32", 1f, 2f), file);
        }
    }

    @Test
    void sha256OfAMegabyteEqualsTheJdks() throws Exception {
        Fixture guest = new Fixture(Fixture.load(Fixture.dist("sha256.wasm")));
        for (int length : new int[] {0, 1, 55, 56, 64, 1000, 1 << 20}) {
            byte[] input = new byte[length];
            java.util.Arrays.fill(input, (byte) length);
            assertArrayEquals(MessageDigest.getInstance("SHA-256").digest(input),
                    (byte[]) guest.call("sha256(bytes)->bytes", (Object) input));
        }
        assertEquals("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                guest.call("sha256_hex(bytes)->string", new byte[0]));
    }

    @Test
    void multiByteTextComesBackUnchanged() {
        Fixture guest = new Fixture(Fixture.load(GuestBytes.honest().toByteArray()));
        assertEquals("Grüße, 世界 🌍", guest.call("same_bytes(string)->string", "Grüße, 世界 🌍"));
    }

    @Test
    void declaredSignaturesComeFromThePennySectionOthersFromTheType() {
        Guest guest = Fixture.load(GuestBytes.signatures(GuestBytes.honest(), GuestBytes.HONEST_SIGNATURES).toByteArray());
        assertEquals(ModuleKind.WASM, guest.kind());
        assertEquals(List.of(Signature.parse("(bytes)->bytes")), signatures(guest, "same_bytes"));
        assertEquals(List.of(Signature.parse("(string)->i32")), signatures(guest, "length"));
        assertEquals(List.of(Signature.parse("(i32,i32)->i32")), signatures(guest, "add"));
        assertTrue(guest.functions().stream().noneMatch(function -> function.name().startsWith("penny_")));
    }

    private static List<Signature> signatures(Guest guest, String name) {
        return guest.functions().stream().filter(function -> function.name().equals(name)).findFirst().orElseThrow().signatures();
    }

    @Test
    void stateIsKeptBetweenTasksUntilATrap() {
        Fixture guest = new Fixture(Fixture.load(GuestBytes.honest().toByteArray()));
        assertEquals(1, guest.call("count()->i32"));
        assertEquals(2, guest.call("count()->i32"));
        TaskFailedException trap = assertThrows(TaskFailedException.class, () -> guest.call("trap()->i32"));
        assertTrue(trap.getMessage().startsWith("task failed: function=guest/trap()->i32, reason=unreachable"), trap.getMessage());
        assertEquals(1, guest.call("count()->i32"));
        assertEquals(2, guest.instances);
    }

    @Test
    void trapsKeepTheGuestsMessageAndStack() {
        Fixture guest = new Fixture(Fixture.load(Fixture.dist("test/trap.wasm")));
        TaskFailedException divided = assertThrows(TaskFailedException.class, () -> guest.call("divide(i32,i32)->i32", 1, 0));
        assertTrue(divided.getMessage().contains("integer divide by zero"), divided.getMessage());
        assertTrue(divided.guestStack().getFirst().contains("divide"), divided.guestStack().toString());
        assertTrue(divided.guestStack().stream().noneMatch(frame -> frame.contains("glue")), divided.guestStack().toString());
    }

    @Test
    void endlessRecursionFailsTheTaskAndTheNextOneRuns() {
        Fixture guest = new Fixture(Fixture.load(Fixture.dist("test/recurse.wasm")));
        TaskFailedException deep = assertThrows(TaskFailedException.class, () -> guest.call("forever(i32)->i32", 0));
        assertTrue(deep.getMessage().contains("stack"), deep.getMessage());
        assertTrue(deep.guestStack().size() <= 65, "the stack is cut: " + deep.guestStack().size());
        assertEquals(100, guest.call("depth(i32)->i32", 100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"beyond", "across", "everything", "wraps"})
    void lyingResultsFailTheirTaskOnly(String function) {
        Fixture guest = new Fixture(Fixture.load(Fixture.dist("test/lie.wasm")));
        TaskFailedException lie = assertThrows(TaskFailedException.class, () -> guest.call(function + "(bytes)->bytes", new byte[4]));
        assertTrue(lie.getMessage().contains("outside the guest's memory"), lie.getMessage());
        assertArrayEquals(new byte[] {1, 2}, (byte[]) guest.call("echo(bytes)->bytes", new byte[] {1, 2}));
    }

    @Test
    void allocatorsThatFailLieOrTrapFailTheTask() {
        Fixture none = new Fixture(Fixture.load(Fixture.dist("test/alloc-none.wasm")));
        assertThrows(CapacityException.class, () -> none.call("length(bytes)->i32", new byte[9]));
        Fixture outside = new Fixture(Fixture.load(Fixture.dist("test/alloc-outside.wasm")));
        assertThrows(TaskFailedException.class, () -> outside.call("length(bytes)->i32", new byte[9]));
        Fixture traps = new Fixture(Fixture.load(Fixture.dist("test/alloc-trap.wasm")));
        assertThrows(TaskFailedException.class, () -> traps.call("length(bytes)->i32", new byte[9]));
        Fixture reset = new Fixture(Fixture.load(Fixture.dist("test/reset-trap.wasm")));
        assertThrows(TaskFailedException.class, () -> reset.call("length(bytes)->i32", new byte[9]));
    }

    @Test
    void ownedMemoryIsGivenBackExactlyOnce() {
        Fixture guest = new Fixture(Fixture.load(Fixture.dist("test/owned.wasm")));
        for (int i = 0; i < 100; i++) {
            byte[] text = ("text " + i).getBytes(StandardCharsets.UTF_8);
            assertArrayEquals(text, (byte[]) guest.call("echo(bytes)->bytes", (Object) text));
            assertEquals("txet", new String((byte[]) guest.call("reverse(bytes)->bytes", (Object) new byte[] {'t', 'e', 'x', 't'}),
                    StandardCharsets.UTF_8));
            guest.call("tail(bytes)->bytes", (Object) text);
            guest.call("join(bytes,bytes)->bytes", text, text);
        }
        assertEquals(0, guest.call("live()->i32"));
    }

    @Test
    void unknownFunctionNamesTheNearOnes() {
        Guest guest = Fixture.load(Fixture.dist("arith.wasm"));
        LinkException near = assertThrows(LinkException.class, () -> guest.check("squere", Signature.parse("(i32)->i32")));
        assertEquals("no such function: module=guest, function=squere, did you mean=square", near.getMessage());
        LinkException far = assertThrows(LinkException.class, () -> guest.check("entirely_different", Signature.parse("(i32)->i32")));
        assertEquals("no such function: module=guest, function=entirely_different, functions=add square mul64 average hypot",
                far.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"(i32)->i32", "(i32,i32,i32)->i32", "(i64,i32)->i32", "(i32,i32)->()", "(i32,i32)->f64", "(bytes,i32)->i32"})
    void wrongArityOrTypeNamesGivenAndExpected(String given) {
        Guest guest = Fixture.load(Fixture.dist("arith.wasm"));
        SignatureException refused = assertThrows(SignatureException.class, () -> guest.check("add", Signature.parse(given)));
        assertTrue(refused.getMessage().contains("module=guest, function=add, given=" + given), refused.getMessage());
        assertTrue(refused.getMessage().contains("expected=(i32,i32)->i32"), refused.getMessage());
    }

    @Test
    void functionsThatCannotBeTasksSayWhy() {
        Guest guest = Fixture.load(Fixture.dist("test/unsupported.wasm"));
        guest.check("fine", Signature.parse("(i32)->i32"));
        String vector = assertThrows(SignatureException.class, () -> guest.check("vector", Signature.parse("(i32)->i32"))).getMessage();
        assertTrue(vector.contains("type=(v128) -> (i32)") && vector.contains("parameter type v128 is not supported"), vector);
        String two = assertThrows(SignatureException.class, () -> guest.check("two", Signature.parse("(i32)->i32"))).getMessage();
        assertTrue(two.contains("2 results"), two);
        assertThrows(SignatureException.class, () -> guest.check("nine", Signature.parse("(i32)->i32")));
        assertThrows(SignatureException.class, () -> guest.check("reference", Signature.parse("(i32)->i32")));
    }

    @Test
    void bytesNeedMemoryAndAllocator() {
        SignatureException noAllocator = assertThrows(SignatureException.class,
                () -> Fixture.load(Fixture.dist("test/no-alloc.wasm")).check("length", Signature.parse("(bytes)->i32")));
        assertTrue(noAllocator.getMessage().contains("missing=penny_alloc"), noAllocator.getMessage());
        SignatureException noMemory = assertThrows(SignatureException.class,
                () -> Fixture.load(Fixture.dist("test/no-memory.wasm")).check("length", Signature.parse("(bytes)->i32")));
        assertTrue(noMemory.getMessage().contains("missing=memory"), noMemory.getMessage());
    }

    @Test
    void startFunctionThatTrapsFailsTheTaskWithTheReason() {
        Fixture guest = new Fixture(Fixture.load(Fixture.dist("test/start-trap.wasm")));
        LinkException refused = assertThrows(LinkException.class, () -> guest.call("one()->i32"));
        assertTrue(refused.getMessage().contains("unreachable"), refused.getMessage());
    }

    @Test
    void growBombStopsAtTheLimit() {
        Guest limited = Fixture.load(Fixture.dist("test/grow.wasm"), LoadOptions.DEFAULT.withMemoryLimit(100L << 20));
        Fixture guest = new Fixture(limited);
        assertEquals(1 + 1024, guest.call("bomb()->i32"));
        assertEquals(-1, guest.call("grow(i32)->i32", 1024));
        assertEquals(1025, guest.call("grow(i32)->i32", 1600 - 1025));
        assertEquals(-1, guest.call("grow(i32)->i32", 1));
    }
}
