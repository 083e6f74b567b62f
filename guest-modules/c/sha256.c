// SHA-256 after FIPS 180-4: section 4.1.2 (functions), 4.2.2 (constants), 5.1.1 (padding), 5.3.3 (initial value), 6.2.2 (computation).

#include "penny.h"

enum { BLOCK_BYTES = 64, DIGEST_BYTES = 32, LENGTH_OFFSET = 56 };

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static const uint32_t initial_state[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

#define ROTATE(x, bits) ((x) >> (bits) | (x) << (32 - (bits)))
#define CHOOSE(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define MAJORITY(x, y, z) (((x) & (y)) | ((z) & ((x) | (y))))
#define SUM_A(x) (ROTATE(x, 2) ^ ROTATE(x, 13) ^ ROTATE(x, 22))
#define SUM_E(x) (ROTATE(x, 6) ^ ROTATE(x, 11) ^ ROTATE(x, 25))
#define SCHEDULE_0(x) (ROTATE(x, 7) ^ ROTATE(x, 18) ^ ((x) >> 3))
#define SCHEDULE_1(x) (ROTATE(x, 17) ^ ROTATE(x, 19) ^ ((x) >> 10))

// One round. Instead of moving eight variables along, the caller names them one place further each time.
#define ROUND(a, b, c, d, e, f, g, h, word, constant)                                                                              \
    do {                                                                                                                           \
        uint32_t t = (h) + SUM_E(e) + CHOOSE(e, f, g) + (constant) + (word);                                                       \
        (d) += t;                                                                                                                  \
        (h) = t + SUM_A(a) + MAJORITY(a, b, c);                                                                                    \
    } while (0)

// Eight rounds bring the variables back to their places.
#define ROUNDS_8(i, WORD)                                                                                                          \
    ROUND(a, b, c, d, e, f, g, h, WORD((i) + 0), k[(i) + 0]);                                                                      \
    ROUND(h, a, b, c, d, e, f, g, WORD((i) + 1), k[(i) + 1]);                                                                      \
    ROUND(g, h, a, b, c, d, e, f, WORD((i) + 2), k[(i) + 2]);                                                                      \
    ROUND(f, g, h, a, b, c, d, e, WORD((i) + 3), k[(i) + 3]);                                                                      \
    ROUND(e, f, g, h, a, b, c, d, WORD((i) + 4), k[(i) + 4]);                                                                      \
    ROUND(d, e, f, g, h, a, b, c, WORD((i) + 5), k[(i) + 5]);                                                                      \
    ROUND(c, d, e, f, g, h, a, b, WORD((i) + 6), k[(i) + 6]);                                                                      \
    ROUND(b, c, d, e, f, g, h, a, WORD((i) + 7), k[(i) + 7])

// The schedule needs only its last 16 words; all indices are constants, so `w` lives in wasm locals and not in memory.
#define READ_WORD(i) (w[i] = big_endian(block + 4 * (i)))
#define NEXT_WORD(i) (w[i] += SCHEDULE_1(w[((i) + 14) & 15]) + w[((i) + 9) & 15] + SCHEDULE_0(w[((i) + 1) & 15]))

static inline uint32_t big_endian(const uint8_t *bytes) {
    uint32_t word;
    __builtin_memcpy(&word, bytes, sizeof word);
    return __builtin_bswap32(word);
}

static void compress(uint32_t state[8], const uint8_t *block, uint32_t block_count) {
    for (; block_count > 0; block_count--, block += BLOCK_BYTES) {
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        uint32_t w[16];
        const uint32_t *k = round_constants;
        ROUNDS_8(0, READ_WORD);
        ROUNDS_8(8, READ_WORD);
        for (k += 16; k < round_constants + 64; k += 16) {
            ROUNDS_8(0, NEXT_WORD);
            ROUNDS_8(8, NEXT_WORD);
        }
        state[0] += a, state[1] += b, state[2] += c, state[3] += d;
        state[4] += e, state[5] += f, state[6] += g, state[7] += h;
    }
}

static void write_big_endian(uint8_t *target, uint32_t word) {
    word = __builtin_bswap32(word);
    __builtin_memcpy(target, &word, sizeof word);
}

static void digest_of(const uint8_t *data, uint32_t bytes, uint8_t digest[DIGEST_BYTES]) {
    uint32_t state[8];
    __builtin_memcpy(state, initial_state, sizeof state);
    uint32_t rest_bytes = bytes % BLOCK_BYTES;
    compress(state, data, bytes / BLOCK_BYTES);

    // The rest, a one bit, zeros and the length in bits fill one block, or two where the length does not fit the first.
    uint8_t tail[2 * BLOCK_BYTES] = {0};
    uint32_t tail_blocks = rest_bytes < LENGTH_OFFSET ? 1 : 2;
    __builtin_memcpy(tail, data + (bytes - rest_bytes), rest_bytes);
    tail[rest_bytes] = 0x80;
    write_big_endian(tail + tail_blocks * BLOCK_BYTES - 8, bytes >> 29);
    write_big_endian(tail + tail_blocks * BLOCK_BYTES - 4, bytes << 3);
    compress(state, tail, tail_blocks);

    for (uint32_t i = 0; i < 8; i++) write_big_endian(digest + 4 * i, state[i]);
}

PENNY_EXPORT(sha256, "(bytes)->bytes")
penny_bytes sha256(const uint8_t *data, uint32_t bytes) {
    static uint8_t digest[DIGEST_BYTES];
    digest_of(data, bytes, digest);
    return penny_result(digest, sizeof digest);
}

PENNY_EXPORT(sha256_hex, "(bytes)->string")
penny_bytes sha256_hex(const uint8_t *data, uint32_t bytes) {
    static char text[2 * DIGEST_BYTES];
    uint8_t digest[DIGEST_BYTES];
    digest_of(data, bytes, digest);
    for (uint32_t i = 0; i < DIGEST_BYTES; i++) {
        text[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    return penny_result(text, sizeof text);
}
