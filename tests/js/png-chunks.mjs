/** A PNG without the chunks of some names. */
export function withoutChunks(png, names) {
  const bytes = Buffer.from(png);
  const parts = [bytes.subarray(0, 8)];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    if (!names.includes(bytes.toString('latin1', at + 4, at + 8))) parts.push(bytes.subarray(at, end));
    at = end;
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** A PNG with one more chunk, right after its header. */
export function withChunk(png, name, body) {
  const bytes = Buffer.from(png);
  const chunk = Buffer.alloc(12 + body.length);
  chunk.writeUInt32BE(body.length, 0);
  chunk.write(name, 4, 'latin1');
  chunk.set(body, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + body.length)), 8 + body.length);
  const HEADER_END = 33;
  return new Uint8Array(Buffer.concat([bytes.subarray(0, HEADER_END), chunk, bytes.subarray(HEADER_END)]));
}

/** PNG, annex D; Node has it from 20.15 on. */
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
