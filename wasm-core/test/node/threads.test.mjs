// The built core on several threads of Node: one instance per worker, one shared memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { L, SLOT_ADD, SLOT_SQUARE, SLOT_TRAP, View, instantiate } from './core.mjs';

const workers = 3;

async function pool(config, body) {
  const pages = 256;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const view = new View(memory);
  view.configure({ WORKER_COUNT: workers, ARG_BYTES: 8 << 20, ...config });
  const control = instantiate(memory, { complete() {}, unpark() {}, panic() {} });
  assert.equal(control.penny_init(pages * 65536), 0);
  const completed = new Map();
  let waiting = null;
  const threads = Array.from({ length: workers }, (_, worker) =>
    new Worker(new URL('./worker.mjs', import.meta.url), { workerData: { memory, worker } }));
  const ended = threads.map(thread => new Promise((resolve, reject) => {
    thread.on('error', reject);
    thread.on('exit', resolve);
    thread.on('message', ({ frame }) => {
      if (frame === undefined) return;
      completed.set(frame, (completed.get(frame) ?? 0) + 1);
      if (waiting && completed.size >= waiting.count) waiting.resolve();
    });
  }));
  const sleepers = (L.GLOBALS_REF + L.GLOBALS_SLEEPERS) / 4;
  const host = {
    view,
    completed,
    async submit(frame) {
      while (!view.inject(frame)) await new Promise(setImmediate);
      if (view.claimSleeper() >= 0) Atomics.notify(view.i32, sleepers);
    },
    wait: count => new Promise(resolve => {
      waiting = { count, resolve };
      if (completed.size >= count) resolve();
    }),
  };
  await body(host);
  Atomics.store(view.i32, (L.GLOBALS_REF + L.GLOBALS_COMMAND) / 4, L.COMMAND_STOP);
  while (view.claimSleeper() >= 0) Atomics.notify(view.i32, sleepers);
  await Promise.all(ended);
  for (const count of completed.values()) assert.equal(count, 1);
}

const sum = (view, name) => Array.from({ length: workers }, (_, id) => view.counter(id, name)).reduce((a, b) => a + b);

test('2000 single frames, one in ten traps: each completes once, with its result', async () => {
  const count = 2000;
  await pool({ HOST_FRAME_COUNT: count }, async ({ view, submit, wait, completed }) => {
    const frames = [];
    for (let i = 0; i < count; i++) {
      frames.push(view.frame(i, { slot: i % 10 === 9 ? SLOT_TRAP : SLOT_ADD, args: [i, 1] }));
      await submit(frames[i]);
    }
    await wait(count);
    assert.equal(completed.size, count);
    frames.forEach((frame, i) => {
      assert.equal(view.word(frame, L.FRAME_STATE), i % 10 === 9 ? L.FRAME_STATE_FAILED : L.FRAME_STATE_DONE);
      if (i % 10 !== 9) assert.equal(view.u64[(frame + L.FRAME_RECORD) / 8], BigInt(i + 1));
    });
    assert.equal(sum(view, 'EXECUTED'), count);
  });
});

test('a bulk of 300000 items: every item once', async () => {
  const count = 300000;
  await pool({}, async ({ view, submit, wait }) => {
    const { ref, statuses, records } = view.block(SLOT_SQUARE, Array.from({ length: count }, (_, i) => i));
    const started = performance.now();
    await submit(view.frame(0, { kind: L.KIND_BULK, block: ref }));
    await wait(1);
    console.log(`# ${count} items in ${(performance.now() - started).toFixed(1)} ms, ${sum(view, 'STOLEN')} steals`);
    for (let i = 0; i < count; i++) {
      assert.equal(view.u8[statuses + i], L.ITEM_DONE);
      assert.equal(view.u64[records / 8 + 2 * i], BigInt(i) * BigInt(i));
    }
    assert.equal(sum(view, 'EXECUTED'), count);
    assert.equal(sum(view, 'FRAMES_ALLOCATED'), sum(view, 'FRAMES_FREED'));
  });
});
