/* globals.h - checks the configuration and lays the memory out.
 *
 * Overview
 *   pn_globals_check says whether every configuration word is in range. pn_globals_layout computes the regions and
 *   writes their refs. pn_globals_start fills what must not be zero.
 *
 * Who may call
 *   penny_init only, in that order, before any worker exists.
 *
 * Limits
 *   All sums are 64-bit and compared before anything is stored, so no configuration can overflow a ref.
 */
#ifndef PN_GLOBALS_H
#define PN_GLOBALS_H

#include "check.h"
#include "layout.h"

pn_status pn_globals_check(const pn_globals *globals);
pn_status pn_globals_layout(pn_globals *globals, uint32_t memory_bytes);
void pn_globals_start(pn_globals *globals);

/* Panics unless the low end of the worker's shadow stack is intact. */
void pn_stack_check(const pn_worker *worker);

#endif
