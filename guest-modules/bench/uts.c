// Unbalanced Tree Search (Olivier et al., LCPC 2006): counts the nodes of a tree whose shape a SHA-1 random stream decides. The state of a
// child is the SHA-1 of its parent's state and its own index; nothing but the states on the path is stored. The sample trees T1 and T3 of
// the benchmark have 4,130,071 and 4,112,897 nodes.

#define PENNY_NUMERIC_ONLY
#include "penny.h"
#include "penny_fork.h"

enum { STATE_WORDS = 5, MESSAGE_WORDS = 16, T3_ROOT_CHILDREN = 2000, LEVELS_MAX = 1 << 20 };

typedef struct {
    uint32_t words[STATE_WORDS];  // a SHA-1 digest, most significant word first
    uint32_t levels;  // how many there may be below it
} node;

#define ROTATE(x, bits) ((x) << (bits) | (x) >> (32 - (bits)))

// SHA-1 of FIPS 180-4 section 6.1.2 for a message that fits one padded block.
static void sha1(uint32_t w[MESSAGE_WORDS], uint32_t digest[STATE_WORDS]) {
    static const uint32_t initial[STATE_WORDS] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    uint32_t a = initial[0], b = initial[1], c = initial[2], d = initial[3], e = initial[4];
#pragma clang loop unroll(full)
    for (int t = 0; t < 80; t++) {
        if (t >= 16) {
            uint32_t mixed = w[(t + 13) & 15] ^ w[(t + 8) & 15] ^ w[(t + 2) & 15] ^ w[t & 15];
            w[t & 15] = ROTATE(mixed, 1);
        }
        uint32_t f, k;
        if (t < 20) f = d ^ (b & (c ^ d)), k = 0x5a827999;
        else if (t < 40) f = b ^ c ^ d, k = 0x6ed9eba1;
        else if (t < 60) f = (b & c) | (d & (b | c)), k = 0x8f1bbcdc;
        else f = b ^ c ^ d, k = 0xca62c1d6;
        uint32_t next = ROTATE(a, 5) + f + e + k + w[t & 15];
        e = d, d = c, c = ROTATE(b, 30), b = a, a = next;
    }
    digest[0] = initial[0] + a, digest[1] = initial[1] + b, digest[2] = initial[2] + c;
    digest[3] = initial[3] + d, digest[4] = initial[4] + e;
}

// The message is 16 zero bytes and the seed.
static node root_of(uint32_t seed, uint32_t levels) {
    node root = {.levels = levels};
    uint32_t message[MESSAGE_WORDS] = {[4] = seed, [5] = 0x80000000, [15] = 160};
    sha1(message, root.words);
    return root;
}

// The message is the parent's 20 bytes and the index.
static node child_of(const node *parent, uint32_t index) {
    node child = {.levels = parent->levels - 1};
    uint32_t message[MESSAGE_WORDS] = {parent->words[0], parent->words[1], parent->words[2], parent->words[3], parent->words[4], index,
                                       0x80000000, [15] = 192};
    sha1(message, child.words);
    return child;
}

static inline uint32_t random_of(const node *one) {
    return one->words[4] & 0x7fffffff;
}

// T1: geometric with expectation 4. The number of children is floor(log(1 - u) / log(0.8)) for the random number u in [0, 1): the largest k
// with 1 - u <= 0.8^k.
static int32_t children_t1(const node *one) {
    double rest = 2147483648.0 - random_of(one), limit = 2147483648.0 * 0.8;
    int32_t count = 0;
    for (; rest <= limit; limit *= 0.8) count++;
    return count;
}

// T3: binomial, 8 children with probability 0.124875 and else none.
static int32_t children_t3(const node *one) {
    return random_of(one) / 2147483648.0 < 0.124875 ? 8 : 0;
}

static inline int32_t children_of(const node *one, int64_t tree) {
    return one->levels == 0 ? 0 : tree == 1 ? children_t1(one) : children_t3(one);
}

static inline int32_t children_of_root(const node *root, int64_t tree) {
    return tree == 1 ? children_of(root, tree) : T3_ROOT_CHILDREN;
}

static int64_t count_below_sequential(const node *one, int32_t children, int64_t tree) {
    int64_t nodes = 0;
    for (int32_t i = 0; i < children; i++) {
        node child = child_of(one, (uint32_t)i);
        nodes += 1 + count_below_sequential(&child, children_of(&child, tree), tree);
    }
    return nodes;
}

// A node travels in three words, for a task may run in another instance with another memory.
static inline penny_words packed(const node *one, int64_t tree) {
    return (penny_words){(int64_t)((uint64_t)one->words[1] << 32 | one->words[0]), (int64_t)((uint64_t)one->words[3] << 32 | one->words[2]),
                         (int64_t)((uint64_t)one->levels << 34 | (uint64_t)tree << 32 | one->words[4]), 0};
}

static inline node unpacked(int64_t a, int64_t b, int64_t c) {
    return (node){{(uint32_t)a, (uint32_t)((uint64_t)a >> 32), (uint32_t)b, (uint32_t)((uint64_t)b >> 32), (uint32_t)c},
                  (uint32_t)((uint64_t)c >> 34)};
}

static int64_t add(int64_t left, int64_t right) {
    return left + right;
}

// The nodes of the tree below child `index` of the node that `a`, `b` and `c` are. The children are a loop and not a scope: the root of T3
// has two thousand of them, and a path of T3 is longer than a list of forks.
static int64_t count_child(int64_t index, int64_t a, int64_t b, int64_t c) {
    node parent = unpacked(a, b, c);
    int64_t tree = c >> 32 & 3;
    node child = child_of(&parent, (uint32_t)index);
    int32_t children = children_of(&child, tree);
    if (children == 0) return 1;
    penny_words words = packed(&child, tree);
    return 1 + penny_reduce(0, children, count_child, words.a, words.b, words.c, add, 0);
}

static node root_of_tree(int32_t tree, int32_t levels) {
    if (tree != 1 && tree != 3) penny_fail("uts: tree is not 1 or 3");
    if (levels < 1 || levels > LEVELS_MAX) penny_fail("uts: levels is not in 1..1048576");
    return root_of(tree == 1 ? 19 : 42, (uint32_t)levels);
}

// The nodes of T1 or T3 down to that many levels below the root; T1 has 10, T3 1572.
PENNY_EXPORT(uts, "(i32,i32)->i64")
int64_t uts(int32_t tree, int32_t levels) {
    node root = root_of_tree(tree, levels);
    penny_words words = packed(&root, tree);
    return 1 + penny_reduce(0, children_of_root(&root, tree), count_child, words.a, words.b, words.c, add, 0);
}

PENNY_EXPORT(sequential, "(i32,i32)->i64")
int64_t sequential(int32_t tree, int32_t levels) {
    node root = root_of_tree(tree, levels);
    return 1 + count_below_sequential(&root, children_of_root(&root, tree), tree);
}
