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
  cancelled: () => 0 };

/** The names of the imports of penny_fork.h. */
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

export class Guest {
  constructor(bytes, { imports = {}, signatures = {} } = {}) {
    const module = new WebAssembly.Module(bytes);
    this.log = [];
    this.signatures = signaturesOf(module);
    for (const [name, text] of Object.entries(signatures)) {
      const [, , parameters, result] = signatureLine.exec(`${name}${text}`);
      this.signatures.set(name, { parameters: parameters ? parameters.split(',') : [], result });
    }
    const penny = { ...alone, log: (level, address, length) => this.log.push([level, this.text(address >>> 0, length >>> 0)]) };
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

  text(address, length) {
    return new TextDecoder('utf-8').decode(this.view(address, length));
  }
}

function isBuffer(type) {
  return type === 'bytes' || type === 'string';
}
