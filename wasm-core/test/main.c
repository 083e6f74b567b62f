/* main.c - runs tests, each in a process of its own with a time limit, and prints a line per test.
 *
 *   tests [--list] [--quick] [--seed N] [--seeds N] [--policy N] [NAME-PREFIX...]
 *
 * --seeds N (seeded build): each test runs with seeds SEED .. SEED + N - 1.
 * --policy N: the policy of every test that does not say which; those that are about work stealing are left out. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native.h"

enum { TEST_SECONDS_MAX = 120 };

static const struct {
    const char *name;
    const test *tests;
} groups[] = {
    {"core", core_tests},   {"registry", registry_tests}, {"frame", frame_tests}, {"deque", deque_tests}, {"litmus", litmus_tests},
    {"injector", injector_tests}, {"heap", heap_tests},   {"heap", result_tests}, {"range", range_tests}, {"worker", worker_tests},
    {"wake", wake_tests},   {"fork", fork_end_tests},
    {"step", step_tests},   {"fork", fork_tests},         {"tree", tree_tests},   {"limits", limits_tests},
    {"place", place_tests}, {"graph", graph_tests},       {"live", live_tests},
    {"policy", policy_tests}, {"ring", ring_tests},       {"log", log_tests},       {"log", log_graph_tests},
#if defined(PN_COUNT_ATOMICS)
    {"sdk", sdk_tests},
#endif
#if defined(PN_SEEDED)
    {"explore", explore_tests}, {"explore", explore_fork_tests}, {"explore", explore_ring_tests}, {"freeze", freeze_tests}, {"explore", explore_graph_tests},
    {"explore", explore_place_tests}, {"explore", explore_wake_tests},
#endif
};

static uint32_t failed;
static uint32_t passed;

static void on_alarm(int signal_number) {
    static const char text[] = "time limit reached\n";
    (void)signal_number;
    if (write(2, text, sizeof text - 1) < 0) _exit(3);
    test_print_replay();
    _exit(1);
}

static int run_once(const test *t) {
    fflush(0);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGALRM, on_alarm);
        alarm(TEST_SECONDS_MAX);
        t->body();
        fflush(0);
        exit(0); /* not _exit: the sanitizers report at exit */
    }
    int status = 1;
    waitpid(child, &status, 0);
    return status;
}

static void run(const char *group, const test *t, uint64_t first_seed, uint64_t seeds) {
    for (test_seed = first_seed; test_seed < first_seed + seeds; test_seed++) {
        int status = run_once(t);
        if (status == 0) continue;
        failed++;
        printf("FAIL %s/%s seed %llu%s\n", group, t->name, (unsigned long long)test_seed,
               WIFSIGNALED(status) ? " (killed by a signal)" : "");
        fprintf(stderr, "  replay: %s --seed %llu %s/%s\n", getenv("PN_TEST_COMMAND") ? getenv("PN_TEST_COMMAND") : "tests",
                (unsigned long long)test_seed, group, t->name);
        return;
    }
    passed++;
    printf("ok   %s/%s\n", group, t->name);
}

/* They look at single steps, steals or the order in which one worker goes through its deque. */
static const char *const work_stealing_only[] = {
    "core/", "policy/", "ring/", "explore/", "freeze/", "log/",
    "tree/a_recording_is_replayed", "step/every_action_occurs", "range/block_grain_overrules_the_configuration",
    "place/steps_look_in_the_same_order", "graph/order_is_checked", "worker/a_push_wakes_one",
};

static int is_about_work_stealing(const char *group, const char *name) {
    char full[128];
    snprintf(full, sizeof full, "%s/%s", group, name);
    for (size_t i = 0; i < sizeof work_stealing_only / sizeof *work_stealing_only; i++) {
        if (strncmp(full, work_stealing_only[i], strlen(work_stealing_only[i])) == 0) return 1;
    }
    return 0;
}

static int is_chosen(const char *group, const char *name, char **prefixes) {
    char full[128];
    if (*prefixes == 0) return 1;
    snprintf(full, sizeof full, "%s/%s", group, name);
    for (; *prefixes; prefixes++) {
        if (strncmp(full, *prefixes, strlen(*prefixes)) == 0) return 1;
    }
    return 0;
}

int main(int count, char **arguments) {
    uint64_t first_seed = 1, seeds = 1;
    int list = 0;
    char **rest = arguments + 1;
    setvbuf(stdout, 0, _IOLBF, 0);
    for (; *rest && (*rest)[0] == '-'; rest++) {
        if (strcmp(*rest, "--list") == 0) list = 1;
        else if (strcmp(*rest, "--quick") == 0) test_quick = 1;
        else if (strcmp(*rest, "--seed") == 0 && rest[1]) first_seed = strtoull(*++rest, 0, 10);
        else if (strcmp(*rest, "--policy") == 0 && rest[1]) test_policy = (uint32_t)strtoul(*++rest, 0, 10);
        else if (strcmp(*rest, "--seeds") == 0 && rest[1]) seeds = strtoull(*++rest, 0, 10);
        else return fprintf(stderr, "unknown argument: %s\n", *rest), 2;
    }
    (void)count;
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
        for (const test *t = groups[g].tests; t->name; t++) {
            if (!is_chosen(groups[g].name, t->name, rest)) continue;
            if (test_policy != 0 && is_about_work_stealing(groups[g].name, t->name)) continue;
            if (list) printf("%s/%s\n", groups[g].name, t->name);
            else run(groups[g].name, t, first_seed, seeds);
        }
    }
    if (!list && passed + failed == 0) return fprintf(stderr, "no test has this name\n"), 2;
    return failed != 0;
}
