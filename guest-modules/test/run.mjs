// Tests the built guest modules in Node, without Penny: node guest-modules/test/run.mjs

import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as arithJs from '../js/arith.js';
import * as wordcountJs from '../js/wordcount.js';
import { Guest, forkImports, read, signaturesOf, takingForks } from './host.mjs';
import * as oracle from './oracles.mjs';

const tests = [];
const test = (name, body) => tests.push({ name, body });
const traps = (body, message) => assert.throws(body, error => error instanceof WebAssembly.RuntimeError && message.test(error.message));
const open = (name, options) => new Guest(read(name), options);
const signatureText = ({ parameters, result }) => `(${parameters.join(',')})->${result}`;

// ---- Example tasks

for (const name of ['arith', 'arith-wat', 'arith-as']) {
  test(`${name}: equals BigInt and rounded arithmetic`, () => oracle.arith(open(name).exports));
}
test('arith.js: equals BigInt and rounded arithmetic', () => oracle.arith(arithJs));
test('arith: the signatures of C and JavaScript are the same', () => {
  const c = [...open('arith').signatures].map(([name, signature]) => [name, signatureText(signature)]);
  assert.deepEqual(Object.fromEntries(c), arithJs.signatures);
});
test('sha256: every size from 0 to 300', () => oracle.sha256(open('sha256'), Array.from({ length: 301 }, (_, size) => size)));
test('sha256: 1 MiB, 10 MiB, and a small one after them', () => oracle.sha256(open('sha256'), [2 ** 20, 10 * 2 ** 20, 3]));
test('mandelbrot: rows and checksums', () => {
  for (const [width, height, iterations] of [[31, 20, 200], [64, 8, 50], [1, 5, 300], [40, 1, 1000]]) {
    oracle.mandelbrot(open('mandelbrot'), width, height, iterations);
  }
});
test('mandelbrot: row is render of the default view', () => {
  const guest = open('mandelbrot');
  assert.deepEqual(guest.call('row', 399), guest.call('render', 399, 1200, 800, 1000));
});
test('mandelbrot: arguments out of range fail with a logged reason', () => {
  for (const [args, word] of [[[0, 0, 1, 1], 'width'], [[0, 65537, 1, 1], 'width'], [[0, 1, 0, 1], 'height'], [[-1, 1, 1, 1], 'y is'],
    [[5, 5, 5, 1], 'y is'], [[0, 1, 1, 0], 'iterations'], [[0, 1, 1, 65536], 'iterations']]) {
    const guest = open('mandelbrot');
    for (const name of ['render', 'checksum']) traps(() => guest.call(name, ...args), /unreachable/);
    assert.ok(guest.log.length === 2 && guest.log.every(([level, text]) => level === 3 && text.includes(word)), `log of ${args}`);
  }
});
test('nbody: published energies', () => oracle.nbody(open('nbody').exports.energy));
test('wordcount.js: equals split', () => oracle.wordcount(wordcountJs));
test('modules import nothing but penny.log and what forks need', () => {
  for (const file of readdirSync(new URL('../dist/', import.meta.url)).filter(name => name.endsWith('.wasm'))) {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(read(file.slice(0, -5))));
    for (const { module, name } of imports.filter(({ kind }) => kind === 'function')) {
      assert.ok(module === 'penny' && ['log', ...forkImports].includes(name), `${file}: ${module}.${name}`);
    }
  }
});

test('forks: what clang makes a product of 128 bits links and is right', () => {
  const sum = open('forks').exports.plain_sum;
  for (const n of [-5n, 0n, 1n, 2n, 1000n, 2n ** 32n + 1n, 6000000000n, 2n ** 40n - 1n, 2n ** 62n + 12345n, 2n ** 63n - 1n]) {
    assert.equal(sum(n), n < 1n ? 0n : BigInt.asIntN(64, n * (n - 1n) / 2n), `n=${n}`);
  }
});

// ---- Graphs

