package dev.penny.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A small random program, and what it computes when its instructions run one after the other. Few things are shared; how often an
 * instruction touches them instead of something of its own is the conflict rate.
 */
final class OooProgram {

    static final int SHARED_VALUES = 3;
    static final int SHARED_PLACES = 3;
    static final int SHARED_BYTES = 64;
    private static final int OWN_BYTES = 8;

    /** An instruction; numbers below the shared ones are shared. */
    sealed interface Op {
        /** {@code d = mix(a, b)}, or, in wasm, {@code a + b}. */
        record Value(boolean wasm, int a, int b, int d) implements Op { }

        /** The text of {@code d} becomes that of {@code a}, turned, with {@code letter} behind it. */
        record Text(int a, int d, String letter) implements Op { }

        /** What is at place {@code d} becomes {@code mix(a, b)}; updated, {@code mix(a, d)}. */
        record InPlace(int a, int b, int d, boolean update) implements Op { }

        /** Fills bytes with a hash of others, and if {@code d >= 0} that becomes the value of {@code d}. */
        record Bytes(int from, int to, int writeFrom, int writeTo, int d) implements Op { }
    }

    private final List<Op> ops = new ArrayList<>();
    private final double conflicts;
    private final Random random;
    private final int length;

    OooProgram(long seed, boolean withText) {
        random = new Random(seed);
        length = 5 + random.nextInt(36);
        conflicts = random.nextInt(10) / 10.0;
        for (int i = 0; i < length; i++) {
            ops.add(op(i, withText));
        }
    }

    private Op op(int i, boolean withText) {
        return switch (random.nextInt(withText ? 8 : 7)) {
            case 0, 1, 2 -> new Op.Value(random.nextBoolean(), value(i), value(i), value(i));
            case 3, 4 -> new Op.InPlace(place(i), place(i), place(i), random.nextInt(3) == 0);
            case 5, 6 -> {
                int[] read = range(i);
                int[] write = range(i);
                yield new Op.Bytes(read[0], read[1], write[0], write[1], random.nextInt(3) == 0 ? value(i) : -1);
            }
            default -> new Op.Text(random.nextInt(2), random.nextInt(2), Character.toString('a' + random.nextInt(26)));
        };
    }

    private int value(int i) {
        return shares() ? random.nextInt(SHARED_VALUES) : SHARED_VALUES + i;
    }

    private int place(int i) {
        return shares() ? random.nextInt(SHARED_PLACES) : SHARED_PLACES + i;
    }

    private int[] range(int i) {
        if (!shares()) {
            int own = SHARED_BYTES + i * OWN_BYTES;
            return new int[] {own, own + 1 + random.nextInt(OWN_BYTES)};
        }
        int from = random.nextInt(SHARED_BYTES);
        return new int[] {from, from + 1 + random.nextInt(Math.min(24, SHARED_BYTES - from))};
    }

    private boolean shares() {
        return random.nextDouble() < conflicts;
    }

    List<Op> ops() {
        return ops;
    }

    int values() {
        return SHARED_VALUES + length;
    }

    int places() {
        return SHARED_PLACES + length;
    }

    int bytes() {
        return SHARED_BYTES + length * OWN_BYTES;
    }

    /** Order matters, and so does how often. */
    static int mix(int a, int b) {
        return a * 31 + (b ^ 0x5BD1E995) + 1;
    }

    static int hash(byte[] bytes, int from, int to) {
        int hash = 1;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash;
    }

    static void fill(byte[] bytes, int from, int to, int hash) {
        for (int i = from; i < to; i++) {
            bytes[i] = (byte) (hash >>> (i & 3) * 8 ^ i);
        }
    }

    static String turned(String text, String letter) {
        String turned = new StringBuilder(text).reverse() + letter;
        return turned.length() > 12 ? turned.substring(turned.length() - 12) : turned;
    }

    /** Everything a program can change. */
    static final class State {
        final int[] values;
        final int[] places;
        final byte[] bytes;
        final String[] texts = {"x", "y"};

        State(OooProgram program) {
            values = new int[program.values()];
            places = new int[program.places()];
            bytes = new byte[program.bytes()];
            for (int i = 0; i < values.length; i++) {
                values[i] = 7 * i + 1;
            }
            for (int i = 0; i < places.length; i++) {
                places[i] = 1000 + i;
            }
        }

        void run(Op op) {
            switch (op) {
                case Op.Value(boolean wasm, int a, int b, int d) -> values[d] = wasm ? values[a] + values[b] : mix(values[a], values[b]);
                case Op.Text(int a, int d, String letter) -> texts[d] = turned(texts[a], letter);
                case Op.InPlace(int a, int b, int d, boolean update) -> places[d] = mix(places[a], places[update ? d : b]);
                case Op.Bytes(int from, int to, int writeFrom, int writeTo, int d) -> {
                    int hash = hash(bytes, from, to);
                    fill(bytes, writeFrom, writeTo, hash);
                    if (d >= 0) {
                        values[d] = hash;
                    }
                }
            }
        }
    }
}
