// Builds every generated file of the repository, or with --check compares a fresh build with what is committed.
// Called by scripts/build-wasm, which sees to Node and the pinned packages.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coreSteps } from './core.mjs';
import { guestSteps } from './guests.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

// Folders in which every module is built: one that no step writes is left over from a source that is gone.
const distFolders = { core: ['wasm-core/dist'], guests: ['guest-modules/dist', 'examples'] };

function options(args) {
  const chosen = { check: false, parts: ['core', 'guests'] };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--check') chosen.check = true;
    else if (args[i] === '--only' && distFolders[args[i + 1]]) chosen.parts = [args[++i]];
    else throw new Error(`unknown argument: ${args.slice(i).join(' ')} (known: --check, --only core|guests)`);
  }
  return chosen;
}

async function build(parts, out) {
  const steps = [];
  if (parts.includes('core')) steps.push(...coreSteps(root));
  if (parts.includes('guests')) steps.push(...guestSteps(root));
  const written = [];
  for (const [index, step] of steps.entries()) {
    const content = Buffer.from(await step.run());
    const path = join(out, step.output);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    written.push(step.output);
    console.log(`[${index + 1}/${steps.length}] ${step.output}  ${content.length} bytes`);
  }
  return written;
}

/** One line per file of `parts` in which the repository differs from the build in `fresh`. */
function differences(parts, written, fresh) {
  const lines = [];
  for (const path of written) {
    const committed = join(root, path);
    if (!existsSync(committed)) { lines.push(`missing: ${path} is not in the repository`); continue; }
    const [ours, theirs] = [readFileSync(committed), readFileSync(join(fresh, path))];
    if (!ours.equals(theirs)) lines.push(`differs: ${path}, repository ${describe(ours)}, build ${describe(theirs)}`);
  }
  const known = new Set(written);
  for (const folder of parts.flatMap(part => distFolders[part])) {
    for (const path of filesUnder(join(root, folder)).filter(path => folder !== 'examples' || path.endsWith('.wasm'))) {
      if (!known.has(path)) lines.push(`stale: ${path} is in the repository but no source builds it`);
    }
  }
  return lines;
}

function describe(bytes) {
  return `${bytes.length} bytes (sha256 ${createHash('sha256').update(bytes).digest('hex').slice(0, 12)})`;
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(root, join(entry.parentPath ?? entry.path, entry.name)).replaceAll('\\', '/'));
}

async function main() {
  const { check, parts } = options(process.argv.slice(2));
  if (!check) {
    await build(parts, root);
    return 0;
  }
  const fresh = mkdtempSync(join(tmpdir(), 'penny-build-'));
  try {
    const lines = differences(parts, await build(parts, fresh), fresh);
    for (const line of lines) console.log(line);
    console.log(lines.length === 0
      ? 'Every committed file equals its fresh build.'
      : `${lines.length} files are not what the sources build; run scripts/build-wasm and commit the result.`);
    return lines.length === 0 ? 0 : 1;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`build-wasm: ${error.message}`);
  process.exitCode = 1;
}