test('graphs: sums, types, text that stays, failures and graphs of graphs', () => {
  const graphs = open('graphs', { modules: { arith: open('arith') } });
  for (const n of [1, 2, 7, 1000]) assert.equal(graphs.call('squares', n), ((n - 1) * n * (2 * n - 1)) / 6);
  assert.equal(graphs.call('types'), 5 + 1.5 + 2 ** 40 - 1);
  const two = 'né-né', four = `${two}+${two}`;
  assert.equal(graphs.call('eightfold', 'né'), `${four}*${four}né`);
  assert.equal(graphs.call('nested', 5), 32);
  assert.equal(graphs.call('chain', 1).slice(0, 6), '1 1231');
  assert.equal(graphs.call('chain', 9), '0 1111 ');
});
test('graphs: the arena is as full after a graph as before, and empty after the task', () => {
  const graphs = open('graphs', { modules: { arith: open('arith') } });
  const before = graphs.exports.penny_alloc(0);
  graphs.release([]);
  for (let i = 0; i < 10; i++) graphs.call('eightfold', 'x'.repeat(1000 * i));
  assert.equal(graphs.exports.penny_alloc(0), before);
});
test('graphs: more than there is room for fails with a reason', () => {
  const graphs = open('graphs');
  traps(() => graphs.call('squares', 0), /unreachable/);
  traps(() => graphs.call('squares', 1001), /unreachable/);
  assert.ok(graphs.log.every(([, text]) => text === 'squares: n is not in 1..1000'));
});

// ---- Benchmarks

const benchmarks = [
  { name: 'nqueens', function: 'nqueens', args: [8], answer: 92n },
  { name: 'skynet', function: 'skynet', args: [1000], answer: 499500n },
  { name: 'uts', function: 'uts', args: [1, 4], answer: 944n },
  { name: 'uts', function: 'uts', args: [3, 3], answer: 5737n },
];
for (const { name, function: parallel, args, answer } of benchmarks) {
  test(`bench/${name}: ${parallel}(${args}), with and without forks`, () => {
    const { exports } = open(`bench/${name}`);
    assert.equal(exports[parallel](...args), answer);
    assert.equal(exports.sequential(...args), answer);
  });
  test(`bench/${name}: ${parallel}(${args}), every fork taken by another instance`, () => {
    const other = open(`bench/${name}`);
    const host = takingForks(() => other.exports);
    const { exports } = open(`bench/${name}`, { imports: { penny: host.penny } });
    exports.penny_beat_flag.value = 1;
    assert.equal(exports[parallel](...args), answer);
    assert.ok(host.taken.count > 0, 'forks were taken');
  });
}
test('bench: whole sample trees of Unbalanced Tree Search', () => {
  const { exports } = open('bench/uts');
  assert.equal(exports.sequential(1, 10), 4130071n);
  assert.equal(exports.sequential(3, 2 ** 20), 4112897n);
});
test('bench/mandelbrot-rows: the sum of the pixels of the rows', () => {
  const pixels = new Uint32Array(open('mandelbrot').call('row', 399).buffer);
  assert.equal(open('bench/mandelbrot-rows').exports.rows(399, 400), pixels.reduce((sum, pixel) => sum + BigInt(pixel), 0n));
});
/** A benchmark with shared memory, alone in it. */
function openShared(name) {
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 2048, shared: true });
  const { exports } = open(`bench/${name}`, { imports: { env: { memory } } });
  exports.__stack_pointer.value = 7 * 65536;
  return exports;
}
test('bench/tree-sum, matmul, mergesort, wavefront: with and without forks', () => {
  const tree = openShared('tree-sum');
  tree.build(1023);
  assert.deepEqual([tree.sum(3), tree.sequential(1)], [3n * 523776n, 523776n]);
  const matrices = openShared('matmul');
  const checks = ['multiply', 'sequential'].map(name => { matrices.fill(128); matrices[name](); return matrices.check(); });
  assert.deepEqual(checks, [oracle.matmul(128), oracle.matmul(128)]);
  const numbers = openShared('mergesort');
  const hashes = ['sort', 'sequential'].map(name => { numbers.fill(5000); numbers[name](5000); return numbers.hash(5000); });
  assert.deepEqual(hashes, [oracle.mergesort(5000), oracle.mergesort(5000)]);
  const texts = openShared('wavefront');
  texts.fill(256);
  assert.deepEqual([texts.wavefront(256), texts.sequential(256)], [oracle.wavefront(256), oracle.wavefront(256)]);
});

