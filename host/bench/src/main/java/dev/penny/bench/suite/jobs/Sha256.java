package dev.penny.bench.suite.jobs;

import dev.penny.api.TaskFunction;
import dev.penny.bench.suite.Setup;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/** SHA-256 of blocks of 64 KiB, one per task; the answer is the sum of the first eight bytes of each digest. */
public final class Sha256 extends MapJob {

    private static final String MODULE = "dist/sha256.wasm";
    private static final int BLOCK_BYTES = 64 * 1024;
    private static final int[] INITIAL = fractions(8, true);
    private static final int[] CONSTANTS = fractions(64, false);

    private final List<byte[]> blocks;
    private final long expected;

    /** That many blocks of bytes from a fixed seed. */
    public Sha256(int count) {
        Random random = new Random(1);
        blocks = IntStream.range(0, count).mapToObj(_ -> {
            byte[] block = new byte[BLOCK_BYTES];
            random.nextBytes(block);
            return block;
        }).toList();
        expected = blocks.stream().mapToLong(block -> first(ofPlatform(block))).sum();
    }

    /** From the JDK's own implementation. */
    @Override
    public long expected() {
        return expected;
    }

    private static byte[] ofPlatform(byte[] block) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(block);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static long first(byte[] digest) {
        return ByteBuffer.wrap(digest).getLong();
    }

    @Override
    int items() {
        return blocks.size();
    }

    @Override
    long onPenny(Setup setup, int workers) {
        TaskFunction<Object> sha256 = setup.guest(workers, MODULE).function("sha256");
        long sum = 0;
        for (Object digest : sha256.mapAll(blocks)) {
            sum += first((byte[]) digest);
        }
        return sum;
    }

    /** One call per block: an argument of all blocks would be copied at once. */
    @Override
    long inWasm(Setup setup) {
        TaskFunction<Object> sha256 = setup.guest(1, MODULE).function("sha256");
        long sum = 0;
        for (byte[] block : blocks) {
            sum += first((byte[]) sha256.call((Object) block));
        }
        return sum;
    }

    @Override
    String module() {
        return MODULE;
    }

    @Override
    IntToLongFunction inEndive(Endive.Instance instance) {
        Endive.Call alloc = instance.function("penny_alloc");
        Endive.Call sha256 = instance.function("sha256");
        Endive.Call reset = instance.function("penny_reset");
        return item -> {
            byte[] block = blocks.get(item);
            int address = (int) alloc.apply(block.length);
            instance.write(address, block);
            long result = sha256.apply(address, block.length);
            long sum = first(instance.read((int) (result >>> 32), (int) result));
            reset.apply();
            return sum;
        };
    }

    /** In plain Java, as the guest is in plain C: the JDK's own uses the processor's SHA instructions, which wasm does not have. */
    @Override
    long inJava(int item) {
        byte[] block = blocks.get(item);
        int[] state = INITIAL.clone();
        ByteBuffer padded = ByteBuffer.wrap(Arrays.copyOf(block, block.length + 64));
        padded.put(block.length, (byte) 0x80);
        padded.putLong(block.length + 56, block.length * 8L);
        int[] w = new int[64];
        for (int at = 0; at < block.length + 64; at += 64) {
            compress(state, padded, at, w);
        }
        return (long) state[0] << 32 | state[1] & 0xffff_ffffL;
    }

    /** FIPS 180-4, section 6.2.2. */
    private static void compress(int[] state, ByteBuffer bytes, int at, int[] w) {
        for (int t = 0; t < 16; t++) {
            w[t] = bytes.getInt(at + 4 * t);
        }
        for (int t = 16; t < 64; t++) {
            int s0 = Integer.rotateRight(w[t - 15], 7) ^ Integer.rotateRight(w[t - 15], 18) ^ w[t - 15] >>> 3;
            int s1 = Integer.rotateRight(w[t - 2], 17) ^ Integer.rotateRight(w[t - 2], 19) ^ w[t - 2] >>> 10;
            w[t] = w[t - 16] + s0 + w[t - 7] + s1;
        }
        int a = state[0];
        int b = state[1];
        int c = state[2];
        int d = state[3];
        int e = state[4];
        int f = state[5];
        int g = state[6];
        int h = state[7];
        for (int t = 0; t < 64; t++) {
            int sumE = Integer.rotateRight(e, 6) ^ Integer.rotateRight(e, 11) ^ Integer.rotateRight(e, 25);
            int sumA = Integer.rotateRight(a, 2) ^ Integer.rotateRight(a, 13) ^ Integer.rotateRight(a, 22);
            int t1 = h + sumE + (g ^ (e & (f ^ g))) + CONSTANTS[t] + w[t];
            int t2 = sumA + ((a & b) | (c & (a | b)));
            h = g;
            g = f;
            f = e;
            e = d + t1;
            d = c;
            c = b;
            b = a;
            a = t1 + t2;
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    /** The first 32 bits of the fractions of the square or cube roots of the first primes (sections 4.2.2 and 5.3.3). */
    private static int[] fractions(int count, boolean square) {
        int[] result = new int[count];
        int prime = 1;
        for (int i = 0; i < count; i++) {
            do {
                prime++;
            } while (!isPrime(prime));
            double fraction = square ? Math.sqrt(prime) : Math.cbrt(prime);
            result[i] = (int) (long) ((fraction - Math.floor(fraction)) * 4_294_967_296.0);
        }
        return result;
    }

    private static boolean isPrime(int number) {
        return IntStream.rangeClosed(2, (int) Math.sqrt(number)).noneMatch(divisor -> number % divisor == 0);
    }
}
