package dev.penny.examples.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Penny;
import dev.penny.api.TaskFailedException;
import dev.penny.api.TaskFunction;
import dev.penny.api.TaskModule;
import dev.penny.examples.runner.Noise;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both packers give the same bytes, each unpacks what the other packs, and damaged blocks do no harm. */
@Timeout(120)
class CompressTest {

    private static final Path FOLDER = Path.of(System.getProperty("penny.root"), "examples/compress");

    private static List<byte[]> blocks() {
        List<byte[]> blocks = new ArrayList<>();
        for (int bytes : new int[] {0, 1, 2, 3, 4, 5, 8, 259, 260, 1000, 70_000}) {
            byte[] same = new byte[bytes];
            Arrays.fill(same, (byte) 'a');
            byte[] noise = new byte[bytes];
            byte[] few = new byte[bytes];
            byte[] far = new byte[bytes];
            for (int i = 0; i < bytes; i++) {
                noise[i] = (byte) Noise.bits(bytes, i);
                few[i] = (byte) Noise.below(3, bytes, i);
                // The same 300 bytes at a distance near and beyond the longest one that can be coded.
                far[i] = (byte) (i % 65_500 < 300 ? i % 65_500 : Noise.bits(bytes, i));
            }
            blocks.addAll(List.of(same, noise, few, far));
        }
        return blocks;
    }

    @Test
    void twoPackersGiveTheSameBytesAndTwoUnpackersTheOriginal() {
        try (Penny penny = Penny.builder().workers(2).build()) {
            TaskModule lz = penny.load(FOLDER.resolve("lz.wasm"));
            for (byte[] block : blocks()) {
                byte[] packed = (byte[]) lz.function("pack").call((Object) block);
                assertArrayEquals(LzCodec.pack(block), packed);
                assertArrayEquals(block, LzCodec.unpack(ByteBuffer.wrap(packed)));
                assertArrayEquals(block, (byte[]) lz.function("unpack").call((Object) packed));
            }
        }
    }

    @Test
    void repetitionIsShortAndNoiseHardlyLonger() {
        List<byte[]> blocks = blocks();
        assertTrue(LzCodec.pack(blocks.get(40)).length < 400, "70,000 times the same byte");
        assertTrue(LzCodec.pack(blocks.get(41)).length < 75_000, "70,000 bytes of noise");
    }

    @Test
    void damagedBlocksFailOrGiveOtherBytesButNeverCrash() {
        byte[] block = "A compressed block of text that repeats itself, repeats itself, repeats itself.".repeat(20).getBytes();
        byte[] packed = LzCodec.pack(block);
        Random random = new Random(4);
        int failed = 0;
        try (Penny penny = Penny.builder().workers(1).build()) {
            TaskFunction<Object> unpack = penny.load(FOLDER.resolve("lz.wasm")).function("unpack");
            for (int i = 0; i < 300; i++) {
                byte[] damaged = Arrays.copyOf(packed, random.nextInt(4) == 0 ? random.nextInt(packed.length) : packed.length);
                for (int flips = 1 + random.nextInt(3); flips > 0 && damaged.length > 4; flips--) {
                    damaged[4 + random.nextInt(damaged.length - 4)] ^= (byte) (1 << random.nextInt(8));
                }
                try {
                    assertTrue(((byte[]) unpack.call((Object) damaged)).length == block.length);
                } catch (TaskFailedException e) {
                    failed++;
                }
            }
            byte[] huge = packed.clone();
            Arrays.fill(huge, 0, 4, (byte) 0x7f);
            assertThrows(TaskFailedException.class, () -> unpack.call((Object) huge));
            assertArrayEquals(block, (byte[]) unpack.call((Object) packed));
        }
        assertTrue(failed > 20, "failed: " + failed);
    }

    @Test
    void theVerifierNoticesAChangedBlock() {
        byte[] block = "something to pack".getBytes();
        assertThrows(IllegalStateException.class,
                () -> Unpacker.verify(ByteBuffer.wrap(LzCodec.pack("something to pacK".getBytes())), block));
    }
}
