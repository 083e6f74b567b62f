// WAT to wasm, and the clean-up that every built module gets, with the pinned binaryen.

import binaryen from 'binaryen';

const customAnnotation = /\(@custom\s+"([^"]+)"((?:\s+"(?:[^"\\]|\\.)*")+)\s*\)/g;
const escapes = { n: '\n', t: '\t', '"': '"', "'": "'", '\\': '\\' };

const { Features } = binaryen;
// What GraalWasm reads. With all features binaryen writes encodings that few engines know, such as compact imports.
const features = Features.MutableGlobals | Features.SignExt | Features.NontrappingFPToInt | Features.BulkMemory | Features.BulkMemoryOpt
  | Features.ReferenceTypes | Features.Multivalue | Features.SIMD128 | Features.Atomics;

binaryen.setDebugInfo(true);  // keeps the names of functions, for the stacks of traps

/** Assembles WAT text. `(@custom "name" "text")` becomes a custom section: binaryen reads this annotation and drops it. */
export function assembleWat(text, name) {
  const module = binaryen.parseText(text);
  try {
    // Nothing is optimised: the test modules are meant to do what their text says.
    module.setFeatures(features);
    if (!module.validate()) throw new Error(`${name}: not a valid module`);
    for (const [, section, strings] of text.matchAll(customAnnotation)) {
      const content = [...strings.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(match => unescape(match[1])).join('');
      module.addCustomSection(section, Buffer.from(content, 'utf8'));
    }
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

function unescape(text) {
  return text.replace(/\\(.)/g, (_, letter) => escapes[letter] ?? fail(`unknown escape \\${letter} in a @custom annotation`));
}

function fail(message) {
  throw new Error(message);
}

const dropped = new Set(['producers', 'target_features']);

/** Removes the sections that only name compilers; code, names (for the stacks of traps) and `penny` stay as they are. */
export function stripToolSections(wasm) {
  const kept = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length;) {
    const start = at;
    const id = wasm[at++];
    const size = leb128(wasm, at);
    const end = size.next + size.value;
    const label = id === 0 ? leb128(wasm, size.next) : null;
    const name = label ? Buffer.from(wasm.subarray(label.next, label.next + label.value)).toString('utf8') : '';
    if (!dropped.has(name)) kept.push(wasm.subarray(start, end));
    at = end;
  }
  return new Uint8Array(Buffer.concat(kept));
}

function leb128(bytes, at) {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) return { value: value >>> 0, next: at };
  }
  throw new Error(`malformed section size at byte ${at}`);
}
