// The host side of the guest ABI (docs/guests.md) in a few lines, to test the modules without Penny.

import { readFileSync } from 'node:fs';

const dist = new URL('../dist/', import.meta.url);
const signatureLine = /^([^()\s]+)\(([a-z0-9,]*)\)->(\(\)|[a-z0-9]+)$/;

export function read(name) {
  return new Uint8Array(readFileSync(new URL(`${name}.wasm`, dist)));
}

/** name -> {parameters, result} of the custom section `penny`. */
export function signaturesOf(module) {
  const signatures = new Map();
  for (const section of WebAssembly.Module.customSections(module, 'penny')) {
    for (const line of new TextDecoder('utf-8', { fatal: true }).decode(section).split('\n').filter(Boolean)) {
      const match = signatureLine.exec(line);
      if (!match) throw new Error(`malformed signature: line=${line}`);
      signatures.set(match[1], { parameters: match[2] ? match[2].split(',') : [], result: match[3] });
    }
  }
  return signatures;
}

/** The imports of forks on a host with one worker: no beat ever comes, so nothing is promoted. */
const alone = { poll: () => 0, fork: () => 0, join: () => 1, result: () => 0n, function: () => 0, spawn: () => 0, await: () => 0n,
  cancelled: () => 0, graph_run: () => { throw new Error('graph_run: only in a Guest'); } };

/** The names of the imports of penny_fork.h and penny_graph.h. */
export const forkImports = Object.keys(alone);

/** A host on which a beat is always due and every promoted fork runs in `other`, an instance with a memory of its own. */
export function takingForks(other) {
  const taken = { count: 0 };
  const results = new Map();
  let last = 0n;
  const penny = {
    ...alone,
    log: () => {},
    poll: () => 3,
    fork: (run, ...words) => {
      results.set(++taken.count, other().penny_job(BigInt(run), ...words));
      return taken.count;
    },
    join: handle => { last = results.get(handle); results.delete(handle); return 0; },
    result: () => last,
  };
  return { penny, taken };
}

/**
 * The import of penny_graph.h: runs the tasks of a description one by one in the order in which they were added. `modules` are guests that
 * it may name beside its own. A task that throws fails, those that need it are skipped.
 */
function runGraph(guest, modules, graph) {
  const word = address => guest.words(address)[0] >>> 0;
  const [nodes, nodeCount, args, , orders, orderCount] = guest.words(graph, 6);
  const states = [], results = [];
  for (let i = 0; i < nodeCount; i++) {
    const at = nodes + 48 * i;
    const [, , name, nameBytes, first, count, flags] = guest.words(at, 7);
    const [module, task] = guest.text(name, nameBytes).split('/');
    const [callee, key] = task === undefined ? [guest, module] : [modules[module], task.replace(/\(.*/, '')];
    const { parameters, result } = callee.signatures.get(key);
    const needs = [];
    for (let k = 0; k < orderCount; k++) if (word(orders + 8 * k + 4) === i) needs.push(word(orders + 8 * k));
    const values = Array.from({ length: count }, (_, k) => {
      const [kind, index, low, high] = guest.words(args + 16 * (first + k), 4);
      if (kind === 2) { needs.push(index); return results[index]; }
      if (kind === 1) return parameters[k] === 'string' ? guest.text(low, index) : guest.view(low, index).slice();
      return numbers[parameters[k]].from(low, high);
    });
    states[i] = needs.every(need => states[need] === 1) ? 1 : 3;
    if (states[i] === 1) {
      try { results[i] = callee.call(key, ...values); } catch { states[i] = 2; }
    }
    guest.words(at + 32)[0] = states[i];
    if (states[i] === 1 && flags & 1) {
      const bytes = typeof results[i] === 'string' ? new TextEncoder().encode(results[i]) : results[i];
      const address = guest.exports.penny_alloc(bytes.length) >>> 0;
      guest.view(address, bytes.length).set(bytes);
      guest.words(at + 36, 3).set([bytes.length, address, 0]);
    } else if (states[i] === 1 && numbers[result]) {
      guest.words(at + 40, 2).set(numbers[result].to(results[i]));
    }
  }
  return states.every(state => state === 1) ? 0 : 1;
}

const scratch = new DataView(new ArrayBuffer(8));
const number = (set, get) => ({
  from: (low, high) => { scratch.setUint32(0, low, true); scratch.setUint32(4, high, true); return scratch[get](0, true); },
  to: value => { scratch.setBigUint64(0, 0n); scratch[set](0, value, true); return [scratch.getUint32(0, true), scratch.getUint32(4, true)]; },
});
const numbers = {
  i32: number('setInt32', 'getInt32'), i64: number('setBigInt64', 'getBigInt64'),
  f32: number('setFloat32', 'getFloat32'), f64: number('setFloat64', 'getFloat64'),
};

export class Guest {
  constructor(bytes, { imports = {}, signatures = {}, modules = {} } = {}) {
    const module = new WebAssembly.Module(bytes);
    this.log = [];
    this.signatures = signaturesOf(module);
    for (const [name, text] of Object.entries(signatures)) {
      const [, , parameters, result] = signatureLine.exec(`${name}${text}`);
      this.signatures.set(name, { parameters: parameters ? parameters.split(',') : [], result });
    }
    const penny = {
      ...alone,
      log: (level, address, length) => this.log.push([level, this.text(address >>> 0, length >>> 0)]),
      graph_run: address => runGraph(this, modules, address),
    };
    this.instance = new WebAssembly.Instance(module, { penny, ...imports });
    this.exports = this.instance.exports;
  }

  /** Runs one task the way Penny does: copy in, call, copy out, release. */
  call(name, ...values) {
    const { parameters, result } = this.signatures.get(name);
    const buffers = [];
    const args = parameters.flatMap((type, i) => (isBuffer(type) ? this.copyIn(values[i], buffers) : [values[i]]));
    const raw = this.exports[name](...args);
    if (!isBuffer(result)) {
      this.release(buffers);
      return raw;
    }
    const [address, length] = [Number(BigInt.asUintN(32, raw >> 32n)), Number(BigInt.asUintN(32, raw))];
    const bytes = this.view(address, length).slice();
    const inside = buffers.some(([start, size]) => address >= start && address + length <= start + size);
    this.release(inside || length === 0 ? buffers : [...buffers, [address, length]]);
    return result === 'string' ? new TextDecoder('utf-8', { fatal: true }).decode(bytes) : bytes;
  }

  copyIn(value, buffers) {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    const address = this.exports.penny_alloc(bytes.length) >>> 0;
    if (address === 0) throw new Error(`no memory for a parameter: bytes=${bytes.length}`);
    this.view(address, bytes.length).set(bytes);
    buffers.push([address, bytes.length]);
    return [address | 0, bytes.length];
  }

  release(buffers) {
    if (this.exports.penny_reset) this.exports.penny_reset();
    else if (this.exports.penny_free) for (const [address, length] of buffers) this.exports.penny_free(address, length);
  }

  view(address, length) {
    const memory = this.exports.memory.buffer;
    if (address + length > memory.byteLength) {
      throw new RangeError(`outside of memory: address=${address}, length=${length}, memory=${memory.byteLength}`);
    }
    return new Uint8Array(memory, address, length);
  }

  words(address, count = 1) {
    return new Uint32Array(this.exports.memory.buffer, address, count);
  }

  text(address, length) {
    return new TextDecoder('utf-8').decode(this.view(address, length));
  }
}

function isBuffer(type) {
  return type === 'bytes' || type === 'string';
}