// ---- The arena of the SDK

test('arena: aligned, apart, and empty again after reset', () => {
  const { penny_alloc: alloc, penny_reset: reset } = open('sha256').exports;
  const first = alloc(1);
  for (const [bytes, step] of [[0, 0], [1, 16], [16, 16], [17, 32], [100000, 100000]]) {
    const before = alloc(0);
    assert.equal(alloc(bytes) % 16, 0);
    assert.equal(alloc(0) - before, step, `${bytes} bytes`);
  }
  reset();
  assert.equal(alloc(1), first);
});
test('arena: too much is 0 and costs nothing', () => {
  const { penny_alloc: alloc, memory } = open('sha256').exports;
  const before = memory.buffer.byteLength;
  for (const bytes of [-1, 0x80000000 | 0, 0x40000001, 0x7fffffff]) assert.equal(alloc(bytes), 0, `${bytes >>> 0} bytes`);
  assert.equal(memory.buffer.byteLength, before);
  assert.notEqual(alloc(16), 0);
});
test('arena: bounded by 1 GiB in many pieces', () => {
  const { penny_alloc: alloc, memory } = open('sha256').exports;
  let pieces = 0;
  while (alloc(2 ** 26) !== 0) pieces++;
  assert.equal(pieces, 16);
  assert.ok(memory.buffer.byteLength <= 2 ** 31);
});
test('arena: tasks one after another do not grow the memory', () => {
  const guest = open('sha256');
  guest.call('sha256', new Uint8Array(2 ** 20));
  const after = guest.exports.memory.buffer.byteLength;
  for (let i = 0; i < 1000; i++) guest.call('sha256', new Uint8Array(2 ** 20 - i));
  assert.equal(guest.exports.memory.buffer.byteLength, after);
});

// ---- Modules that misbehave

