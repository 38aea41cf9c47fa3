/**
 * Rewrites a finished module's sections (WebAssembly core specification, chapter 5.5): the build gives the module for
 * hosts with little memory a bound, which otherwise would take a build of its own.
 */
const MEMORY = 5;

/** The memory cannot grow past so many pages of 64 KiB. */
export function boundMemory(wasm, pages) {
  return rewrite(wasm, MEMORY, (body) => {
    const [initial] = readLeb(body, 2);
    return [1, 1, ...leb(initial), ...leb(Math.max(initial, pages))];
  });
}

/** The module with the body of one section changed. */
export function rewrite(wasm, id, change) {
  const parts = [wasm.subarray(0, 8)];
  for (const [section, body] of sectionsOf(wasm)) {
    const written = section === id ? Buffer.from(change(body)) : body;
    parts.push(Buffer.from([Math.trunc(section), ...leb(written.length)]), written);
  }
  return Buffer.concat(parts);
}

/** Bodies by section id. Custom sections, which may be many, have keys between 0 and 1. */
export function sectionsOf(wasm) {
  const sections = new Map();
  for (let at = 8; at < wasm.length; ) {
    const [size, body] = readLeb(wasm, at + 1);
    sections.set(wasm[at] || sections.size / 100, wasm.subarray(body, body + size));
    at = body + size;
  }
  return sections;
}

/** A number, and where the next byte is. */
export function readLeb(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 127) << shift;
    if (byte < 128) return [value >>> 0, at];
  }
}

export function leb(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}
