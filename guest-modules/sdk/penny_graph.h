// Overview: task graphs for guests in C. A task describes a graph of functions of any loaded modules, runs it and waits for it; meanwhile
// its worker runs tasks of the graph and others.
//
//     PENNY_GRAPH(graph, 3, 8, 1);                              // room for 3 tasks, 8 arguments, 1 order without a result
//     uint32_t a = penny_graph_task(&graph, "arith/square");
//     penny_give_i32(&graph, 3);
//     uint32_t b = penny_graph_task(&graph, "arith/square");
//     penny_give_i32(&graph, 4);
//     uint32_t sum = penny_graph_task(&graph, "arith/add");
//     penny_give_result(&graph, a);                             // the result of a is the first argument
//     penny_give_result(&graph, b);
//     if (penny_graph_run(&graph) != PENNY_GRAPH_DONE) penny_fail("a task of the graph failed");
//     int32_t twenty_five = (int32_t)penny_graph_value(&graph, sum);
//
// A function is "module/function", "function" of this module, or either with its signature where there are several. Arguments belong to the
// task that was added last. A task that fails takes those with it that need it; everything else runs.
//
// What is wrong with a description fails the task that runs it, with the reason: more than there is room for, an unknown function, an
// argument that does not fit, tasks that wait for each other.
//
// While a graph runs, other tasks of this module may run in this instance: they may change static variables. What this task has from
// penny_alloc, its parameters included, stays as it is. Shared modules: do not hold a lock while a graph runs.
//
// With penny_fork.h: include that one first.

#ifndef PENNY_GRAPH_H
#define PENNY_GRAPH_H

#include "penny.h"

typedef enum { PENNY_GRAPH_DONE = 0, PENNY_GRAPH_FAILED = 1, PENNY_GRAPH_CANCELLED = 2 } penny_graph_status;

// How a task of the graph ended. SKIPPED: one that it needs has not ended well.
typedef enum {
    PENNY_TASK_NOT_RUN = 0,
    PENNY_TASK_DONE = 1,
    PENNY_TASK_FAILED = 2,
    PENNY_TASK_SKIPPED = 3,
    PENNY_TASK_CANCELLED = 4
} penny_task_state;

// ---- The description: what the host reads, and where it writes the outcome -------------------------------------------------------

enum {
    PENNY_ARGUMENT_NUMBER = 0,  // value: its bits
    PENNY_ARGUMENT_BYTES = 1,   // index: length, value: address
    PENNY_ARGUMENT_RESULT = 2,  // index: a task added before
    PENNY_TASK_KEEP = 1,        // flags: its bytes or text are wanted
    PENNY_TASK_HIGH = 2,
    PENNY_TASK_LOW = 4
};

typedef struct {
    uint32_t kind, index;
    uint64_t value;
} penny_graph_argument;

typedef struct {
    uint32_t name, name_bytes;          // for messages; 0 bytes: its number
    uint32_t function, function_bytes;  // "module/function"
    uint32_t arguments, argument_count;
    uint32_t flags;
    uint32_t worker;        // the only worker that may run it, + 1; 0: any
    uint32_t state;         // written by the host: penny_task_state
    uint32_t result_bytes;  // written by the host: length of a kept result
    uint64_t result;        // written by the host: the bits of a number, or the address of a kept result
} penny_graph_node;

typedef struct {
    uint32_t before, after;
} penny_graph_order;

typedef struct {
    uint32_t nodes, node_count;
    uint32_t arguments, argument_count;
    uint32_t orders, order_count;
    uint32_t message, message_bytes;  // written by the host after a failure, if the module has penny_alloc
    // Not read by the host.
    uint32_t nodes_max, arguments_max, orders_max;
} penny_graph;

enum { PENNY_GRAPH_HEADER_BYTES = 32 };

_Static_assert(sizeof(penny_graph_node) == 48 && sizeof(penny_graph_argument) == 16 && sizeof(penny_graph_order) == 8,
               "the host knows these sizes");

// Reads the description, runs the graph, waits and writes the outcome into the description.
__attribute__((import_module("penny"), import_name("graph_run"))) int32_t penny_host_graph_run(penny_graph *graph, uint32_t header_bytes);

