// Words in a text.

export const signatures = {
  count: '(string)->i32',
  frequencies: '(string)->string',
};

const isSpace = /\s/;

/** Runs of characters between white space, as `wc -w` counts them. */
export function count(text) {
  let words = 0;
  let inside = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const space = code < 128 ? code === 32 || (code >= 9 && code <= 13) : isSpace.test(text[i]);
    if (!space && !inside) words++;
    inside = !space;
  }
  return words;
}

/** A JSON object: runs of letters and digits in lower case, each with its number, the most frequent first. */
export function frequencies(text) {
  const counts = new Map();
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  // Not JSON.stringify of an object: it would move keys that are numbers to the front.
  return `{${sorted.map(([word, number]) => `${JSON.stringify(word)}:${number}`).join(',')}}`;
}
