package dev.penny.examples.compress;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The format of {@code examples/compress/lz.c} in Java. One object codes one block. */
final class LzCodec {

    private static final int MATCH_MIN = 4;
    private static final int MATCH_MAX = MATCH_MIN + 255;
    private static final int DISTANCE_MAX = 65_535;
    private static final int HASH_BITS = 14;
    private static final int PROBABILITY_BITS = 12;
    private static final int HALF = 1 << (PROBABILITY_BITS - 1);
    private static final int ADAPTATION = 5;

    private final int[] match = tree(2);
    private final int[][] literal = new int[256][];
    private final int[] length = tree(256);
    private final int[] distanceBits = tree(16);
    /** A probability that never adapts. */
    private final int[] even = tree(1);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteBuffer in;
    /** Unsigned 32-bit ends of the interval. */
    private long low;
    private long high = 0xffffffffL;
    private long code;

    private LzCodec(ByteBuffer in) {
        this.in = in;
        Arrays.setAll(literal, i -> tree(256));
    }

    private static int[] tree(int nodes) {
        int[] tree = new int[nodes];
        Arrays.fill(tree, HALF);
        return tree;
    }

    static byte[] pack(byte[] data) {
        return new LzCodec(ByteBuffer.allocate(0)).packed(data);
    }

    /** @throws IllegalArgumentException no packed data */
    static byte[] unpack(ByteBuffer packed) {
        return new LzCodec(packed.duplicate().order(ByteOrder.LITTLE_ENDIAN)).unpacked();
    }

    private byte[] packed(byte[] data) {
        int[] last = new int[1 << HASH_BITS];
        out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(data.length).array());
        int flag = 0;
        for (int at = 0; at < data.length;) {
            int matched = 0;
            int distance = 0;
            if (data.length - at >= MATCH_MIN) {
                int hash = hash(data, at);
                int seen = last[hash];
                last[hash] = at + 1;
                distance = at + 1 - seen;
                matched = seen == 0 || distance > DISTANCE_MAX ? 0 : common(data, seen - 1, at);
            }
            int was = flag;
            flag = matched >= MATCH_MIN ? 1 : 0;
            write(flag, match, was);
            if (flag == 1) {
                writeTree(matched - MATCH_MIN, 8, length);
                int bits = 32 - Integer.numberOfLeadingZeros(distance);
                writeTree(bits - 1, 4, distanceBits);
                for (int i = bits - 2; i >= 0; i--) {
                    write(distance >> i & 1, even, -1);
                }
                at += matched;
            } else {
                writeTree(data[at] & 255, 8, literal[at == 0 ? 0 : data[at - 1] & 255]);
                at++;
            }
        }
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) low).array());
        return out.toByteArray();
    }

    private static int hash(byte[] data, int at) {
        int word = data[at] & 255 | (data[at + 1] & 255) << 8 | (data[at + 2] & 255) << 16 | data[at + 3] << 24;
        return word * 0x9e3779b1 >>> (32 - HASH_BITS);
    }

    private static int common(byte[] data, int from, int at) {
        int limit = Math.min(data.length - at, MATCH_MAX);
        int matched = 0;
        while (matched < limit && data[from + matched] == data[at + matched]) {
            matched++;
        }
        return matched;
    }

    private byte[] unpacked() {
        byte[] data = new byte[in.getInt()];
        for (int i = 0; i < 4; i++) {
            code = code << 8 | nextByte();
        }
        int flag = 0;
        for (int at = 0; at < data.length;) {
            flag = read(match, flag);
            if (flag == 0) {
                data[at] = (byte) readTree(8, literal[at == 0 ? 0 : data[at - 1] & 255]);
                at++;
                continue;
            }
            int matched = MATCH_MIN + readTree(8, length);
            int distance = 1;
            for (int bits = readTree(4, distanceBits); bits > 0; bits--) {
                distance = distance << 1 | read(even, -1);
            }
            if (distance > at || matched > data.length - at) {
                throw new IllegalArgumentException("a match outside of the data: at=%d, distance=%d, length=%d, bytes=%d"
                        .formatted(at, distance, matched, data.length));
            }
            for (int end = at + matched; at < end; at++) {
                data[at] = data[at - distance];
            }
        }
        return data;
    }

    private int nextByte() {
        return in.hasRemaining() ? in.get() & 255 : 0;
    }

    // ---- bits; index -1 means a probability of a half

    private long middle(int[] tree, int index) {
        return low + ((high - low) >> PROBABILITY_BITS) * (index < 0 ? HALF : tree[index]);
    }

    private void narrow(int bit, long middle, int[] tree, int index, boolean reading) {
        if (bit == 1) {
            high = middle;
        } else {
            low = middle + 1;
        }
        if (index >= 0) {
            tree[index] += bit == 1 ? ((1 << PROBABILITY_BITS) - tree[index]) >> ADAPTATION : -(tree[index] >> ADAPTATION);
        }
        while ((low ^ high) >> 24 == 0) {
            if (reading) {
                code = code << 8 & 0xffffffffL | nextByte();
            } else {
                out.write((int) (high >> 24));
            }
            low = low << 8 & 0xffffffffL;
            high = high << 8 & 0xffffffffL | 255;
        }
    }

    private void write(int bit, int[] tree, int index) {
        narrow(bit, middle(tree, index), tree, index, false);
    }

    private int read(int[] tree, int index) {
        long middle = middle(tree, index);
        int bit = code <= middle ? 1 : 0;
        narrow(bit, middle, tree, index, true);
        return bit;
    }

    private void writeTree(int value, int bits, int[] tree) {
        int node = 1;
        for (int i = bits - 1; i >= 0; i--) {
            int bit = value >> i & 1;
            write(bit, tree, node);
            node = node << 1 | bit;
        }
    }

    private int readTree(int bits, int[] tree) {
        int node = 1;
        for (int i = 0; i < bits; i++) {
            node = node << 1 | read(tree, node);
        }
        return node - (1 << bits);
    }
}
