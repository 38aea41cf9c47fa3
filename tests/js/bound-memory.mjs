/** A module whose memory cannot grow past some pages of 64 KiB, so that a real one runs out of it. */

/** Rewrites the limits of the memory section (WebAssembly core specification, 5.5.8). */
export function boundMemory(wasm, pages) {
  const parts = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length; ) {
    const [size, body] = readLeb(wasm, at + 1);
    const section = wasm.subarray(at, body + size);
    parts.push(wasm[at] === 5 ? memorySection(wasm, body, pages) : section);
    at = body + size;
  }
  return Buffer.concat(parts);
}

function memorySection(wasm, body, pages) {
  const [initial] = readLeb(wasm, body + 2);
  const limits = [1, 1, ...leb(initial), ...leb(Math.max(initial, pages))];
  return Buffer.from([5, ...leb(limits.length), ...limits]);
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
