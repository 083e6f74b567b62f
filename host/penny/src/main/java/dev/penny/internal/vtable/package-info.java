/** Slots, the name registry and the wasm modules that Penny writes itself: memories, tables and the thunks behind the slots. */
package dev.penny.internal.vtable;