// ---- Describing ----------------------------------------------------------------------------------------------------------------

// An empty graph with room for so many tasks, arguments and orders, in the memory of the block it stands in.
#define PENNY_GRAPH(graph, nodes_max_, arguments_max_, orders_max_)                                                                \
    penny_graph_node graph##_nodes[nodes_max_];                                                                                    \
    penny_graph_argument graph##_arguments[(arguments_max_) + 1];                                                                  \
    penny_graph_order graph##_orders[(orders_max_) + 1];                                                                           \
    penny_graph graph = {                                                                                                          \
        .nodes = (uint32_t)(uintptr_t)graph##_nodes,                                                                               \
        .arguments = (uint32_t)(uintptr_t)graph##_arguments,                                                                       \
        .orders = (uint32_t)(uintptr_t)graph##_orders,                                                                             \
        .nodes_max = (nodes_max_),                                                                                                 \
        .arguments_max = (arguments_max_),                                                                                         \
        .orders_max = (orders_max_),                                                                                               \
    }

#ifndef PENNY_NUMERIC_ONLY
// The same in memory of penny_alloc, for graphs too large for the stack.
static inline penny_graph penny_graph_alloc(uint32_t nodes_max, uint32_t arguments_max, uint32_t orders_max) {
    void *nodes = penny_alloc(nodes_max * (uint32_t)sizeof(penny_graph_node));
    void *arguments = penny_alloc(arguments_max * (uint32_t)sizeof(penny_graph_argument));
    void *orders = penny_alloc(orders_max * (uint32_t)sizeof(penny_graph_order));
    if (nodes_max > 1 << 16 || arguments_max > 1 << 20 || orders_max > 1 << 20 || !nodes || !arguments || !orders) {
        penny_fail("penny_graph: no memory for the graph");
    }
    return (penny_graph){.nodes = (uint32_t)(uintptr_t)nodes, .arguments = (uint32_t)(uintptr_t)arguments,
                         .orders = (uint32_t)(uintptr_t)orders, .nodes_max = nodes_max, .arguments_max = arguments_max,
                         .orders_max = orders_max};
}
#endif

static inline penny_graph_node *penny_graph_node_at(const penny_graph *graph, uint32_t task) {
    if (task >= graph->node_count) penny_fail("penny_graph: there is no such task");
    return (penny_graph_node *)(uintptr_t)graph->nodes + task;
}

// Adds a task; the arguments follow. Returns its number, from 0. The text of the function must stay until the graph has run.
static inline uint32_t penny_graph_task(penny_graph *graph, const char *function) {
    if (graph->node_count >= graph->nodes_max) penny_fail("penny_graph: more tasks than there is room for");
    uint32_t task = graph->node_count++;
    *penny_graph_node_at(graph, task) = (penny_graph_node){
        .function = (uint32_t)(uintptr_t)function, .function_bytes = penny_text_bytes(function), .arguments = graph->argument_count};
    return task;
}

static inline void penny_give(penny_graph *graph, uint32_t kind, uint32_t index, uint64_t value) {
    if (graph->node_count == 0) penny_fail("penny_graph: an argument without a task");
    if (graph->argument_count >= graph->arguments_max) penny_fail("penny_graph: more arguments than there is room for");
    penny_graph_argument *argument = (penny_graph_argument *)(uintptr_t)graph->arguments + graph->argument_count++;
    *argument = (penny_graph_argument){kind, index, value};
    penny_graph_node_at(graph, graph->node_count - 1)->argument_count++;
}

// The next argument of the task that was added last, by its type.
static inline void penny_give_i32(penny_graph *graph, int32_t value) {
    penny_give(graph, PENNY_ARGUMENT_NUMBER, 0, (uint32_t)value);
}

static inline void penny_give_i64(penny_graph *graph, int64_t value) {
    penny_give(graph, PENNY_ARGUMENT_NUMBER, 0, (uint64_t)value);
}

static inline void penny_give_f32(penny_graph *graph, float value) {
    uint32_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    penny_give(graph, PENNY_ARGUMENT_NUMBER, 0, bits);
}

static inline void penny_give_f64(penny_graph *graph, double value) {
    uint64_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    penny_give(graph, PENNY_ARGUMENT_NUMBER, 0, bits);
}

