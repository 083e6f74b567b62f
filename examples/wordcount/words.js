// Counting words by map and reduce. Counts travel as text: one line `word count` per word, sorted by word.

export const signatures = {
  count: '(string)->string',
  merge: '(string,string)->string',
  top: '(string,i32)->string',
};

function read(text, counts) {
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const space = line.lastIndexOf(' ');
    const word = line.slice(0, space);
    counts.set(word, (counts.get(word) ?? 0) + Number(line.slice(space + 1)));
  }
  return counts;
}

const compare = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);

function write(entries) {
  return entries.map(([word, count]) => `${word} ${count}\n`).join('');
}

/** Map: runs of letters and digits in lower case. */
export function count(text) {
  const counts = new Map();
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return write([...counts].sort(compare));
}

/** Reduce: the counts of two texts together. */
export function merge(left, right) {
  return write([...read(right, read(left, new Map()))].sort(compare));
}

/** The most frequent words, the first in the alphabet first where they are equal. */
export function top(counts, limit) {
  return write([...read(counts, new Map())].sort((a, b) => b[1] - a[1] || compare(a, b)).slice(0, limit));
}
