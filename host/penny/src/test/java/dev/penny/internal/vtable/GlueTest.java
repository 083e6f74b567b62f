package dev.penny.internal.vtable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.CapacityException;
import dev.penny.api.Signature;
import dev.penny.api.TaskFailedException;
import dev.penny.internal.core.CoreMemory;
import dev.penny.internal.vtable.GlueModule.Placement;
import dev.penny.internal.vtable.GuestTraits.Release;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlueTest {

    private static final int RECORD = 1024;
    private static final int ARGUMENTS = 8192;
    private static final GuestTraits HONEST = new GuestTraits(false, true, Release.RESET);

    private final TestWorker worker = new TestWorker();
    private final CoreMemory memory = worker.memory();

    private Value bind(byte[] guest, GuestTraits traits, String... functions) {
        Value exports = worker.runtime().instantiate("guest", worker.runtime().compile("guest", guest), Map.of());
        List<Thunk> thunks = new ArrayList<>();
        for (String function : functions) {
            int paren = function.indexOf('(');
            thunks.add(new Thunk(thunks.size() * 2, function.substring(0, paren), Signature.parse(function.substring(paren))));
        }
        Glue.compile(worker.runtime(), "guest", thunks, traits, Placement.TABLE).link(worker, exports::getMember, worker::fail);
        return exports;
    }

    private Value bindHonest(String... functions) {
        return bind(GuestBytes.honest().toByteArray(), HONEST, functions);
    }

    private void argument(int index, byte[] bytes) {
        int ref = ARGUMENTS + index * 65_536 * 20;
        memory.putBytes(ref, bytes);
        memory.putLong(RECORD + 8 * (1 + index), CoreMemory.block(ref, bytes.length));
    }

    private byte[] resultBytes() {
        long word = memory.getLong(RECORD);
        return memory.getBytes(CoreMemory.blockRef(word), CoreMemory.blockLength(word));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void i32PassesThrough(int value) {
        bindHonest("same_i32(i32)->i32");
        memory.putLong(RECORD + 8, 0xDEAD_BEEF_0000_0000L | value & 0xFFFF_FFFFL);
        assertEquals(0, worker.dispatch(0, RECORD));
        assertEquals(value, memory.getInt(RECORD));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32})
    void i64PassesThrough(long value) {
        bindHonest("same_i64(i64)->i64");
        memory.putLong(RECORD + 8, value);
        assertEquals(0, worker.dispatch(0, RECORD));
        assertEquals(value, memory.getLong(RECORD));
    }

    @ParameterizedTest
    @ValueSource(floats = {0f, -0f, Float.NaN, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY})
    void f32PassesThrough(float value) {
        bindHonest("same_f32(f32)->f32");
        memory.putFloat(RECORD + 8, value);
        assertEquals(0, worker.dispatch(0, RECORD));
        assertEquals(Float.floatToRawIntBits(value), memory.getInt(RECORD));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0d, -0d, Double.NaN, Double.MIN_VALUE, Double.MAX_VALUE, Double.NEGATIVE_INFINITY})
    void f64PassesThrough(double value) {
        bindHonest("same_f64(f64)->f64");
        memory.putDouble(RECORD + 8, value);
        assertEquals(0, worker.dispatch(0, RECORD));
        assertEquals(Double.doubleToRawLongBits(value), memory.getLong(RECORD));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 4096, 65_535, 65_536, 1 << 20})
    void bytesGoInAndComeBack(int length) {
        bindHonest("same_bytes(bytes)->bytes");
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        argument(0, bytes);
        assertEquals(0, worker.dispatch(0, RECORD));
        assertArrayEquals(bytes, resultBytes());
    }

    @Test
    void multiByteTextKeepsItsBytes() {
        bindHonest("same_bytes(string)->string");
        byte[] text = "Grüße, 世界 🌍".getBytes(StandardCharsets.UTF_8);
        argument(0, text);
        assertEquals(0, worker.dispatch(0, RECORD));
        assertArrayEquals(text, resultBytes());
    }

    @Test
    void twoBlocksDoNotOverlap() {
        bindHonest("first_of_two(bytes,string)->bytes", "second_of_two(bytes,string)->string");
        argument(0, "first".getBytes(StandardCharsets.UTF_8));
        argument(1, "the second".getBytes(StandardCharsets.UTF_8));
        assertEquals(0, worker.dispatch(0, RECORD));
        assertArrayEquals("first".getBytes(StandardCharsets.UTF_8), resultBytes());
        assertEquals(0, worker.dispatch(2, RECORD));
        assertArrayEquals("the second".getBytes(StandardCharsets.UTF_8), resultBytes());
    }

    @Test
    void eightParametersOfMixedTypesArriveInOrder() {
        bindHonest("mix(i32,i64,f32,f64,i32,i32,i32,i64)->f64");
        memory.putDouble(RECORD + 8 * 4, 2.5);
        assertEquals(0, worker.dispatch(0, RECORD));
        assertEquals(2.5, memory.getDouble(RECORD));
    }

    @Test
    void functionWithoutResultLeavesTheRecordAlone() {
        bindHonest("nothing()->()");
        memory.putLong(RECORD, 77);
        assertEquals(0, worker.dispatch(0, RECORD));
        assertEquals(77, memory.getLong(RECORD));
    }

    @Test
    void resetIsCalledAfterEveryTaskSoMemoryDoesNotGrow() {
        Value exports = bindHonest("same_bytes(bytes)->bytes");
        argument(0, new byte[50_000]);
        for (int i = 0; i < 50; i++) {
            assertEquals(0, worker.dispatch(0, RECORD));
        }
        assertEquals(GuestBytes.HEAP_BASE, exports.getMember("penny_alloc").execute(0).asInt());
    }

    @Test
    void argumentsAndResultAreFreedOnceWhereTheGuestHasFree() {
        GuestTraits traits = new GuestTraits(false, true, Release.FREE);
        Value exports = bind(HostileGuests.counting(), traits, "alias(bytes)->bytes", "fresh(bytes)->bytes", "inside(bytes)->bytes");
        argument(0, new byte[10]);
        for (int slot = 0; slot <= 4; slot += 2) {
            assertEquals(0, worker.dispatch(slot, RECORD));
        }
        // One argument each, and the one result that was not part of an argument.
        assertEquals(4, exports.getMember("frees").execute().asInt());
        assertEquals(0, exports.getMember("live").execute().asInt());
    }

    @Test
    void guestWithoutMemoryForTheArgumentFailsWithTheNumbers() {
        bind(HostileGuests.allocating(0), new GuestTraits(false, true, Release.NONE), "take(bytes)->i32");
        argument(0, new byte[10]);
        assertEquals(1, worker.dispatch(0, RECORD));
        assertInstanceOf(CapacityException.class, worker.failure());
        assertEquals("the guest has no memory for an argument: function=guest/take(bytes)->i32, bytes=10, memoryBytes=65536",
                worker.failure().getMessage());
    }

    @Test
    void emptyArgumentMayHaveAddressZero() {
        bind(HostileGuests.allocating(0), new GuestTraits(false, true, Release.NONE), "take(bytes)->i32");
        argument(0, new byte[0]);
        assertEquals(0, worker.dispatch(0, RECORD));
        assertEquals(0, memory.getInt(RECORD));
    }

    @ParameterizedTest
    @ValueSource(ints = {65_527, 65_536, -1, -10, Integer.MIN_VALUE})
    void allocatorThatPointsOutsideItsMemoryIsFound(int pointer) {
        bind(HostileGuests.allocating(pointer), new GuestTraits(false, true, Release.NONE), "take(bytes)->i32");
        argument(0, new byte[10]);
        assertEquals(1, worker.dispatch(0, RECORD));
        assertInstanceOf(TaskFailedException.class, worker.failure());
        assertTrue(worker.failure().getMessage().contains("penny_alloc returned a block outside the guest's memory: ptr="
                + Integer.toUnsignedLong(pointer)), worker.failure().getMessage());
    }

    @Test
    void blockThatJustFitsIsAccepted() {
        bind(HostileGuests.allocating(65_526), new GuestTraits(false, true, Release.NONE), "take(bytes)->i32");
        argument(0, new byte[10]);
        assertEquals(0, worker.dispatch(0, RECORD));
    }

    @ParameterizedTest
    @ValueSource(longs = {65_536L << 32 | 1, 65_530L << 32 | 7, -1L, 0xFFFF_FFFFL, 1L << 63 | 8})
    void resultOutsideTheGuestsMemoryIsRefused(long packed) {
        bind(HostileGuests.returning(packed), new GuestTraits(false, true, Release.NONE), "lie()->bytes");
        assertEquals(1, worker.dispatch(0, RECORD));
        assertInstanceOf(TaskFailedException.class, worker.failure());
        assertTrue(worker.failure().getMessage().contains("the result lies outside the guest's memory"), worker.failure().getMessage());
    }

    @Test
    void resultThatEndsAtTheEndOfMemoryIsCopied() {
        bind(HostileGuests.returning(65_530L << 32 | 6), new GuestTraits(false, true, Release.NONE), "lie()->bytes");
        assertEquals(0, worker.dispatch(0, RECORD));
        assertArrayEquals(new byte[6], resultBytes());
    }

    @Test
    void fullResultHeapFailsTheTaskAndTheArgumentIsReleased() {
        TestWorker.Machine machine = new TestWorker.Machine();
        TestWorker small = new TestWorker(0, machine);
        Value exports = small.runtime().instantiate("guest", small.runtime().compile("guest", GuestBytes.honest().toByteArray()), Map.of());
        Thunk thunk = new Thunk(3, "same_bytes", Signature.parse("(bytes)->bytes"));
        Glue.compile(small.runtime(), "guest", List.of(thunk), HONEST, Placement.TABLE).link(small, exports::getMember, small::fail);
        machine.limitHeap(64);
        small.memory().putLong(RECORD + 8, CoreMemory.block(ARGUMENTS, 100));
        assertEquals(1, small.dispatch(3, RECORD));
        assertEquals("the result heap is full: function=guest/same_bytes(bytes)->bytes, bytes=100", small.failure().getMessage());
        assertEquals(GuestBytes.HEAP_BASE, exports.getMember("penny_alloc").execute(0).asInt());
    }

    @Test
    void trapReachesTheCallerAndTheSlotStaysUsable() {
        bindHonest("trap()->i32", "add(i32,i32)->i32");
        PolyglotException trap = assertThrows(PolyglotException.class, () -> worker.dispatch(0, RECORD));
        assertTrue(trap.isGuestException());
        memory.putInt(RECORD + 8, 40);
        memory.putInt(RECORD + 16, 2);
        assertEquals(0, worker.dispatch(2, RECORD));
        assertEquals(42, memory.getInt(RECORD));
    }

    @Test
    void endlessRecursionIsATrapToo() {
        bindHonest("recurse(i32)->i32", "add(i32,i32)->i32");
        assertThrows(PolyglotException.class, () -> worker.dispatch(0, RECORD));
        assertEquals(0, worker.dispatch(2, RECORD));
    }

    @Test
    void unboundSlotAsksOnceAndRunsAtOnce() {
        worker.onBind(slot -> bindHonest("add(i32,i32)->i32"));
        memory.putInt(RECORD + 8, 1);
        memory.putInt(RECORD + 16, 2);
        for (int i = 0; i < 5; i++) {
            assertEquals(0, worker.dispatch(0, RECORD));
            assertEquals(3, memory.getInt(RECORD));
        }
        assertEquals(1, worker.binds());
        worker.reset(0, 1);
        assertEquals(0, worker.dispatch(0, RECORD));
        assertEquals(2, worker.binds());
    }

    @Test
    void slotThatCannotBeBoundFails() {
        worker.onBind(slot -> worker.fail(new CapacityException("no")));
        assertEquals(1, worker.dispatch(TestWorker.SLOTS - 1, RECORD));
        assertEquals("no", worker.failure().getMessage());
    }

    @Test
    void resetUnbindsTheseSlotsAndNoOthers() {
        List<Integer> all = IntStream.range(0, TestWorker.SLOTS).boxed().toList();
        worker.onBind(slot -> worker.fail(new CapacityException("unbound")));
        assertEquals(all, unboundSlots(), "at first");
        for (int[] range : new int[][] {{0, 0}, {0, 1}, {63, 1}, {5, 2}, {7, 3}, {10, 31}, {1, 62}, {0, TestWorker.SLOTS}}) {
            new HostThunks("java").place(worker, all);
            all.forEach(slot -> worker.bindHostTask(slot, record -> 0));
            assertEquals(List.of(), unboundSlots());
            worker.reset(range[0], range[1]);
            assertEquals(IntStream.range(range[0], range[0] + range[1]).boxed().toList(), unboundSlots());
        }
    }

    private List<Integer> unboundSlots() {
        return IntStream.range(0, TestWorker.SLOTS).filter(slot -> worker.dispatch(slot, RECORD) != 0).boxed().toList();
    }

    @Test
    void hostThunkPassesSlotAndRecord() {
        new HostThunks("java").place(worker, List.of(5));
        worker.bindHostTask(5, record -> {
            memory.putInt(record, memory.getInt(record + 8) * 2);
            return 0;
        });
        memory.putInt(RECORD + 8, 21);
        assertEquals(0, worker.dispatch(5, RECORD));
        assertEquals(42, memory.getInt(RECORD));
    }

    @Test
    void thunksExportedInsteadOfPlacedAreCallable() {
        Value module = worker.runtime().compile("guest", GuestBytes.honest().toByteArray());
        Value exports = worker.runtime().instantiate("guest", module, Map.of());
        Thunk thunk = new Thunk(9, "same_bytes", Signature.parse("(bytes)->bytes"));
        Map<Integer, Value> thunks = Glue.compile(worker.runtime(), "guest", List.of(thunk), HONEST, Placement.EXPORTS)
                .link(worker, exports::getMember, worker::fail);
        argument(0, new byte[] {1, 2, 3});
        assertEquals(0, thunks.get(9).execute(RECORD).asInt());
        assertArrayEquals(new byte[] {1, 2, 3}, resultBytes());
    }

    @Test
    void leb128AgreesWithTheSpecification() {
        assertEquals("[-27, -114, 38]", Arrays.toString(new ByteWriter().unsigned(624_485).toByteArray()));
        assertEquals("[-64, -69, 120]", Arrays.toString(new ByteWriter().signed(-123_456).toByteArray()));
        assertEquals("[-128, -128, -128, -128, 120]", Arrays.toString(new ByteWriter().signed(Integer.MIN_VALUE).toByteArray()));
        assertEquals("[-64, 0]", Arrays.toString(new ByteWriter().signed(64).toByteArray()));
        assertEquals("[64]", Arrays.toString(new ByteWriter().signed(-64).toByteArray()));
    }
}
