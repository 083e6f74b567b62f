// Task graphs built in C, each with an answer that is easy to know: docs/guests.md shows them. They use the functions of c/arith.c.

#include "penny_graph.h"

enum { NUMBERS_MAX = 1000 };

// The sum of the squares below n: n tasks that square, and a tree of tasks that add.
PENNY_EXPORT(squares, "(i32)->i32")
int32_t squares(int32_t n) {
    if (n < 1 || n > NUMBERS_MAX) penny_fail("squares: n is not in 1..1000");
    penny_graph graph = penny_graph_alloc(2 * (uint32_t)n, 3 * (uint32_t)n, 0);
    uint32_t count = (uint32_t)n;
    for (uint32_t i = 0; i < count; i++) {
        penny_graph_task(&graph, "arith/square");
        penny_give_i32(&graph, (int32_t)i);
    }
    // Tasks are numbered as they are added: each of these adds up two that come before it.
    for (uint32_t i = 0; i + 1 < count; i += 2, count++) {
        penny_graph_task(&graph, "arith/add");
        penny_give_result(&graph, i);
        penny_give_result(&graph, i + 1);
    }
    if (penny_graph_run(&graph) != PENNY_GRAPH_DONE) penny_fail("squares: a task failed");
    return (int32_t)penny_graph_value(&graph, count - 1);
}

// Text twice, with something between.
PENNY_EXPORT(twice, "(string,string)->string")
penny_bytes twice(const char *text, uint32_t bytes, const char *between, uint32_t between_bytes) {
    char *both = penny_alloc(2 * bytes + between_bytes);
    if (!both) penny_fail("twice: no memory");
    memcpy(both, text, bytes);
    memcpy(both + bytes, between, between_bytes);
    memcpy(both + bytes + between_bytes, text, bytes);
    return penny_result(both, 2 * bytes + between_bytes);
}

// `twice` three times over by tasks of this module, and then the text itself once more, which must have stayed as it was.
PENNY_EXPORT(eightfold, "(string)->string")
penny_bytes eightfold(const char *text, uint32_t bytes) {
    PENNY_GRAPH(graph, 3, 6, 0);
    uint32_t task = penny_graph_task(&graph, "twice");
    penny_give_bytes(&graph, text, bytes);
    penny_give_bytes(&graph, "-", 1);
    for (int round = 1; round < 3; round++) {
        uint32_t next = penny_graph_task(&graph, "twice");
        penny_give_result(&graph, task);
        penny_give_bytes(&graph, round == 1 ? "+" : "*", 1);
        task = next;
    }
    penny_graph_keep(&graph, task);
    if (penny_graph_run(&graph) != PENNY_GRAPH_DONE) penny_fail("eightfold: a task failed");
    uint32_t kept_bytes;
    const void *kept = penny_graph_bytes(&graph, task, &kept_bytes);
    char *all = penny_alloc(kept_bytes + bytes);
    if (!all) penny_fail("eightfold: no memory");
    memcpy(all, kept, kept_bytes);
    memcpy(all + kept_bytes, text, bytes);
    return penny_result(all, kept_bytes + bytes);
}

// Every type that a result can have: the hypotenuse of 3 and 4, the average of 1 and 2, 2^40 and -1 added up.
PENNY_EXPORT(types, "()->f64")
double types(void) {
    PENNY_GRAPH(graph, 4, 8, 0);
    uint32_t hypotenuse = penny_graph_task(&graph, "arith/hypot");
    penny_give_f64(&graph, 3);
    penny_give_f64(&graph, 4);
    uint32_t average = penny_graph_task(&graph, "arith/average");
    penny_give_f32(&graph, 1);
    penny_give_f32(&graph, 2);
    uint32_t large = penny_graph_task(&graph, "arith/mul64");
    penny_give_i64(&graph, 1 << 20);
    penny_give_i64(&graph, 1 << 20);
    uint32_t negative = penny_graph_task(&graph, "arith/add(i32,i32)->i32");
    penny_give_i32(&graph, -3);
    penny_give_i32(&graph, 2);
    if (penny_graph_run(&graph) != PENNY_GRAPH_DONE) penny_fail("types: a task failed");
    return penny_graph_f64(&graph, hypotenuse) + penny_graph_f32(&graph, average) + (double)(int64_t)penny_graph_value(&graph, large)
        + (int32_t)penny_graph_value(&graph, negative);
}

PENNY_EXPORT(fails_on, "(i32,i32)->i32")
int32_t fails_on(int32_t value, int32_t wrong) {
    if (value == wrong) penny_fail("fails_on: this is the one");
    return value;
}

