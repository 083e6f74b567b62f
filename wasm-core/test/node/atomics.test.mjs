// What a fork costs between two beats, read from the shipped bytes: no atomic instruction in the core's poll, none in a guest.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { atomicsOf, read } from './instructions.mjs';

const bytes = path => read(readFileSync(new URL(`../../../${path}`, import.meta.url)));
const core = bytes('wasm-core/dist/penny-core.wasm');

test('the poll of the heartbeat and all it calls have no atomic instruction', () => {
  assert.equal(atomicsOf(core, 'penny_poll'), 0);
});

test('the reader sees atomic instructions where they are', () => {
  assert.ok(atomicsOf(core, 'penny_fork_push') >= 2);
  assert.ok(core.functions.reduce((sum, found) => sum + found.atomics, 0) > 50);
  assert.throws(() => atomicsOf(core, 'penny_join'), /indirect call/);
});

test('a guest that forks has no atomic instruction at all', () => {
  const fib = bytes('guest-modules/dist/fib.wasm');
  assert.ok(fib.exports.has('penny_job'));
  assert.equal(fib.functions.reduce((sum, found) => sum + found.atomics, 0), 0);
});
