// The built core as a host meets it: imports and exports, ABI hash, single frames, bulks, traps, statuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { L, SLOT_ADD, SLOT_FAIL, SLOT_SQUARE, SLOT_TRAP, View, coreModule, instantiate } from './core.mjs';

function start(config = {}, pages = 64) {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const view = new View(memory);
  view.configure(config);
  const completed = [];
  const unparked = [];
  const host = {
    complete: (worker, frame) => completed.push(frame >>> 0),
    unpark: worker => unparked.push(worker),
    panic: (code, line) => { throw new Error(`panic code=${code} line=${line}`); },
  };
  const core = instantiate(memory, host);
  return { memory, view, core, completed, unparked, init: () => core.penny_init(pages * 65536) };
}

function started(config, pages) {
  const host = start(config, pages);
  assert.equal(host.init(), 0);
  return host;
}

const state = (view, frame) => view.word(frame, L.FRAME_STATE);
const result = (view, frame) => view.u64[(frame + L.FRAME_RESULT) / 8];

test('imports only memory, table and the host functions', () => {
  const imports = WebAssembly.Module.imports(coreModule).map(i => `${i.module}.${i.name} ${i.kind}`).sort();
  assert.deepEqual(imports, ['env.__indirect_function_table table', 'env.memory memory', 'penny_host.complete function',
    'penny_host.heartbeat function', 'penny_host.panic function', 'penny_host.trace function', 'penny_host.unpark function', 'penny_host.wait function']);
});

test('exports the functions of penny.h and the stack pointer', () => {
  const exports = WebAssembly.Module.exports(coreModule).map(e => e.name).sort();
  assert.deepEqual(exports, ['__stack_pointer', 'penny_abi_hash', 'penny_cancelled', 'penny_fork_alloc', 'penny_fork_cancel', 'penny_fork_push', 'penny_fork_release',
    'penny_fork_run', 'penny_heap_alloc', 'penny_heap_free', 'penny_init', 'penny_join', 'penny_log_choice', 'penny_log_poll', 'penny_log_withdraw', 'penny_poll', 'penny_registry_find',
    'penny_registry_insert', 'penny_registry_replace', 'penny_worker_fail', 'penny_worker_help', 'penny_worker_run',
    'penny_worker_step']);
});

test('an instance changes nothing in the memory', () => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
  const bytes = new Uint8Array(memory.buffer).fill(0xA5);
  instantiate(memory, { complete() {}, unpark() {}, wait() {}, heartbeat() {}, trace() {}, panic() {} });
  assert.ok(bytes.every(byte => byte === 0xA5));
});

test('the ABI hash is the one in CoreLayout.java', () => {
  const { core } = start();
  assert.equal(BigInt.asUintN(64, core.penny_abi_hash()), L.ABI_HASH);
});

test('a frame runs, its result is written, it completes once', () => {
  const { view, core, completed } = started();
  const frame = view.frame(0, { slot: SLOT_ADD, args: [40, 2] });
  assert.ok(view.inject(frame));
  assert.equal(core.penny_worker_run(0, 0), L.RUN_PARK);
  assert.deepEqual(completed, [frame]);
  assert.equal(state(view, frame), L.FRAME_STATE_DONE);
  assert.equal(result(view, frame), 42n);
  assert.equal(view.counter(0, 'EXECUTED'), 1);
});

test('a failed task and a trapped task fail only themselves', () => {
  const { view, core, completed } = started();
  const frames = [SLOT_FAIL, SLOT_TRAP, SLOT_ADD].map((slot, i) => view.frame(i, { slot, args: [1, 2] }));
  for (const frame of frames) assert.ok(view.inject(frame));
  assert.throws(() => core.penny_worker_run(0, 0), WebAssembly.RuntimeError);
  assert.equal(view.word(view.worker(0), L.WORKER_CURRENT_FRAME), frames[1]);
  assert.equal(core.penny_worker_fail(0, 0), 0);
  assert.equal(core.penny_worker_fail(0, 0), 4);
  assert.equal(core.penny_worker_run(0, 0), L.RUN_PARK);
  assert.deepEqual(completed, frames);
  assert.deepEqual(frames.map(frame => state(view, frame)), [L.FRAME_STATE_FAILED, L.FRAME_STATE_FAILED, L.FRAME_STATE_DONE]);
});

test('a bulk runs every item, splits, and completes once', () => {
  const { view, core, completed, unparked } = started();
  const values = Array.from({ length: 1000 }, (_, i) => i);
  const { ref, statuses, records } = view.block(SLOT_SQUARE, values);
  const frame = view.frame(0, { kind: L.KIND_BULK, block: ref });
  view.inject(frame);
  assert.equal(core.penny_worker_run(0, 0), L.RUN_PARK);
  assert.deepEqual(completed, [frame]);
  assert.deepEqual(unparked, [1]);
  for (const i of values) {
    assert.equal(view.u8[statuses + i], L.ITEM_DONE);
    assert.equal(view.u64[records / 8 + 2 * i], BigInt(i * i));
  }
  assert.ok(view.counter(0, 'SPLITS') > 0);
  assert.equal(view.counter(0, 'FRAMES_ALLOCATED'), view.counter(0, 'FRAMES_FREED'));
});

test('waiting frames run by priority, pinned ones on their worker only', () => {
  const { view, core, completed } = started();
  const [low, normal, high, pinned] = [
    view.place(L.PRIORITY_LOW), view.place(L.PRIORITY_NORMAL), view.place(L.PRIORITY_HIGH), view.place(L.PRIORITY_NORMAL, 1),
  ].map((flags, i) => view.frame(i, { slot: SLOT_ADD, flags, args: [i, 1] }));
  for (const frame of [low, normal, high, pinned]) assert.ok(view.inject(frame));
  assert.equal(core.penny_worker_run(0, 0), L.RUN_PARK);
  assert.deepEqual(completed, [high, normal, low]);
  assert.equal(core.penny_worker_run(1, 0), L.RUN_PARK);
  assert.deepEqual(completed, [high, normal, low, pinned]);
});

test('a mailbox keeps a cell free', () => {
  const { view } = started();
  const frames = [0, 1, 2, 3].map(i => view.frame(i, { slot: SLOT_ADD, flags: view.place(L.PRIORITY_NORMAL, 0) }));
  assert.deepEqual(frames.map(frame => view.inject(frame)), [true, true, true, false]);
});

test('a worker whose own stack pointer is moved still runs: the core needs no shadow stack in memory it does not own', () => {
  const { view, core, completed } = started();
  core.__stack_pointer.value = view.global('STACKS_REF') + view.global('STACK_BYTES');
  view.inject(view.frame(0, { slot: SLOT_ADD, args: [1, 1] }));
  assert.equal(core.penny_worker_run(0, 0), L.RUN_PARK);
  assert.equal(completed.length, 1);
});

test('too small a memory is refused with the size it would take', () => {
  const { view, init } = start({ HOST_FRAME_COUNT: 1 << 20 });
  assert.equal(init(), 5);
  const needed = view.u64[(L.GLOBALS_REF + L.GLOBALS_BYTES_NEEDED) / 8];
  assert.ok(needed > (256n << 20n) && needed % 65536n === 0n);
});

test('a memory larger than the real one is refused', () => {
  const { core } = start();
  assert.equal(core.penny_init(65 * 65536), 8);
});