// a -> b -> c, and d after a; a, b, c and d fail if they are `wrong`. Gives the status, the four states as digits, and the message.
PENNY_EXPORT(chain, "(i32)->string")
penny_bytes chain(int32_t wrong) {
    static const char *const names[] = {"a", "b", "c", "d"};
    PENNY_GRAPH(graph, 4, 8, 3);
    for (int32_t i = 0; i < 4; i++) {
        uint32_t task = penny_graph_task(&graph, "fails_on");
        penny_graph_name(&graph, task, names[i]);
        penny_give_i32(&graph, i);
        penny_give_i32(&graph, wrong);
    }
    penny_graph_after(&graph, 1, 0);
    penny_graph_after(&graph, 2, 1);
    penny_graph_after(&graph, 3, 0);
    penny_graph_priority(&graph, 3, PENNY_TASK_HIGH);
    char digits[6] = {(char)('0' + penny_graph_run(&graph)), ' '};
    for (uint32_t i = 0; i < 4; i++) digits[2 + i] = (char)('0' + penny_graph_state(&graph, i));
    char *text = penny_alloc(sizeof digits + 1 + graph.message_bytes);
    if (!text) penny_fail("chain: no memory");
    memcpy(text, digits, sizeof digits);
    text[sizeof digits] = ' ';
    memcpy(text + sizeof digits + 1, (const void *)(uintptr_t)graph.message, graph.message_bytes);
    return penny_result(text, sizeof digits + 1 + graph.message_bytes);
}

// The square of 9 by a task that only one worker may run.
PENNY_EXPORT(pinned, "(i32)->i32")
int32_t pinned(int32_t worker) {
    PENNY_GRAPH(graph, 1, 1, 0);
    uint32_t task = penny_graph_task(&graph, "arith/square");
    penny_give_i32(&graph, 9);
    penny_graph_pin(&graph, task, (uint32_t)worker);
    if (penny_graph_run(&graph) != PENNY_GRAPH_DONE) penny_fail("pinned: the task failed");
    return (int32_t)penny_graph_value(&graph, task);
}

// A graph of two tasks that are graphs of two tasks, and so on: 2^depth leaves.
PENNY_EXPORT(nested, "(i32)->i32")
int32_t nested(int32_t depth) {
    if (depth == 0) return 1;
    PENNY_GRAPH(graph, 3, 4, 0);
    uint32_t first = penny_graph_task(&graph, "nested");
    penny_give_i32(&graph, depth - 1);
    uint32_t second = penny_graph_task(&graph, "nested");
    penny_give_i32(&graph, depth - 1);
    uint32_t sum = penny_graph_task(&graph, "arith/add");
    penny_give_result(&graph, first);
    penny_give_result(&graph, second);
    if (penny_graph_run(&graph) != PENNY_GRAPH_DONE) penny_fail("nested: a task failed");
    return (int32_t)penny_graph_value(&graph, sum);
}

// Tasks that wait for each other, or themselves.
PENNY_EXPORT(circle, "(i32)->i32")
int32_t circle(int32_t tasks) {
    PENNY_GRAPH(graph, 4, 8, 4);
    if (tasks < 1 || tasks > 4) penny_fail("circle: tasks is not in 1..4");
    for (int32_t i = 0; i < tasks; i++) {
        penny_graph_task(&graph, "arith/square");
        penny_give_i32(&graph, i);
    }
    for (uint32_t i = 0; i < (uint32_t)tasks; i++) penny_graph_after(&graph, i, (i + 1) % (uint32_t)tasks);
    return penny_graph_run(&graph);
}

// Runs whatever description lies in the bytes. Addresses up to their length mean places in them.
PENNY_EXPORT(raw, "(bytes,i32)->i32")
int32_t raw(const uint8_t *bytes, uint32_t length, int32_t header_bytes) {
    uint32_t base = (uint32_t)(uintptr_t)bytes;
    penny_graph *graph = (penny_graph *)(uintptr_t)base;
    if (length >= PENNY_GRAPH_HEADER_BYTES) {
        uint32_t *addresses[] = {&graph->nodes, &graph->arguments, &graph->orders};
        for (int i = 0; i < 3; i++) {
            if (*addresses[i] <= length) *addresses[i] += base;
        }
        penny_graph_node *node = (penny_graph_node *)(uintptr_t)graph->nodes;
        for (uint32_t i = 0; i < graph->node_count && (uint32_t)(uintptr_t)(node + 1) <= base + length && node > (penny_graph_node *)bytes; i++, node++) {
            if (node->function <= length) node->function += base;
            if (node->name <= length) node->name += base;
        }
    }
    return penny_host_graph_run(graph, (uint32_t)header_bytes);
}
