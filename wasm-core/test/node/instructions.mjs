// Reads the code of a wasm module: which functions call which, and which have atomic instructions.
// WebAssembly core specification 2.0, chapter 5, with the threads proposal; no vector instructions.

class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    Object.assign(this, { bytes, at, end });
  }
  get done() { return this.at >= this.end; }
  u8() { return this.bytes[this.at++]; }
  u32() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
  leb() { while (this.u8() >= 0x80); }
  skip(count) { this.at += count; }
  name() {
    const length = this.u32();
    this.skip(length);
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }
}

const ATOMIC = 0xfe, FENCE = 3;

function memoryOperand(reader) {
  if (reader.u32() & 0x40) reader.u32();
  reader.leb();
}

function bulk(reader) {
  const operation = reader.u32();
  const operands = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1][operation];
  if (operands === undefined) throw new Error(`unknown instruction 0xfc ${operation}`);
  for (let i = 0; i < operands; i++) reader.u32();
}

function instruction(reader, found) {
  const opcode = reader.u8();
  if (opcode === ATOMIC) {
    const operation = reader.u32();
    if (operation === FENCE) reader.u8();
    else memoryOperand(reader);
    found.atomics++;
  } else if (opcode === 0x10) found.calls.push(reader.u32());
  else if (opcode === 0x11) { reader.u32(); reader.u32(); found.indirect++; }
  else if ([0x02, 0x03, 0x04, 0x41, 0x42, 0xd0].includes(opcode)) reader.leb();
  else if ([0x0c, 0x0d, 0x3f, 0x40, 0xd2].includes(opcode) || (opcode >= 0x20 && opcode <= 0x26)) reader.u32();
  else if (opcode === 0x0e) for (let left = reader.u32() + 1; left > 0; left--) reader.u32();
  else if (opcode === 0x1c) reader.skip(reader.u32());
  else if (opcode >= 0x28 && opcode <= 0x3e) memoryOperand(reader);
  else if (opcode === 0x43) reader.skip(4);
  else if (opcode === 0x44) reader.skip(8);
  else if (opcode === 0xfc) bulk(reader);
  else if (![0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1].includes(opcode) && !(opcode >= 0x45 && opcode <= 0xc4))
    throw new Error(`unknown instruction 0x${opcode.toString(16)} at ${reader.at - 1}`);
}

/** { exports: name -> function index, functions: [{ imported, atomics, indirect, calls }] } */
export function read(bytes) {
  const module = { exports: new Map(), functions: [] };
  const reader = new Reader(bytes, 8);
  while (!reader.done) {
    const id = reader.u8(), size = reader.u32();
    const section = new Reader(bytes, reader.at, reader.at + size);
    reader.skip(size);
    if (id === 2) imports(section, module);
    if (id === 7) exported(section, module);
    if (id === 10) code(section, module);
  }
  return module;
}

function imports(section, module) {
  for (let left = section.u32(); left > 0; left--) {
    section.name();
    section.name();
    const kind = section.u8();
    if (kind === 0) {
      section.u32();
      module.functions.push({ imported: true, atomics: 0, indirect: 0, calls: [] });
    } else if (kind === 3) section.skip(2);
    else {
      if (kind === 1) section.skip(1);
      const limits = section.u8();
      section.u32();
      if (limits & 1) section.u32();
    }
  }
}

function exported(section, module) {
  for (let left = section.u32(); left > 0; left--) {
    const name = section.name(), kind = section.u8(), index = section.u32();
    if (kind === 0) module.exports.set(name, index);
  }
}

function code(section, module) {
  for (let left = section.u32(); left > 0; left--) {
    const size = section.u32();
    const body = new Reader(section.bytes, section.at, section.at + size);
    section.skip(size);
    for (let locals = body.u32(); locals > 0; locals--) { body.u32(); body.u8(); }
    const found = { imported: false, atomics: 0, indirect: 0, calls: [] };
    while (!body.done) instruction(body, found);
    module.functions.push(found);
  }
}

/** Atomic instructions of an exported function and of everything it may call inside the module. */
export function atomicsOf(module, name) {
  const start = module.exports.get(name);
  if (start === undefined) throw new Error(`no such export: ${name}`);
  const seen = new Set([start]);
  let atomics = 0;
  for (const index of seen) {
    const found = module.functions[index];
    if (found.indirect > 0) throw new Error(`an indirect call: what ${name} may call is not known`);
    atomics += found.atomics;
    found.calls.forEach(call => seen.add(call));
  }
  return atomics;
}
