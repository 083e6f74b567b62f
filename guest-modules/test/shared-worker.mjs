// One thread of the shared-memory test: its own instance, its own shadow stack of 4 KiB.

import { parentPort, workerData } from 'node:worker_threads';

const { bytes, memory, id, elements } = workerData;
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
exports.__stack_pointer.value = 65536 - 4096 * id;
for (let i = 0; i < 100000; i++) exports.bump(1);
let sum = 0n;
for (let i = 0; i < 50; i++) sum = exports.sum(0, elements);
parentPort.postMessage(sum);
