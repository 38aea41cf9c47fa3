/**
 * The real modules, broken on purpose: one that runs out of memory early, and one that traps in a function. Sections
 * are rewritten by the WebAssembly core specification, chapter 5.5.
 */
const [EXPORTS, MEMORY, CODE, IMPORTS] = [7, 5, 10, 2];

/** The memory cannot grow past so many pages of 64 KiB. */
export function boundMemory(wasm, pages) {
  return rewrite(wasm, MEMORY, (body) => {
    const [initial] = readLeb(body, 2);
    return [1, 1, ...leb(initial), ...leb(Math.max(initial, pages))];
  });
}

/** The exported function traps as soon as it is called. */
export function trapIn(wasm, name) {
  const sections = sectionsOf(wasm);
  const index = exportedFunction(sections.get(EXPORTS), name) - importedFunctions(sections.get(IMPORTS));
  return rewrite(wasm, CODE, (body) => {
    let [, at] = readLeb(body, 0);
    for (let skipped = 0; skipped < index; skipped++) at = skip(body, at);
    const end = skip(body, at);
    const UNREACHABLE = [3, 0, 0x00, 0x0b];
    return [...body.subarray(0, at), ...UNREACHABLE, ...body.subarray(end)];
  });
}

function exportedFunction(body, wanted) {
  let [count, at] = readLeb(body, 0);
  for (; count > 0; count--) {
    const [name, kindAt] = readName(body, at);
    const [index, next] = readLeb(body, kindAt + 1);
    if (name === wanted && body[kindAt] === 0) return index;
    at = next;
  }
  throw new Error(`nothing is exported as ${wanted}`);
}

/** The glue imports functions, and for threads a memory. */
function importedFunctions(body) {
  let [count, at] = readLeb(body, 0);
  let functions = 0;
  for (; count > 0; count--) {
    [, at] = readName(body, at);
    [, at] = readName(body, at);
    const isFunction = body[at] === 0;
    functions += isFunction;
    at = isFunction ? skipLebs(body, at + 1, 1) : skipLebs(body, at + 2, 2);
  }
  return functions;
}

function skipLebs(bytes, at, count) {
  for (; count > 0; count--) [, at] = readLeb(bytes, at);
  return at;
}

function rewrite(wasm, id, change) {
  const parts = [wasm.subarray(0, 8)];
  for (const [section, body] of sectionsOf(wasm)) {
    const written = section === id ? Buffer.from(change(body)) : body;
    parts.push(Buffer.from([Math.trunc(section), ...leb(written.length)]), written);
  }
  return Buffer.concat(parts);
}

/** Custom sections, which may be many, have keys between 0 and 1. */
function sectionsOf(wasm) {
  const sections = new Map();
  for (let at = 8; at < wasm.length; ) {
    const [size, body] = readLeb(wasm, at + 1);
    sections.set(wasm[at] || sections.size / 100, wasm.subarray(body, body + size));
    at = body + size;
  }
  return sections;
}

function skip(bytes, at) {
  const [size, body] = readLeb(bytes, at);
  return body + size;
}

function readName(bytes, at) {
  const [length, start] = readLeb(bytes, at);
  return [Buffer.from(bytes.subarray(start, start + length)).toString(), start + length];
}

function readLeb(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 127) << shift;
    if (byte < 128) return [value >>> 0, at];
  }
}

function leb(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}