test('trap: each kind, and the good functions', () => {
  const { unreachable, divide, truncate, load, double, seventh } = open('test/trap').exports;
  traps(unreachable, /unreachable/);
  traps(() => divide(1, 0), /divide by zero/);
  traps(() => divide(-(2 ** 31), -1), /overflow|unrepresentable/);
  traps(() => truncate(NaN), /float unrepresentable/);
  traps(() => load(65533), /out of bounds/);
  traps(() => seventh(14), /unreachable/);
  assert.deepEqual([divide(7, 2), truncate(-1.9), load(65532), double(21), seventh(15)], [3, -1, 0, 42, 15]);
});
test('trap: the stack names the functions', () => {
  assert.throws(open('test/trap').exports.unreachable, error => /inner[^]*middle/.test(error.stack));
});
test('recurse: without end it exhausts the stack, with an end it returns', () => {
  const { forever, depth } = open('test/recurse').exports;
  assert.throws(() => forever(0), RangeError);
  assert.equal(depth(1000), 1000);
});
test('spin: the loop ends and its value is the xorshift of BigInt', () => {
  let x = 88172645463325252n;
  const wrap = value => BigInt.asUintN(64, value);
  for (let i = 0; i < 1000; i++) { x ^= wrap(x << 13n); x ^= x >> 7n; x ^= wrap(x << 17n); }
  assert.equal(open('test/spin').exports.spin(1000n), BigInt.asIntN(64, x));
});
test('grow: by pages, and refused beyond what there is', () => {
  const { grow, pages } = open('test/grow').exports;
  assert.deepEqual([grow(2), pages(), grow(65536), pages()], [1, 3, -1, 3]);
});
test('lie: honest results pass, the others lie outside of the memory or are no text', () => {
  const data = new Uint8Array([1, 2, 3]);
  assert.deepEqual(open('test/lie').call('echo', data), data);
  assert.equal(open('test/lie').call('nothing', data).length, 0);
  for (const name of ['beyond', 'across', 'everything', 'wraps']) {
    assert.throws(() => open('test/lie').call(name, data), /outside of memory/, name);
  }
  assert.throws(() => open('test/lie').call('not_text', data), TypeError);
});
test('allocators: outside, none, trap', () => {
  const data = new Uint8Array(32);
  assert.throws(() => open('test/alloc-outside').call('length', data), /outside of memory/);
  assert.throws(() => open('test/alloc-none').call('length', data), /no memory/);
  traps(() => open('test/alloc-trap').call('length', data), /unreachable/);
  traps(() => open('test/reset-trap').call('length', data), /unreachable/);
});
test('owned: every buffer is freed exactly once', () => {
  const guest = open('test/owned');
  const data = oracle.noise(4096);
  for (let i = 0; i < 100; i++) {
    assert.deepEqual(guest.call('echo', data), data);
    assert.deepEqual(guest.call('tail', data), data.slice(1));
    assert.deepEqual(guest.call('reverse', data), data.slice().reverse());
    assert.deepEqual([...guest.call('join', data.slice(0, 3), new Uint8Array([9]))], [...data.slice(0, 3), 9]);
    assert.equal(guest.call('echo', new Uint8Array()).length, 0);
    assert.equal(guest.call('live'), 0);
  }
  traps(() => guest.exports.penny_free(65536, 4096), /unreachable/);
});
test('sections: malformed, mismatched and missing lines', () => {
  assert.throws(() => open('test/section-malformed'), /line=add\(i32,int\)=i32/);
  const mismatch = open('test/section-mismatch');
  assert.throws(() => mismatch.call('add', 1n, 2n), TypeError);
  const missing = open('test/section-missing');
  assert.ok(missing.signatures.has('subtract') && !missing.exports.subtract);
});
test('imports: unknown names and memories are declared as meant', () => {
  const importsOf = name => WebAssembly.Module.imports(new WebAssembly.Module(read(name))).map(entry => `${entry.module}.${entry.name}`);
  assert.deepEqual(importsOf('test/unknown-import'), ['env.mystery', 'penny.teleport']);
  const shared = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  assert.throws(() => open('test/private-memory-import', { imports: { env: { memory: shared } } }), WebAssembly.LinkError);
});
test('start-trap: the instance cannot be made', () => traps(() => open('test/start-trap'), /unreachable/));
test('log: text, broken text, text outside of the memory', () => {
  const guest = open('test/log');
  guest.exports.hello(1);
  guest.exports.not_text();
  guest.exports.flood(10);
  assert.deepEqual(guest.log.slice(0, 2), [[1, 'h\u00e9llo'], [1, '\ufffd(\ufffd']]);
  assert.equal(guest.log.length, 12);
  assert.throws(() => guest.exports.beyond(), RangeError);
});
test('unsupported: one function can be a task', () => {
  assert.deepEqual(Object.keys(open('test/unsupported').exports), ['fine', 'nine', 'two', 'vector', 'reference']);
});

// ---- WASI and shared memory

