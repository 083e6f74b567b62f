// Messages between two threads of Node, for experiment E-8. Reads lines "WAY BYTES MESSAGES" and answers "NANOSECONDS SUM"; a way is
// post-message (a copy of the message, made by Node) or shared-words (counters in shared memory, the message is read where it was written).

import { createInterface } from 'node:readline';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

const WINDOW = 16;
const WRITTEN = 0;
const READ = 32; // Another cache line.

function fill(words, number) {
  for (let word = 0; word < words.length; word++) words[word] = number + word;
}

function sum(words, number) {
  let total = number;
  for (let word = 0; word < words.length; word++) total += words[word];
  return total;
}

function awaitCount(counters, index, value) {
  for (let seen = Atomics.load(counters, index); seen < value; seen = Atomics.load(counters, index)) {
    Atomics.wait(counters, index, seen);
  }
}

function count(counters, index, value) {
  Atomics.store(counters, index, value);
  Atomics.notify(counters, index);
}

function slotsOf(memory, bytes) {
  return Array.from({ length: WINDOW }, (_, slot) => new Float64Array(memory, slot * bytes, bytes / 8));
}

function send(worker, counters, way, bytes, messages) {
  const memory = new SharedArrayBuffer(Math.max(8, WINDOW * bytes));
  const slots = slotsOf(memory, bytes);
  const mine = new Float64Array(bytes / 8);
  Atomics.store(counters, WRITTEN, 0);
  Atomics.store(counters, READ, 0);
  const start = process.hrtime.bigint();
  worker.postMessage({ way, bytes, messages, memory });
  for (let number = 0; number < messages; number++) {
    awaitCount(counters, READ, number + 1 - WINDOW);
    if (way === 'post-message') {
      fill(mine, number);
      worker.postMessage(mine);
    } else {
      fill(slots[number % WINDOW], number);
      count(counters, WRITTEN, number + 1);
    }
  }
  awaitCount(counters, READ, messages);
  return process.hrtime.bigint() - start;
}

function receive({ counters, result }) {
  let job = { messages: 0 };
  let number = 0;
  let total = 0;
  const done = () => {
    number++;
    // The sum first: the last count says that it is there.
    result[0] = total;
    count(counters, READ, number);
  };
  parentPort.on('message', (message) => {
    if (message instanceof Float64Array) {
      total += sum(message, number);
      done();
      return;
    }
    job = message;
    number = 0;
    total = 0;
    if (job.way === 'shared-words') {
      const slots = slotsOf(job.memory, job.bytes);
      while (number < job.messages) {
        awaitCount(counters, WRITTEN, number + 1);
        total += sum(slots[number % WINDOW], number);
        done();
      }
    }
  });
}

if (isMainThread) {
  const counters = new Int32Array(new SharedArrayBuffer(4 * 64));
  const result = new Float64Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL(import.meta.url), { workerData: { counters, result } });
  worker.on('error', (error) => {
    console.error(error);
    process.exit(1);
  });
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const [way, bytes, messages] = line.split(' ');
    const nanos = send(worker, counters, way, Number(bytes), Number(messages));
    console.log(`${nanos} ${result[0]}`);
  });
  lines.on('close', () => worker.terminate());
} else {
  receive(workerData);
}
