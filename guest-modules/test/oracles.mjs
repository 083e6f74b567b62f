// What the example tasks must compute, found in other ways: BigInt arithmetic, Node's crypto, complex numbers, published values.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

const int32Edges = [0, 1, -1, 2, 7, 46340, 46341, -46341, 65536, 2 ** 30, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1];
const int64Edges = [0n, 1n, -1n, 3037000499n, 3037000500n, 2n ** 32n + 1n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 63n) + 1n];
const floatEdges = [0, -0, 1, -1.5, 0.1, 1e-45, 3.4e38, -3.4e38, Infinity, -Infinity, NaN];

/** `functions` are those of arith in any language. */
export function arith(functions) {
  for (const a of int32Edges) {
    assert.equal(functions.square(a), Number(BigInt.asIntN(32, BigInt(a) ** 2n)), `square(${a})`);
    for (const b of int32Edges) {
      assert.equal(functions.add(a, b), Number(BigInt.asIntN(32, BigInt(a) + BigInt(b))), `add(${a},${b})`);
    }
  }
  for (const a of int64Edges) {
    for (const b of int64Edges) assert.equal(functions.mul64(a, b), BigInt.asIntN(64, a * b), `mul64(${a},${b})`);
  }
  for (const a of floatEdges) {
    for (const b of floatEdges) {
      const [x, y] = [Math.fround(a), Math.fround(b)];
      // A double has more than 2 * 24 + 2 bits, so rounding the sum to double first changes nothing.
      assert.ok(Object.is(functions.average(x, y), Math.fround(Math.fround(x + y) / 2)), `average(${x},${y})`);
      assert.ok(Object.is(functions.hypot(a, b), Math.sqrt(a ** 2 + b ** 2)), `hypot(${a},${b})`);
    }
  }
}

export function sha256(guest, sizes) {
  for (const size of sizes) {
    const data = noise(size);
    const expected = createHash('sha256').update(data).digest();
    assert.deepEqual(Buffer.from(guest.call('sha256', data)), expected, `sha256 of ${size} bytes`);
    assert.equal(guest.call('sha256_hex', data), expected.toString('hex'), `sha256_hex of ${size} bytes`);
  }
}

/** Bytes that look random and are the same in every run. */
export function noise(size) {
  const bytes = new Uint8Array(size);
  let x = 2463534242 ^ size;
  for (let i = 0; i < size; i++) {
    x ^= x << 13; x ^= x >>> 17; x ^= x << 5;
    bytes[i] = x;
  }
  return bytes;
}

/** Compares rows of a small picture: escape counts exactly, the smooth part with Math.log2. */
export function mandelbrot(guest, width, height, iterations) {
  let escaped = 0;
  for (let y = 0; y < height; y++) {
    const row = Buffer.from(guest.call('render', y, width, height, iterations));
    assert.equal(row.length, 4 * width);
    let sum = 0;
    for (let x = 0; x < width; x++) {
      const { count, radiusSquared } = escapeOf(pixel(x, y, width, height), iterations);
      sum += count;
      const smooth = row.readUInt32LE(4 * x) / 65536;
      if (count === 0) { assert.equal(smooth, 0, `inside at ${x},${y}`); continue; }
      escaped++;
      const expected = count - Math.log2(Math.log2(radiusSquared) / 16);
      assert.ok(Math.abs(smooth - expected) < 1e-3, `pixel ${x},${y}: ${smooth} instead of ${expected}`);
    }
    assert.equal(guest.call('checksum', y, width, height, iterations), BigInt(sum), `checksum of row ${y}`);
  }
  assert.ok(escaped > 0 && escaped < width * height, 'a picture with both kinds of pixels');
}

function pixel(x, y, width, height) {
  const step = Math.max(3 / width, 2 / height);
  return { re: -0.75 - (step * (width - 1)) / 2 + step * x, im: (step * (height - 1)) / 2 - step * y };
}

function escapeOf(c, iterations) {
  let z = { re: 0, im: 0 };
  for (let n = 1; n <= iterations; n++) {
    z = { re: z.re * z.re - z.im * z.im + c.re, im: 2 * z.re * z.im + c.im };
    const radiusSquared = z.re * z.re + z.im * z.im;
    if (radiusSquared > 256 ** 2) return { count: n, radiusSquared };
  }
  return { count: 0, radiusSquared: 0 };
}

/** The values that the Computer Language Benchmarks Game publishes for 0 and 1000 steps. */
export function nbody(energy) {
  assert.equal(energy(0).toFixed(9), '-0.169075164');
  assert.equal(energy(1000).toFixed(9), '-0.169087605');
  assert.equal(energy(1000), energy(1000), 'every call starts anew');
}

export function wordcount({ count, frequencies }) {
  const texts = ['', ' ', 'one', ' two  words ', 'tab\tline\nfeed\r\nend', 'na\u00efve caf\u00e9', 'a\u00a0b\u2003c',
    '\u{1f600} smile', 'x'.repeat(1e5)];
  for (const text of texts) assert.equal(count(text), text.split(/\s+/).filter(Boolean).length, JSON.stringify(text.slice(0, 20)));
  assert.equal(frequencies('To be, or not to be: 7 or 7?'), '{"7":2,"be":2,"or":2,"to":2,"not":1}');
  assert.equal(frequencies(''), '{}');
}

function* xorshift() {
  const wrap = value => BigInt.asUintN(64, value);
  for (let x = 88172645463325252n; ;) {
    x ^= wrap(x << 13n);
    x ^= x >> 7n;
    x ^= wrap(x << 17n);
    yield x;
  }
}

function take(generator, count) {
  return Array.from({ length: count }, () => generator.next().value);
}

/** What `hash` of bench/mergesort gives for `count` numbers in order. */
export function mergesort(count) {
  const sorted = BigInt64Array.from(take(xorshift(), count), value => BigInt.asIntN(64, value)).sort();
  return BigInt.asIntN(64, sorted.reduce((sum, value) => BigInt.asUintN(64, sum * 31n + value), 0n));
}

/** What `check` of bench/matmul gives, from row and column sums instead of the product. */
export function matmul(rows) {
  let sum = 0;
  for (let k = 0; k < rows; k++) {
    let left = 0, right = 0;
    for (let i = 0; i < rows; i++) {
      left += (i % 13 + 1) * ((i * 3 + k * 5) % 7 - 3);
      right += (i % 17 + 1) * ((k * 2 + i * 7) % 11 - 5);
    }
    sum += left * right;
  }
  return BigInt(sum);
}

/** The longest common subsequence of the two texts of bench/wavefront, by two rows. */
export function wavefront(length) {
  const random = take(xorshift(), length);
  const left = random.map(x => x & 3n), top = random.map(x => x >> 32n & 3n);
  let above = new Array(length + 1).fill(0);
  for (let i = 0; i < length; i++) {
    const here = [0];
    for (let j = 0; j < length; j++) here.push(left[i] === top[j] ? above[j] + 1 : Math.max(above[j + 1], here[j]));
    above = here;
  }
  return BigInt(above[length]);
}
