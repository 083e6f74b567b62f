/* layout_offsets.c - compiled to assembler for wasm32 only, never linked: one line "PENNY NAME value" per entry of
 * abi.def. scripts/toolchain/layout.mjs reads them. */
#include "layout_graph.h"
#include "layout_log.h"
#include "penny/penny.h"

#if !defined(__wasm32__)
#error "offsets come from wasm32 only: a native compiler lays out differently"
#endif

#define PN_ABI(name, value) __asm__ volatile("# PENNY " name " %0" ::"i"((uint32_t)(value)));

void pn_layout_offsets(void);

void pn_layout_offsets(void) {
#include "abi.def"
}
