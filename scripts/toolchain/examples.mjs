// Builds and runs the examples of docs/guests.md. An example is a fenced block after `<!-- example: NAME -->`; the `<!-- check: ... -->`
// lines after it are JavaScript that must be true, in which call('f', ...) runs task f. `<!-- signature: f(bytes)->bytes -->` stands for
// a signature that the user gives. Examples in Java and Rust have no such comment: this toolchain does not build them.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Guest } from '../../guest-modules/test/host.mjs';
import { buildExample } from './guests.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const page = 'docs/guests.md';
const examplePattern = /<!-- example: (\S+) -->\n+```\w+\n([^]*?)```\n((?:\s*<!-- (?:check|signature): .* -->\n)*)/g;

async function callerOf(name, code, signatures) {
  if (name.endsWith('.js')) {
    globalThis.penny = {
      log() {},
      join: (...calls) => calls.map(([task, ...values]) => task(...values)),
      all: (calls) => Promise.all(calls.map(([task, ...values]) => task(...values))),
      graph: sequentialGraph,
    };
    const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    return (task, ...values) => module[task](...values);
  }
  const guest = new Guest(await buildExample(root, name, code), { signatures });
  return (task, ...values) => guest.call(task, ...values);
}

/** `penny.graph` for tasks that are added in an order in which they can run. */
function sequentialGraph() {
  const tasks = [];
  return {
    task(name, [task, ...values]) {
      const needs = values.filter(value => tasks.includes(value));
      const added = { name, outcome: 'not run', after: (...others) => { needs.push(...others); return added; }, start };
      function start() {
        added.outcome = needs.every(need => need.outcome === 'done') ? 'done' : 'skipped';
        if (added.outcome === 'skipped') return;
        try {
          added.result = task(...values.map(value => (tasks.includes(value) ? value.result : value)));
        } catch (e) {
          added.outcome = 'failed';
        }
      }
      tasks.push(added);
      return added;
    },
    run() {
      tasks.forEach(task => task.start());
      if (tasks.some(task => task.outcome !== 'done')) throw new Error('graph failed');
    },
  };
}

let count = 0;
const failures = [];
for (const [, name, code, comments] of readFileSync(join(root, page), 'utf8').matchAll(examplePattern)) {
  const signatures = Object.fromEntries([...comments.matchAll(/signature: (\w+)(\(.*) -->/g)].map(([, task, text]) => [task, text]));
  const checks = [...comments.matchAll(/check: (.*) -->/g)].map(([, check]) => check);
  if (checks.length === 0) failures.push(`${name}: no check`);
  try {
    const call = await callerOf(name, code, signatures);
    for (const check of checks) {
      count++;
      if (new Function('call', `return ${check}`)(call) !== true) failures.push(`${name}: not true: ${check}`);
    }
  } catch (error) {
    failures.push(`${name}: ${error.message}`);
  }
}
if (count === 0) failures.push('no examples found');
for (const failure of failures) console.log(`FAIL  ${page}: ${failure}`);
console.log(`${page}: ${count} checks of its examples, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
