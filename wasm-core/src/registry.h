/* registry.h - 64-bit hash of a mangled function name -> vtable slot.
 *
 * Overview
 *   Open addressing, linear probing, never more than half full, entries never removed. A found hash with another slot is
 *   reported: the host knows the names and decides whether it is a repeat or a collision.
 *
 * Who may call
 *   insert, replace: the control instance, one thread at a time. find: anyone, at any time.
 *
 * Memory order
 *   `used` is released after hash and slot; a reader acquires it before it looks at them. `slot` may change later, by
 *   replace, in one store.
 */
#ifndef PN_REGISTRY_H
#define PN_REGISTRY_H

#include "check.h"
#include "layout.h"

pn_status pn_registry_insert(uint64_t hash, uint32_t slot);
pn_status pn_registry_replace(uint64_t hash, uint32_t slot);
uint32_t pn_registry_find(uint64_t hash);

#endif
