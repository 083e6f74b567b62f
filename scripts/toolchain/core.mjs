// The core, after wasm-core/build.json: the wasm module, and from the same sources the layout that Java and the documentation share.

import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stripToolSections } from './binaryen.mjs';
import { compile, link, sourceTree } from './clang.mjs';
import { generateLayout, layoutInputs } from './layout.mjs';

const sources = 'wasm-core/src';
const layoutOutputs = [
  'host/penny/src/main/java/dev/penny/internal/core/CoreLayout.java',
  'host/penny/src/main/java/dev/penny/internal/core/CoreStatus.java',
  'docs/abi.md',
];

/** The build steps, each {output, run}: `run` gives the content of the file `output`. */
export function coreSteps(root) {
  const plan = JSON.parse(readFileSync(join(root, 'wasm-core/build.json'), 'utf8'));
  const tree = sourceTree(root, ['wasm-core/include', sources]);
  let layout = null;
  const fileOfLayout = async path => {
    const content = (await (layout ??= buildLayout(root, tree, plan))).get(path);
    if (content === undefined) throw new Error(`layout.mjs generates no ${path}`);
    return content;
  };
  return [
    { output: plan.output, run: () => buildCore(root, tree, plan) },
    ...layoutOutputs.map(output => ({ output, run: () => fileOfLayout(output) })),
  ];
}

async function buildCore(root, tree, plan) {
  const objects = [];
  for (const name of readdirSync(join(root, sources)).sort()) {
    const source = `${sources}/${name}`;
    if (!name.endsWith('.c') || source === plan.layoutSource) continue;
    objects.push([name.replace(/\.c$/, '.o'), await compile(tree, source, plan.compile)]);
  }
  return stripToolSections(await link(objects, plan.link, basename(plan.output)));
}

async function buildLayout(root, tree, plan) {
  const assembly = await compile(tree, plan.layoutSource, [...plan.compile, '-S']);
  const texts = Object.entries(layoutInputs).map(([key, path]) => [key, readFileSync(join(root, path), 'utf8')]);
  return generateLayout({ asmText: new TextDecoder().decode(assembly), ...Object.fromEntries(texts) });
}
