// AssemblyScript to wasm with the pinned compiler.

import asc from 'assemblyscript/asc';

// No `env.abort` import: Penny offers guests only the imports that docs/guests.md lists.
const flags = ['--use', 'abort=', '-O3', '--noAssert', '--converge'];

/** `runtime` is `stub` for modules that allocate nothing, `minimal` for those that do. */
export async function compileAssemblyScript(text, name, runtime = 'stub') {
  let binary = null;
  const messages = [];
  const { error } = await asc.main([name, '--outFile', 'module.wasm', '--runtime', runtime, ...flags], {
    readFile: path => (path === name ? text : null),
    writeFile: (path, contents) => { if (path === 'module.wasm') binary = contents; },
    listFiles: () => [],
    stderr: { write: line => messages.push(line) },
  });
  if (error || !binary) throw new Error(`${name}: ${messages.join('')}${error ? error.message : ''}`);
  return binary;
}
