/* registry.c - hazards of the registry. */
#include "native.h"
#include "penny/penny.h"

static void smoke(void) {
    core_new(1, 4, 4, 0);
    CHECK_EQ(penny_registry_find(5), PN_SLOT_NONE);
    CHECK_EQ(penny_registry_insert(5, 7), PN_STATUS_OK);
    CHECK_EQ(penny_registry_find(5), 7);
    CHECK_EQ(penny_registry_insert(0, 0), PN_STATUS_OK); /* zero is a hash and a slot like any other */
    CHECK_EQ(penny_registry_find(0), 0);
    CHECK_EQ(penny_registry_insert(6, SLOT_COUNT), PN_STATUS_BAD_SLOT);
    CHECK_EQ(penny_registry_replace(5, SLOT_COUNT), PN_STATUS_BAD_SLOT);
}

static void registry_collision(void) {
    core_new(1, 4, 4, 0);
    CHECK_EQ(penny_registry_insert(0xABCD, 1), PN_STATUS_OK);
    CHECK_EQ(penny_registry_insert(0xABCD, 1), PN_STATUS_OK);
    CHECK_EQ(penny_registry_insert(0xABCD, 2), PN_STATUS_EXISTS);
    CHECK_EQ(penny_registry_find(0xABCD), 1);
    CHECK_EQ(pn_globals_get()->registry_count, 1);
    CHECK_EQ(penny_registry_replace(0xABCD, 2), PN_STATUS_OK);
    CHECK_EQ(penny_registry_find(0xABCD), 2);
    CHECK_EQ(penny_registry_replace(0xABCE, 2), PN_STATUS_NOT_FOUND);
}

/* All hashes fall on the last entry of the table, so that probing wraps. */
static void same_bucket_and_full(void) {
    core_new(1, 4, 4, 0);
    uint64_t step = pn_globals_get()->registry_capacity;
    for (uint64_t i = 0; i < SLOT_COUNT; i++) CHECK_EQ(penny_registry_insert(step - 1 + i * step, (uint32_t)i), PN_STATUS_OK);
    CHECK_EQ(penny_registry_insert(step - 1 + SLOT_COUNT * step, 0), PN_STATUS_FULL);
    for (uint64_t i = 0; i < SLOT_COUNT; i++) CHECK_EQ(penny_registry_find(step - 1 + i * step), i);
    CHECK_EQ(penny_registry_find(step - 1 + SLOT_COUNT * step), PN_SLOT_NONE);
    CHECK_EQ(penny_registry_insert(step - 1, 0), PN_STATUS_OK); /* a repeat needs no room */
}

static pn_word reader_done;

static void reader(void *unused) {
    (void)unused;
    for (uint32_t found = 0; found < SLOT_COUNT;) { /* ends: the writer ends */
        uint32_t slot = penny_registry_find(found * 1000003u);
        if (slot == PN_SLOT_NONE) continue;
        CHECK_EQ(slot, found);
        found++;
    }
    pn_store_release(&reader_done, 1);
}

static void writer(void *unused) {
    (void)unused;
    for (uint32_t i = 0; i < SLOT_COUNT; i++) CHECK_EQ(penny_registry_insert(i * 1000003u, i), PN_STATUS_OK);
}

static void find_during_insert(void) {
    for (uint32_t repeat = 0; repeat < rounds(200); repeat++) {
        core_new(1, 4, 4, 0);
        pn_store_relaxed(&reader_done, 0);
        host_spawn(reader, 0);
        host_spawn(writer, 0);
        host_join();
        CHECK_EQ(pn_load_relaxed(&reader_done), 1);
    }
}

const test registry_tests[] = {
    {"smoke", smoke}, {"registry_collision", registry_collision}, {"same_bucket_and_full", same_bucket_and_full},
    {"find_during_insert", find_during_insert}, {0, 0},
};
