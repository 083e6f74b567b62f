// A small compressor: matches with what came before (LZ77), coded by an adaptive binary arithmetic coder.
//
// Packed: uint32 length, then the code. Per step one bit says literal or match. A literal is 8 bits in the context of the byte before it.
// A match is length - 4 in 8 bits, then the number of bits of its distance less one in 4, then the bits below the highest one.

#include "penny.h"

enum {
    MATCH_MIN = 4, MATCH_MAX = MATCH_MIN + 255, DISTANCE_MAX = 65535, HASH_BITS = 14,
    PROBABILITY_BITS = 12, PROBABILITY_HALF = 1 << (PROBABILITY_BITS - 1), ADAPTATION = 5,
    UNPACKED_MAX = 1 << 24
};

typedef uint16_t probability;  // that the next bit is 1, in 1/4096

typedef struct {
    probability match[2], literal[256][256], length[256], distance_bits[16];
} model;

static model now;

static void reset(probability *first, uint32_t bytes) {
    for (uint32_t i = 0; i < bytes / sizeof(probability); i++) first[i] = PROBABILITY_HALF;
}

typedef struct {
    uint32_t low, high, code;
    uint8_t *out, *out_end;
    const uint8_t *in, *in_end;
} coder;

// Where the interval is cut: below for a 1, above for a 0.
static uint32_t cut(const coder *c, probability p) {
    return c->low + ((c->high - c->low) >> PROBABILITY_BITS) * p;
}

// Bits of code that are the same at both ends of the interval are known: they leave it, or the next ones are read.
static void narrow(coder *c, int bit, uint32_t middle, probability *p) {
    if (bit) c->high = middle;
    else c->low = middle + 1;
    if (p) *p = (probability)(bit ? *p + (((1 << PROBABILITY_BITS) - *p) >> ADAPTATION) : *p - (*p >> ADAPTATION));
    while (((c->low ^ c->high) >> 24) == 0) {
        if (c->out) {
            if (c->out == c->out_end) penny_fail("pack: the code is longer than its bound");
            *c->out++ = (uint8_t)(c->high >> 24);
        } else c->code = c->code << 8 | (c->in < c->in_end ? *c->in++ : 0);
        c->low <<= 8;
        c->high = c->high << 8 | 255;
    }
}

static void write_bit(coder *c, int bit, probability *p) {
    narrow(c, bit, cut(c, p ? *p : PROBABILITY_HALF), p);
}

static int read_bit(coder *c, probability *p) {
    uint32_t middle = cut(c, p ? *p : PROBABILITY_HALF);
    int bit = c->code <= middle;
    narrow(c, bit, middle, p);
    return bit;
}

// A number of `bits` bits, highest first, each in the context of those before it.
static void write_tree(coder *c, uint32_t value, uint32_t bits, probability *tree) {
    for (uint32_t node = 1, i = bits; i-- > 0;) {
        int bit = value >> i & 1;
        write_bit(c, bit, &tree[node]);
        node = node << 1 | (uint32_t)bit;
    }
}

static uint32_t read_tree(coder *c, uint32_t bits, probability *tree) {
    uint32_t node = 1;
    for (uint32_t i = 0; i < bits; i++) node = node << 1 | (uint32_t)read_bit(c, &tree[node]);
    return node - (1u << bits);
}

static uint32_t hash_of(const uint8_t *at) {
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word * 2654435761u >> (32 - HASH_BITS);
}

static uint32_t common_bytes(const uint8_t *a, const uint8_t *b, uint32_t limit) {
    uint32_t length = 0;
    while (length < limit && a[length] == b[length]) length++;
    return length;
}

static void write_match(coder *c, uint32_t length, uint32_t distance) {
    write_tree(c, length - MATCH_MIN, 8, now.length);
    uint32_t bits = 32 - (uint32_t)__builtin_clz(distance);
    write_tree(c, bits - 1, 4, now.distance_bits);
    for (uint32_t i = bits - 1; i-- > 0;) write_bit(c, distance >> i & 1, 0);
}

PENNY_EXPORT(pack, "(bytes)->bytes")
penny_bytes pack(const uint8_t *data, uint32_t bytes) {
    static uint32_t last[1 << HASH_BITS];  // position + 1 of the newest four bytes with a hash
    if (bytes > UNPACKED_MAX) penny_fail("pack: more than 16 MiB");
    // Eight decisions and a flag per byte, none of which costs more than 7.1 bits.
    uint32_t room = 8 * bytes + 16;
    uint8_t *packed = penny_alloc(room);
    if (!packed) penny_fail("pack: no memory");
    memcpy(packed, &bytes, sizeof bytes);
    memset(last, 0, sizeof last);
    reset((probability *)&now, sizeof now);
    coder c = {.high = 0xffffffff, .out = packed + sizeof bytes, .out_end = packed + room - 4};
    int was_match = 0;
    for (uint32_t at = 0; at < bytes;) {
        uint32_t length = 0, distance = 0, left = bytes - at;
        if (left >= MATCH_MIN) {
            uint32_t hash = hash_of(data + at), seen = last[hash];
            last[hash] = at + 1;
            distance = at + 1 - seen;
            if (seen != 0 && distance <= DISTANCE_MAX) {
                length = common_bytes(data + seen - 1, data + at, left < MATCH_MAX ? left : MATCH_MAX);
            }
        }
        int is_match = length >= MATCH_MIN;
        write_bit(&c, is_match, &now.match[was_match]);
        if (is_match) write_match(&c, length, distance);
        else write_tree(&c, data[at], 8, now.literal[at == 0 ? 0 : data[at - 1]]);
        at += is_match ? length : 1;
        was_match = is_match;
    }
    for (uint32_t i = 0; i < 4; i++, c.low <<= 8) *c.out++ = (uint8_t)(c.low >> 24);
    return penny_result(packed, (uint32_t)(c.out - packed));
}

PENNY_EXPORT(unpack, "(bytes)->bytes")
penny_bytes unpack(const uint8_t *packed, uint32_t packed_bytes) {
    uint32_t bytes;
    if (packed_bytes < 8) penny_fail("unpack: too short");
    memcpy(&bytes, packed, sizeof bytes);
    if (bytes > UNPACKED_MAX) penny_fail("unpack: more than 16 MiB");
    uint8_t *data = penny_alloc(bytes);
    if (!data) penny_fail("unpack: no memory");
    reset((probability *)&now, sizeof now);
    coder c = {.high = 0xffffffff, .in = packed + sizeof bytes, .in_end = packed + packed_bytes};
    for (uint32_t i = 0; i < 4; i++) c.code = c.code << 8 | *c.in++;
    int was_match = 0;
    for (uint32_t at = 0; at < bytes;) {
        was_match = read_bit(&c, &now.match[was_match]);
        if (!was_match) {
            data[at] = (uint8_t)read_tree(&c, 8, now.literal[at == 0 ? 0 : data[at - 1]]);
            at++;
            continue;
        }
        uint32_t length = MATCH_MIN + read_tree(&c, 8, now.length), bits = read_tree(&c, 4, now.distance_bits), distance = 1;
        while (bits-- > 0) distance = distance << 1 | (uint32_t)read_bit(&c, 0);
        if (distance > at || length > bytes - at) penny_fail("unpack: a match outside of the data");
        for (uint32_t end = at + length; at < end; at++) data[at] = data[at - distance];
    }
    return penny_result(data, bytes);
}
