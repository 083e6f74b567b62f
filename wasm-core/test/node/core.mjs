// A host of the built core in Node, for tests: one memory, one core instance and one table per worker.

import { readFileSync } from 'node:fs';
import { abiHash, parseOffsets } from '../../../scripts/toolchain/layout.mjs';

const root = new URL('../../../', import.meta.url);
const text = path => readFileSync(new URL(path, root), 'utf8');

/** The constants of the generated CoreLayout.java, by name. */
export const L = Object.fromEntries(
  [...text('host/penny/src/main/java/dev/penny/internal/core/CoreLayout.java')
    .matchAll(/public static final (?:int|long) (\w+) = (\w+?)(L?);/g)]
    .map(([, name, value, long]) => [name, long ? BigInt(value) : Number(value)]));

export const coreModule = new WebAssembly.Module(readFileSync(new URL('wasm-core/dist/penny-core.wasm', root)));
export { abiHash, parseOffsets };

/** The body of the batch thunk of function `callee`, as src/run.h describes it. Locals 7 and 8: outcome, failed. */
const batchBody = callee => [
  0x03, 0x40,
  0x20, 6, 0x20, 3, 0x36, 2, 0,                                     // *item_ref = item
  0x20, 1, 0x10, callee, 0x21, 7,                                   // outcome = callee(record)
  0x20, 5, 0x20, 3, 0x6a, 0x20, 7, 0x41, 1, 0x6a, 0x3a, 0, 0,       // statuses[item] = outcome + 1
  0x20, 8, 0x20, 7, 0x6a, 0x21, 8,                                  // failed += outcome
  0x20, 1, 0x20, 2, 0x6a, 0x21, 1,                                  // record += stride
  0x20, 3, 0x41, 1, 0x6a, 0x22, 3, 0x20, 4, 0x49, 0x0d, 0,          // while (++item < end)
  0x0b, 0x20, 8,
];

/**
 * A task function module: imports env.memory, exports per entry of `bodies` one function f (record) -> outcome and its batch thunk b.
 * A body is its instruction bytes; local 0 is the record.
 */
export function taskModule(bodies) {
  const section = (id, bytes) => [id, ...leb(bytes.length), ...bytes];
  const name = value => [value.length, ...Buffer.from(value)];
  const types = section(1, [2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 7, ...Array(7).fill(0x7f), 1, 0x7f]);
  const imports = section(2, [1, ...name('env'), ...name('memory'), 2, 3, 1, ...leb(32767)]);
  const count = bodies.length;
  const functions = section(3, [2 * count, ...bodies.map(() => 0), ...bodies.map(() => 1)]);
  const exports = section(7, [2 * count, ...bodies.flatMap((_, i) => [...name(`f${i}`), 0, i, ...name(`b${i}`), 0, count + i])]);
  const body = (locals, bytes) => [...leb(locals.length + bytes.length + 1), ...locals, ...bytes, 0x0b];
  const code = section(10, [2 * count, ...bodies.flatMap(bytes => body([0], bytes)),
    ...bodies.flatMap((_, i) => body([1, 2, 0x7f], batchBody(i)))]);
  return new WebAssembly.Module(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...types, ...imports, ...functions, ...exports, ...code]));
}

function leb(value) {
  const bytes = [];
  do { bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0)); value >>>= 7; } while (value);
  return bytes;
}

export const tasks = taskModule([
  // result = arg0 + arg1 (i64); DONE
  [0x20, 0, 0x20, 0, 0x29, 3, 8, 0x20, 0, 0x29, 3, 16, 0x7c, 0x37, 3, 0, 0x41, 0],
  // FAILED
  [0x41, 1],
  // unreachable
  [0x00, 0x41, 0],
  // result = arg0 * arg0 (i64); DONE
  [0x20, 0, 0x20, 0, 0x29, 3, 8, 0x20, 0, 0x29, 3, 8, 0x7e, 0x37, 3, 0, 0x41, 0],
]);
export const SLOT_ADD = 1, SLOT_FAIL = 2, SLOT_TRAP = 3, SLOT_SQUARE = 4;

export const defaults = {
  WORKER_COUNT: 2, DEQUE_CAPACITY: 64, INJECTOR_CAPACITY: 64, MAILBOX_CAPACITY: 4, FRAME_COUNT: 64, HOST_FRAME_COUNT: 64, SLOT_CAPACITY: 64,
  STACK_BYTES: 65536, ARG_BYTES: 1 << 20, POLL_INTERVAL: 61, SPIN_ROUNDS: 4, RANGE_GRAIN: 16, RANGE_YIELD_ITEMS: 1024, POLICY: 0, HEARTBEAT_POLLS: 0,
};

/**
 * An instance of the core on `memory`, with the task functions in its table. `host.complete(worker, frame)` is told what the import
 * without parameters leaves in the worker block.
 */
export function instantiate(memory, host) {
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: 128 });
  const functions = new WebAssembly.Instance(tasks, { env: { memory } }).exports;
  for (let slot = 1; slot <= SLOT_SQUARE; slot++) {
    table.set(2 * slot, functions[`f${slot - 1}`]);
    table.set(2 * slot + 1, functions[`b${slot - 1}`]);
  }
  const view = new View(memory);
  let current = 0;
  const complete = () => host.complete(current, view.u32[(view.worker(current) + L.WORKER_COMPLETED_FRAME) / 4]);
  const { exports } = new WebAssembly.Instance(coreModule,
    { env: { memory, __indirect_function_table: table }, penny_host: { wait() {}, heartbeat() {}, trace() {}, ...host, complete } });
  const as = call => (worker, ...rest) => { current = worker; return call(worker, ...rest); };
  return { ...exports, penny_worker_run: as(exports.penny_worker_run), penny_worker_step: as(exports.penny_worker_step),
    penny_worker_fail: as(exports.penny_worker_fail) };
}

