// A worker thread of threads.test.mjs: one core instance, parked on its sleeper word.

import { parentPort, workerData } from 'node:worker_threads';
import { L, View, instantiate } from './core.mjs';

const { memory, worker } = workerData;
const view = new View(memory);
const sleeperWord = (L.GLOBALS_REF + L.GLOBALS_SLEEPERS) / 4 + (worker >> 5);
const bit = 1 << (worker & 31);
const core = instantiate(memory, {
  complete: (_, frame) => parentPort.postMessage({ frame: frame >>> 0 }),
  unpark: other => Atomics.notify(view.i32, (L.GLOBALS_REF + L.GLOBALS_SLEEPERS) / 4 + (other >> 5)),
  panic: (code, line) => { throw new Error(`panic code=${code} line=${line}`); },
});
core.__stack_pointer.value = view.global('STACKS_REF') + (worker + 1) * view.global('STACK_BYTES');

function park() {
  for (;;) {
    const mask = Atomics.load(view.i32, sleeperWord);
    if ((mask & bit) === 0) return;
    Atomics.wait(view.i32, sleeperWord, mask);
  }
}

park(); // not started before the first unpark
for (;;) {
  try {
    const result = core.penny_worker_run(worker, 0);
    if (result === L.RUN_STOPPED) break;
    if (result === L.RUN_PARK) park();
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    core.penny_worker_fail(worker, 0);
  }
}
parentPort.postMessage({ stopped: true });