// Bytes or text (UTF-8); they must stay until the graph has run.
static inline void penny_give_bytes(penny_graph *graph, const void *bytes, uint32_t length) {
    penny_give(graph, PENNY_ARGUMENT_BYTES, length, (uint32_t)(uintptr_t)bytes);
}

// The result of a task that was added before.
static inline void penny_give_result(penny_graph *graph, uint32_t task) {
    penny_graph_node_at(graph, task);
    penny_give(graph, PENNY_ARGUMENT_RESULT, task, 0);
}

// `task` starts when `before` has ended well, though it takes no result of it.
static inline void penny_graph_after(penny_graph *graph, uint32_t task, uint32_t before) {
    penny_graph_node_at(graph, task), penny_graph_node_at(graph, before);
    if (graph->order_count >= graph->orders_max) penny_fail("penny_graph: more orders than there is room for");
    ((penny_graph_order *)(uintptr_t)graph->orders)[graph->order_count++] = (penny_graph_order){before, task};
}

// What messages call a task.
static inline void penny_graph_name(penny_graph *graph, uint32_t task, const char *name) {
    penny_graph_node *node = penny_graph_node_at(graph, task);
    node->name = (uint32_t)(uintptr_t)name;
    node->name_bytes = penny_text_bytes(name);
}

// Among tasks that are ready, goes before (PENNY_TASK_HIGH) or after others (PENNY_TASK_LOW).
static inline void penny_graph_priority(penny_graph *graph, uint32_t task, uint32_t priority) {
    penny_graph_node_at(graph, task)->flags |= priority & (PENNY_TASK_HIGH | PENNY_TASK_LOW);
}

// Runs on this worker only, counted from 0. A task waits for it on another worker, so the backend must have a thread for each.
static inline void penny_graph_pin(penny_graph *graph, uint32_t task, uint32_t worker) {
    penny_graph_node_at(graph, task)->worker = worker + 1;
}

// Its bytes or text are wanted: after the run they lie in memory of penny_alloc.
static inline void penny_graph_keep(penny_graph *graph, uint32_t task) {
    penny_graph_node_at(graph, task)->flags |= PENNY_TASK_KEEP;
}

// ---- Running and reading -------------------------------------------------------------------------------------------------------

static inline penny_graph_status penny_graph_run(penny_graph *graph) {
#ifdef PENNY_FORK_H
    penny_wait wait = penny_wait_begin();
#else
    uint32_t arena_base = penny_arena_keep();
#endif
    int32_t status = penny_host_graph_run(graph, PENNY_GRAPH_HEADER_BYTES);
#ifdef PENNY_FORK_H
    penny_wait_end(wait);
#else
    penny_arena_restore(arena_base);
#endif
    return (penny_graph_status)status;
}

static inline penny_task_state penny_graph_state(const penny_graph *graph, uint32_t task) {
    return (penny_task_state)penny_graph_node_at(graph, task)->state;
}

// The bits of a number that a task gave; fails unless the task is done.
static inline uint64_t penny_graph_value(const penny_graph *graph, uint32_t task) {
    const penny_graph_node *node = penny_graph_node_at(graph, task);
    if (node->state != PENNY_TASK_DONE) penny_fail("penny_graph: the result of a task that is not done");
    return node->result;
}

static inline double penny_graph_f64(const penny_graph *graph, uint32_t task) {
    uint64_t bits = penny_graph_value(graph, task);
    double value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}

static inline float penny_graph_f32(const penny_graph *graph, uint32_t task) {
    uint32_t bits = (uint32_t)penny_graph_value(graph, task);
    float value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}

// The bytes or text of a task that was kept, and how long they are.
static inline const void *penny_graph_bytes(const penny_graph *graph, uint32_t task, uint32_t *length) {
    if (!(penny_graph_node_at(graph, task)->flags & PENNY_TASK_KEEP)) penny_fail("penny_graph: penny_graph_keep was not called for this task");
    const void *bytes = (const void *)(uintptr_t)penny_graph_value(graph, task);
    *length = penny_graph_node_at(graph, task)->result_bytes;
    return bytes;
}

#endif
