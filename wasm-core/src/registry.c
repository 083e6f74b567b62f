/* registry.c - see registry.h. */
#define PN_FILE PN_FILE_REGISTRY
#include "registry.h"

/* The entry with this hash, or the free one where it would go. */
static pn_registry_entry *probe(uint64_t hash) {
    const pn_globals *globals = pn_globals_get();
    pn_registry_entry *entries = (pn_registry_entry *)pn_at(globals->registry_ref);
    uint32_t mask = globals->registry_capacity - 1;
    uint32_t index = (uint32_t)(hash ^ (hash >> 32)) & mask;
    for (uint32_t probes = 0; probes <= mask; probes++, index = (index + 1) & mask) {
        pn_registry_entry *entry = &entries[index];
        /* acquire: receives hash and slot; pairs with the release in pn_registry_insert. */
        if (!pn_load_acquire(&entry->used) || entry->hash == hash) return entry;
    }
    PN_ASSERT(0, BROKEN_INVARIANT); /* the table is at most half full */
    return 0;
}

pn_status pn_registry_insert(uint64_t hash, uint32_t slot) {
    pn_globals *globals = pn_globals_get();
    if (slot >= globals->slot_capacity) return PN_STATUS_BAD_SLOT;
    pn_registry_entry *entry = probe(hash);
    if (pn_load_relaxed(&entry->used)) /* relaxed: only this thread writes the table */
        return pn_load_relaxed(&entry->slot) == slot ? PN_STATUS_OK : PN_STATUS_EXISTS;
    if (globals->registry_count == globals->slot_capacity) return PN_STATUS_FULL;
    entry->hash = hash;
    pn_store_relaxed(&entry->slot, slot); /* relaxed: the next store publishes it */
    pn_store_release(&entry->used, 1);    /* release: publishes hash and slot; pairs with probe */
    globals->registry_count++;
    return PN_STATUS_OK;
}

pn_status pn_registry_replace(uint64_t hash, uint32_t slot) {
    if (slot >= pn_globals_get()->slot_capacity) return PN_STATUS_BAD_SLOT;
    pn_registry_entry *entry = probe(hash);
    if (!pn_load_relaxed(&entry->used)) return PN_STATUS_NOT_FOUND; /* relaxed: only this thread writes the table */
    pn_store_release(&entry->slot, slot); /* release: what the host prepared for the slot; pairs with find */
    return PN_STATUS_OK;
}

uint32_t pn_registry_find(uint64_t hash) {
    pn_registry_entry *entry = probe(hash);
    /* acquire: pairs with the release in insert and replace. */
    if (!pn_load_acquire(&entry->used)) return PN_SLOT_NONE;
    return pn_load_acquire(&entry->slot); /* acquire: pairs with the release in replace */
}
