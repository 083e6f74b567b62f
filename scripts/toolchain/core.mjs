// The core: wasm-core/src/*.c becomes wasm-core/dist/penny-core.wasm, and the layout that Java reads is generated beside it.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stripToolSections } from './binaryen.mjs';
import { compile, link, sourceTree } from './clang.mjs';

const sources = 'wasm-core/src';
const layoutSource = 'layout_offsets.c';

export const coreFlags = [
  '--target=wasm32', '-std=c17', '-O3', '-nostdlib', '-ffreestanding', '-matomics', '-mbulk-memory',
  '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-Iwasm-core/include', '-Iwasm-core/src',
];

// The memory is the host's, up to 32,767 pages; so are the table and, for each worker, the value of the stack pointer.
const linkFlags = [
  '--no-entry', '--import-memory', '--shared-memory', '--max-memory=2147418112', '--import-table', '--export=__stack_pointer',
  '-z', 'stack-size=65536', '--strip-debug', '--gc-sections', '--fatal-warnings',
];

export function coreSteps(root) {
  if (!existsSync(join(root, sources))) {
    console.log('wasm-core/src is not there: the core is left out');
    return [];
  }
  return [{ output: 'wasm-core/dist/penny-core.wasm', run: () => buildCore(root) }];
}

async function buildCore(root) {
  const tree = sourceTree(root, ['wasm-core/include', sources]);
  const objects = [];
  for (const name of readdirSync(join(root, sources)).sort()) {
    if (!name.endsWith('.c') || name === layoutSource) continue;
    objects.push([name.replace(/\.c$/, '.o'), await compile(tree, `${sources}/${name}`, coreFlags)]);
  }
  return stripToolSections(await link(objects, linkFlags));
}
