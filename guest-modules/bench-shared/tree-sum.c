// The sum of the values of a balanced binary tree in shared memory, one task per node: almost no work, and pointers to follow.

#define PENNY_NUMERIC_ONLY
#include "penny.h"
#include "penny_fork.h"
#include "memory.h"

enum { NODES_MAX = (1 << 22) - 1 };

typedef struct node {
    int64_t value;
    struct node *left, *right;
} node;

static node *nodes;  // room for the largest
static node *volatile root;

// Takes `count` = 2^k - 1 nodes from *next on, in the order in which the sum visits them, with values 1, 2, 3, ...
static node *build_tree(int32_t count, int32_t *next) {
    if (count == 0) return 0;
    node *top = &nodes[(*next)++];
    top->value = *next;
    top->left = build_tree(count / 2, next);
    top->right = build_tree(count / 2, next);
    return top;
}

static int64_t sum_sequential(int64_t address) {
    const node *top = (const node *)(uintptr_t)address;
    int64_t sum = top->value;
    if (top->left) sum += sum_sequential((int64_t)(uintptr_t)top->left);
    if (top->right) sum += sum_sequential((int64_t)(uintptr_t)top->right);
    return sum;
}

static int64_t add(int64_t left, int64_t right) {
    return left + right;
}

static int64_t sum_task(int64_t address) {
    const node *top = (const node *)(uintptr_t)address;
    if (!top->left) return top->value;
    return top->value + penny_join_reduce(sum_task, (int64_t)(uintptr_t)top->left, sum_task, (int64_t)(uintptr_t)top->right, add);
}

PENNY_EXPORT(build, "(i32)->()")
void build(int32_t count) {
    if (count < 1 || count > NODES_MAX || ((count + 1) & count) != 0) penny_fail("tree-sum: count is not 2^k - 1 in 1..4194303");
    if (!nodes) nodes = new_memory(NODES_MAX * sizeof *nodes);
    int32_t next = 0;
    root = build_tree(count, &next);
}

// The sum, `times` times, so that a tree of some microseconds can be measured; `root` is volatile to have each one computed.
PENNY_EXPORT(sum, "(i32)->i64")
int64_t sum(int32_t times) {
    int64_t total = 0;
    for (int32_t i = 0; i < times; i++) total += sum_task((int64_t)(uintptr_t)root);
    return total;
}

PENNY_EXPORT(sequential, "(i32)->i64")
int64_t sequential(int32_t times) {
    int64_t total = 0;
    for (int32_t i = 0; i < times; i++) total += sum_sequential((int64_t)(uintptr_t)root);
    return total;
}