test('wasi-hello: output, arguments and exit status under the WASI of Node', async () => {
  process.removeAllListeners('warning').on('warning', () => {});
  const { WASI } = await import('node:wasi');
  const folder = mkdtempSync(join(tmpdir(), 'penny-wasi-'));
  try {
    const stdout = openSync(join(folder, 'out'), 'w');
    const wasi = new WASI({ version: 'preview1', args: ['hello', 'h\u00e9'], stdout, returnOnExit: true });
    const module = new WebAssembly.Module(read('test/wasi-hello'));
    const status = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
    closeSync(stdout);
    assert.equal(status, 3);
    assert.equal(readFileSync(join(folder, 'out'), 'utf8'), 'hello from wasi\nhello\nh\u00e9\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
/** Four threads on `memory`, each with a page of its own for stack and thread-local variables; what each of them answers. */
function onFourThreads(name, memory, firstPage, elements) {
  return Promise.all([0, 1, 2, 3].map(id => new Promise((resolve, reject) => {
    const workerData = { name, bytes: read(name), memory, page: firstPage + id, elements };
    new Worker(new URL('./shared-worker.mjs', import.meta.url), { workerData }).once('message', resolve).once('error', reject);
  })));
}
test('shared: four threads, no update lost, every stack its own', async () => {
  const memory = new WebAssembly.Memory({ initial: 4 + 4, maximum: 64, shared: true });
  const elements = 32768;
  const { exports } = open('test/shared', { imports: { env: { memory } } });
  exports.fill(0, elements);
  const sums = await onFourThreads('test/shared', memory, 4, elements);
  assert.equal(exports.counter(), 4 * 100000);
  assert.deepEqual(sums, sums.map(() => (BigInt(elements) * BigInt(elements - 1)) / 2n));
  traps(() => exports.sum(0, elements + 1), /unreachable/);
});
test('shared-array: atomics, thread-local variables and the start function of the linker', async () => {
  const memory = new WebAssembly.Memory({ initial: 66 + 4, maximum: 128, shared: true });
  const elements = 2 ** 20;
  const { exports } = open('shared-array', { imports: { env: { memory } } });
  exports.fill(0, elements);
  let expected = 0n;
  for (let i = 0; i < elements; i++) expected += BigInt(Math.imul(i, i) >>> 0);
  assert.equal(exports.sum(0, elements), expected);
  assert.deepEqual(await onFourThreads('shared-array', memory, 66, elements), [20, 20, 20, 20]);
  assert.equal(exports.total(), expected * 81n);
  assert.equal(exports.sums_here(), 1);
});

// ---- The oracles must notice a wrong module

const double = number => [...new Uint8Array(Float64Array.of(number).buffer)];
const mutants = [
  { name: 'arith', what: 'i32.sub for i32.add', from: [0x6a], to: [0x6b], check: guest => oracle.arith(guest.exports) },
  { name: 'arith-wat', what: 'f32.sub for f32.mul', from: [0x94], to: [0x93], check: guest => oracle.arith(guest.exports) },
  { name: 'sha256', what: 'a wrong round constant', from: [0xc1, 0x69, 0x9b, 0xe4], to: [0xc0], check: guest => oracle.sha256(guest, [3]) },
  { name: 'mandelbrot', what: 'another centre', from: double(-0.75), to: double(-0.7501), check: guest => oracle.mandelbrot(guest, 31, 20, 99) },
  { name: 'nbody', what: 'another step', from: double(0.01), to: double(0.0100001), check: guest => oracle.nbody(guest.exports.energy) },
  { name: 'test/owned', what: 'penny_free frees nothing', from: [0x41, 0x00, 0x36], to: [0x41, 0x01], check: freesEverything },
];

function freesEverything(guest) {
  guest.call('echo', new Uint8Array(1));
  assert.equal(guest.call('live'), 0);
}

for (const { name, from, to, what, check } of mutants) {
  test(`mutant of ${name}: ${what}`, () => {
    const bytes = Buffer.from(read(name));
    const at = bytes.lastIndexOf(Buffer.from(from));
    assert.ok(at > 0, 'the bytes to change are there');
    bytes.set(to, at);
    assert.throws(() => check(new Guest(bytes)), assert.AssertionError);
  });
}

let failed = 0;
for (const { name, body } of tests) {
  try {
    await body();
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n      ${error.stack.replaceAll('\n', '\n      ')}`);
  }
}
console.log(`${tests.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