/** The memory as the host sees it. */
export class View {
  constructor(memory) {
    this.u32 = new Uint32Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
    this.u64 = new BigUint64Array(memory.buffer);
    this.u8 = new Uint8Array(memory.buffer);
  }
  global(name) { return this.u32[(L.GLOBALS_REF + L[`GLOBALS_${name}`]) / 4]; }
  setGlobal(name, value) { this.u32[(L.GLOBALS_REF + L[`GLOBALS_${name}`]) / 4] = value; }
  configure(config) {
    for (const [name, value] of Object.entries({ ...defaults, ...config })) this.setGlobal(name, value);
    this.u64[(L.GLOBALS_REF + L.GLOBALS_SEED) / 8] = 42n;
  }
  worker(id) { return this.global('WORKERS_REF') + id * this.global('WORKER_STRIDE'); }
  counter(id, name) { return Number(this.u64[(this.worker(id) + L[`WORKER_${name}`]) / 8]); }
  hostFrame(index) { return this.global('HOST_FRAMES_REF') + index * this.global('HOST_FRAME_STRIDE'); }
  word(ref, offset) { return this.u32[(ref + offset) / 4]; }
  setWord(ref, offset, value) { this.u32[(ref + offset) / 4] = value; }

  /** Fills a host frame; it is READY afterwards. */
  frame(index, { kind = L.KIND_SINGLE, slot = 0, flags = 0, block = 0, args = [] }) {
    const ref = this.hostFrame(index);
    this.setWord(ref, L.FRAME_SLOT, slot);
    this.setWord(ref, L.FRAME_KIND, kind);
    this.setWord(ref, L.FRAME_OWNER, L.OWNER_HOST);
    this.setWord(ref, L.FRAME_BLOCK, block);
    this.setWord(ref, L.FRAME_FLAGS, flags);
    this.u64[(ref + L.FRAME_TICKET) / 8] = BigInt(index + 1);
    args.forEach((value, i) => { this.u64[(ref + L.FRAME_ARGS) / 8 + i] = BigInt(value); });
    Atomics.store(this.i32, (ref + L.FRAME_STATE) / 4, L.FRAME_STATE_READY);
    return ref;
  }

  /** A bulk over one i64 argument per item, at the start of the argument region. */
  block(slot, values, { grain = 0 } = {}) {
    const ref = this.global('ARGS_REF');
    const statuses = ref + L.BLOCK_BYTES;
    const records = statuses + Math.ceil(values.length / 8) * 8;
    const words = { COUNT: values.length, STRIDE_BYTES: 16, SLOT: slot, FLAGS: 0, STATUSES_REF: statuses, RECORDS_REF: records,
      GRAIN: grain, PENDING: values.length, FAILED: 0, SKIPPED: 0, CANCELLED: 0 };
    for (const [name, value] of Object.entries(words)) this.setWord(ref, L[`BLOCK_${name}`], value);
    this.u8.fill(0, statuses, statuses + values.length);
    values.forEach((value, i) => { this.u64[records / 8 + 2 * i + 1] = BigInt(value); });
    return { ref, statuses, records };
  }

  /** The flags of a priority and, if given, of the worker it is pinned to. */
  place(priority, worker = -1) {
    return (priority << L.FLAG_PRIORITY_SHIFT) | ((worker + 1) << L.FLAG_PIN_SHIFT);
  }

  /** The producer protocol of src/injector.h. Returns false when the frame's queue is full. */
  inject(frame) {
    const flags = this.word(frame, L.FRAME_FLAGS);
    const pin = flags >>> L.FLAG_PIN_SHIFT;
    const injector = pin !== 0
      ? this.global('MAILBOXES_REF') + (pin - 1) * this.global('MAILBOX_STRIDE')
      : this.global('INJECTOR_REF') + ((flags >>> L.FLAG_PRIORITY_SHIFT) & 3) * this.global('INJECTOR_STRIDE');
    const mask = this.word(injector, L.INJECTOR_MASK);
    const tail = (injector + L.INJECTOR_TAIL) / 4;
    for (;;) {
      const position = Atomics.load(this.i32, tail);
      const cell = injector + L.INJECTOR_CELLS + ((position & mask) >>> 0) * L.CELL_BYTES;
      const ahead = (Atomics.load(this.i32, (cell + L.CELL_SEQUENCE) / 4) - position) | 0;
      if (ahead < 0) return false;
      const head = Atomics.load(this.i32, (injector + L.INJECTOR_HEAD) / 4);
      if (pin !== 0 && ((position - head) >>> 0) >= this.word(injector, L.INJECTOR_CAPACITY) - 1) return false;
      if (ahead === 0 && Atomics.compareExchange(this.i32, tail, position, (position + 1) | 0) === position) {
        this.i32[(cell + L.CELL_FRAME) / 4] = frame;
        Atomics.store(this.i32, (cell + L.CELL_SEQUENCE) / 4, (position + 1) | 0);
        return true;
      }
    }
  }

  /** Takes one sleeper's bit away; returns the worker, or -1. */
  claimSleeper() {
    for (let word = 0; word < L.SLEEPER_WORDS; word++) {
      const at = (L.GLOBALS_REF + L.GLOBALS_SLEEPERS) / 4 + word;
      let mask = Atomics.load(this.i32, at);
      while (mask !== 0) {
        const bit = mask & -mask;
        const before = Atomics.and(this.i32, at, ~bit);
        if (before & bit) return word * 32 + (31 - Math.clz32(bit));
        mask = before & (mask & ~bit);
      }
    }
    return -1;
  }
}
