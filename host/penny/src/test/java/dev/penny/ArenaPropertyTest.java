package dev.penny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.LoadOptions;
import dev.penny.api.TaskFunction;
import dev.penny.internal.engine.LeakCheck;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The arena of a wasm guest, one per worker: random sequences of allocations are aligned, apart, and gone with their task. */
@Timeout(120)
class ArenaPropertyTest {

    private static final int ALIGNMENT = 16;

    private record Block(long address, int bytes) { }

    private static byte[] plan(int... sizes) {
        ByteBuffer plan = ByteBuffer.allocate(4 * sizes.length).order(ByteOrder.LITTLE_ENDIAN);
        plan.asIntBuffer().put(sizes);
        return plan.array();
    }

    private static int[] random(Random random) {
        return IntStream.range(0, 1 + random.nextInt(40)).map(i -> switch (random.nextInt(4)) {
            case 0 -> random.nextInt(3);
            case 1 -> random.nextInt(100);
            case 2 -> random.nextInt(5_000);
            default -> random.nextInt(100_000);
        }).toArray();
    }

    private static List<Block> blocks(int[] sizes, byte[] addresses) {
        ByteBuffer view = ByteBuffer.wrap(addresses).order(ByteOrder.LITTLE_ENDIAN);
        return IntStream.range(0, sizes.length).mapToObj(i -> new Block(Integer.toUnsignedLong(view.getInt(4 * i)), sizes[i])).toList();
    }

    @Test
    void blocksAreAlignedAndNeverOverlap() {
        Random random = new Random(9);
        try (Penny penny = Penny.builder().workers(3).build()) {
            TaskFunction<Object> addresses = penny.load(Guests.dist("arena.wasm")).function("addresses");
            List<int[]> plans = IntStream.range(0, 200).mapToObj(i -> random(random)).toList();
            List<Object> answers = addresses.mapAll(plans.stream().map(sizes -> new Object[] {plan(sizes)}).toList());
            for (int i = 0; i < plans.size(); i++) {
                List<Block> sorted = new ArrayList<>(blocks(plans.get(i), (byte[]) answers.get(i)));
                sorted.sort(Comparator.comparingLong(Block::address).thenComparingInt(Block::bytes));
                for (int k = 0; k < sorted.size(); k++) {
                    assertNotEquals(0, sorted.get(k).address());
                    assertEquals(0, sorted.get(k).address() % ALIGNMENT);
                    assertTrue(k == 0 || sorted.get(k - 1).address() + sorted.get(k - 1).bytes() <= sorted.get(k).address(), "plan " + i);
                }
            }
            LeakCheck.assertNothingHeld(penny);
        }
    }

    @Test
    void everyTaskFindsTheArenaEmpty() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskFunction<Object> addresses = penny.load(Guests.dist("arena.wasm")).function("addresses");
            int[] sizes = {1, 100, 50_000};
            List<Block> first = blocks(sizes, (byte[]) addresses.call((Object) plan(sizes)));
            addresses.call((Object) plan(1_000_000, 1_000_000));
            assertEquals(first, blocks(sizes, (byte[]) addresses.call((Object) plan(sizes))));
        }
    }

    @Test
    void tasksOfNumbersLeaveTheArenaEmptyToo() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskFunction<Object> block = penny.load(Guests.dist("arena.wasm")).function("block");
            Object first = block.call(1);
            assertEquals(List.of(first, first), block.mapAll(List.of(new Object[] {1_000_000}, new Object[] {1})));
            assertEquals(first, block.call(1));
            long[] addresses = block.mapRangeToLongs(1_000_000, 1_001_000);
            assertTrue(Arrays.stream(addresses).allMatch(address -> address == (long) first), Arrays.toString(addresses));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"arena/block", "between/ask"})
    void whatRunsWhileATaskWaitsLeavesItsMemoryAsItIs(String function) {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskFunction<Object> waits = penny.load(Guests.dist("arena.wasm")).function("waits");
            penny.loadJs("""
                    export const signatures = { ask: '(i32)->i64' };
                    export function ask(n) { return penny.join(['arena/addresses', new Uint8Array(n)], ['arena/block', n])[1]; }
                    """, LoadOptions.DEFAULT.named("between"));
            assertEquals("b".repeat(16) + function, waits.call(function));
        }
    }

    @Test
    void exhaustionIsReportedAndCostsNothingElse() {
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskFunction<Object> addresses = penny.load(Guests.dist("arena.wasm")).function("addresses");
            int[] sizes = {16, Integer.MAX_VALUE, -1, 0x40000000, 16};
            List<Block> blocks = blocks(sizes, (byte[]) addresses.call((Object) plan(sizes)));
            assertEquals(List.of(false, true, true, true, false), blocks.stream().map(block -> block.address() == 0).toList());
            assertEquals(blocks.get(0).address() + 16, blocks.get(4).address());
        }
    }
}
