// guest-modules/<language>/NAME.<ext> becomes guest-modules/dist/NAME.wasm; test/NAME.wat becomes dist/test/NAME.wasm;
// examples/FOLDER/NAME.c becomes NAME.wasm next to it.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { compileAssemblyScript } from './assemblyscript.mjs';
import { assembleWat, stripToolSections } from './binaryen.mjs';
import { compile, link, sourceTree } from './clang.mjs';

const cFlags = [
  '--target=wasm32', '-std=c17', '-O3', '-nostdlib', '-ffreestanding', '-Wall', '-Wextra', '-Wpedantic', '-Werror',
  '-Iguest-modules/sdk',
];

// The stack lies first so that running over its end traps instead of overwriting data.
const linkFlags = ['--no-entry', '--stack-first', '-z', 'stack-size=65536', '--strip-debug', '--gc-sections', '--fatal-warnings'];

// A shared guest: Penny makes the memory (8 MiB at most here) and sets stack pointer and thread-local block per worker.
const sharedFlags = ['-matomics', '-mbulk-memory'];
const sharedLinkFlags = [
  '--import-memory', '--shared-memory', '--max-memory=8388608', '--export=__stack_pointer',
  '--export=__wasm_init_tls', '--export=__tls_size', '--export=__tls_align', '--export=__tls_base',
];

// The benchmarks: deep recursion (T3 of Unbalanced Tree Search is 1572 levels deep), and memory for trees and matrices.
const benchLinkFlags = ['-z', 'stack-size=1048576'];
const benchSharedLinkFlags = [...sharedLinkFlags.filter(flag => !flag.startsWith('--max-memory=')), '--max-memory=134217728'];

const languages = [
  { folder: 'c', extension: '.c', dist: 'dist', build: (root, source) => buildC(root, source, [], []) },
  { folder: 'c-shared', extension: '.c', dist: 'dist', build: (root, source) => buildC(root, source, sharedFlags, sharedLinkFlags) },
  {
    folder: 'bench', extension: '.c', dist: 'dist/bench',
    build: (root, source) => buildC(root, source, ['-Iguest-modules/c'], benchLinkFlags),
  },
  {
    folder: 'bench-shared', extension: '.c', dist: 'dist/bench',
    build: (root, source) => buildC(root, source, sharedFlags, benchSharedLinkFlags),
  },
  { folder: 'wat', extension: '.wat', dist: 'dist', build: buildWat },
  { folder: 'assemblyscript', extension: '.ts', dist: 'dist', build: buildAssemblyScript },
  { folder: 'test', extension: '.wat', dist: 'dist/test', build: buildWat },
];

/** The build steps, each {output, run}: `run` gives the bytes of the file `output`. */
export function guestSteps(root) {
  const home = join(root, 'guest-modules');
  return [...exampleSteps(root), ...languages.flatMap(({ folder, extension, dist, build }) =>
    (existsSync(join(home, folder)) ? readdirSync(join(home, folder)).sort() : [])
      .filter(name => name.endsWith(extension) && !name.endsWith('.d.ts'))
      .map(name => ({
        output: `guest-modules/${dist}/${name.slice(0, -extension.length)}.wasm`,
        run: () => build(root, `guest-modules/${folder}/${name}`),
      })))];
}

function exampleSteps(root) {
  return readdirSync(join(root, 'examples'), { withFileTypes: true })
    .filter(entry => entry.isDirectory() && entry.name !== 'src' && entry.name !== 'target')
    .map(entry => `examples/${entry.name}`).sort()
    .flatMap(folder => readdirSync(join(root, folder)).filter(name => name.endsWith('.c')).sort().map(name => `${folder}/${name}`))
    .map(source => ({ output: source.replace(/\.c$/, '.wasm'), run: () => buildC(root, source, [], []) }));
}

/** Builds an example of the documentation from its text. */
export async function buildExample(root, name, text) {
  if (name.endsWith('.wat')) return assembleWat(text, name);
  if (name.endsWith('.ts')) return compileAssemblyScript(text, name, 'minimal');
  const tree = sourceTree(root, ['guest-modules/sdk']);
  tree[name] = text;
  return link([['module.o', await compile(tree, name, cFlags)]], linkFlags, 'example.wasm');
}

async function buildC(root, source, moreFlags, moreLinkFlags) {
  const tree = sourceTree(root, ['guest-modules/sdk', 'guest-modules/c', dirname(source)]);
  const object = await compile(tree, source, [...cFlags, ...moreFlags]);
  return stripToolSections(await link([['module.o', object]], [...linkFlags, ...moreLinkFlags], `${basename(source, '.c')}.wasm`));
}

function buildWat(root, source) {
  return assembleWat(readFileSync(join(root, source), 'utf8'), source);
}

async function buildAssemblyScript(root, source) {
  return stripToolSections(await compileAssemblyScript(readFileSync(join(root, source), 'utf8'), source));
}
