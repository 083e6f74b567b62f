// One thread of the shared-memory tests: its own instance, its own shadow stack and thread-local block in the page that it was given.

import { parentPort, workerData } from 'node:worker_threads';

const PAGE_BYTES = 65536;
const { name, bytes, memory, page, elements } = workerData;
const imports = { env: { memory }, penny: { log() {} } };
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
exports.__stack_pointer.value = (page + 1) * PAGE_BYTES;
if (exports.__wasm_init_tls) exports.__wasm_init_tls(page * PAGE_BYTES);

const bodies = {
  'test/shared': () => {
    for (let i = 0; i < 100000; i++) exports.bump(1);
    for (let i = 0; i < 50; i++) exports.sum(0, elements);
    return exports.sum(0, elements);
  },
  'shared-array': () => {
    for (let i = 0; i < 20; i++) exports.sum(0, elements);
    return exports.sums_here();
  },
};
parentPort.postMessage(bodies[name]());
