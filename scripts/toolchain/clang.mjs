// C to wasm with the pinned clang, which is itself a wasm program: the same bytes come out on every operating system.
// Files are handed over in memory under paths relative to the repository, so no machine path can reach the output.

import { commands, runLLVM } from '@yowasp/clang';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

// Loads the compiler once; clang's own first call would report the loading on standard output.
let loaded = null;

/** The folders under `root` as the nested tree that the compiler sees as its file system. */
export function sourceTree(root, folders, pattern = /\.(c|h|def|inc)$/) {
  const tree = {};
  for (const folder of folders) {
    let node = tree;
    for (const part of folder.split('/')) node = node[part] ??= {};
    fill(node, join(root, folder), pattern);
  }
  return tree;
}

function fill(node, path, pattern) {
  for (const name of readdirSync(path).sort()) {
    const child = join(path, name);
    if (statSync(child).isDirectory()) fill(node[name] ??= {}, child, pattern);
    else if (pattern.test(name)) node[name] = new Uint8Array(readFileSync(child));
  }
}

async function run(tool, args, files, output) {
  await (loaded ??= runLLVM(null, {}, { fetchProgress: () => {} }));
  const text = [];
  const decoder = new TextDecoder();
  const collect = bytes => { if (bytes) text.push(decoder.decode(bytes, { stream: true })); };
  let tree;
  try {
    tree = await commands[tool](args, files, { stdout: collect, stderr: collect, decodeASCII: false });
  } catch (error) {
    throw new Error(`${tool} ${args.join(' ')}\n${text.join('') || error.message}`);
  }
  if (text.length > 0) process.stderr.write(text.join(''));
  if (!tree?.[output]) throw new Error(`${tool} ${args.join(' ')}: it wrote no ${output}`);
  return tree[output];
}

/** Compiles one source of `tree`; `flags` decide target and warnings. With `-S` among them the result is assembly text. */
export function compile(tree, source, flags) {
  const output = '.output';
  return run('clang', [...flags, flags.includes('-S') ? '' : '-c', source, '-o', output].filter(Boolean), tree, output);
}

/** Links `objects`, an array of [name, bytes], into a module that calls itself `output`. The compiler driver cannot start a linker here, so this is a call of its own. */
export function link(objects, flags, output) {
  return run('wasm-ld', [...flags, ...objects.map(([name]) => name), '-o', output], Object.fromEntries(objects), output);
}
