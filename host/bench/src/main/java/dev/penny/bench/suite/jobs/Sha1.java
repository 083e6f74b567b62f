package dev.penny.bench.suite.jobs;

/** SHA-1 (FIPS 180-4, section 6.1.2) of one padded block that ends in zeros and a length. */
final class Sha1 {

    private Sha1() { }

    /** The digest of the block {@code w0..w6, 0, ..., 0, bits}. */
    static int[] ofBlock(int w0, int w1, int w2, int w3, int w4, int w5, int w6, int bits) {
        int[] w = new int[80];
        w[0] = w0;
        w[1] = w1;
        w[2] = w2;
        w[3] = w3;
        w[4] = w4;
        w[5] = w5;
        w[6] = w6;
        w[15] = bits;
        for (int t = 16; t < 80; t++) {
            w[t] = Integer.rotateLeft(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
        }
        int a = 0x67452301;
        int b = 0xefcdab89;
        int c = 0x98badcfe;
        int d = 0x10325476;
        int e = 0xc3d2e1f0;
        for (int t = 0; t < 20; t++) {
            int next = Integer.rotateLeft(a, 5) + (d ^ (b & (c ^ d))) + e + 0x5a827999 + w[t];
            e = d;
            d = c;
            c = Integer.rotateLeft(b, 30);
            b = a;
            a = next;
        }
        for (int t = 20; t < 40; t++) {
            int next = Integer.rotateLeft(a, 5) + (b ^ c ^ d) + e + 0x6ed9eba1 + w[t];
            e = d;
            d = c;
            c = Integer.rotateLeft(b, 30);
            b = a;
            a = next;
        }
        for (int t = 40; t < 60; t++) {
            int next = Integer.rotateLeft(a, 5) + ((b & c) | (d & (b | c))) + e + 0x8f1bbcdc + w[t];
            e = d;
            d = c;
            c = Integer.rotateLeft(b, 30);
            b = a;
            a = next;
        }
        for (int t = 60; t < 80; t++) {
            int next = Integer.rotateLeft(a, 5) + (b ^ c ^ d) + e + 0xca62c1d6 + w[t];
            e = d;
            d = c;
            c = Integer.rotateLeft(b, 30);
            b = a;
            a = next;
        }
        return new int[] {0x67452301 + a, 0xefcdab89 + b, 0x98badcfe + c, 0x10325476 + d, 0xc3d2e1f0 + e};
    }
}
