/**
 * Gives a finished module a bound on its memory that can be set while it runs, and a word on whether memory was refused.
 *
 * An allocation that fails inside the module ends in the same trap as any fault: the standard library is compiled so
 * that a panic is a bare trap, and then calls no hook either. But every allocation that needs more memory asks for it by
 * one instruction, `memory.grow`. So each of these becomes a call of a function that is added here: it refuses what would
 * pass the exported global `memory_limit` (pages of 64 KiB), and notes in `memory_refused` that memory was refused, be it
 * by the limit or by the host. The engine sets the one before a job and reads the other after a trap.
 *
 * Instructions: WebAssembly core specification 2.0, chapter 5.4, and the threads proposal.
 */
import { leb, readLeb, sectionsOf } from './sections.mjs';

const [TYPE, IMPORT, FUNCTION, GLOBAL, EXPORT, CODE] = [1, 2, 3, 6, 7, 10];
const [I32, MUTABLE, GROW] = [0x7f, 1, 0x40];
const ALL_PAGES = 65536;

export const LIMIT = 'memory_limit';
export const REFUSED = 'memory_refused';

export function boundGrowth(wasm) {
  const sections = sectionsOf(wasm);
  const imported = importsOf(sections.get(IMPORT));
  const [type, grow, limit, refused] = [
    countOf(sections, TYPE),
    imported.functions + countOf(sections, FUNCTION),
    imported.globals + countOf(sections, GLOBAL),
    imported.globals + countOf(sections, GLOBAL) + 1,
  ];
  const changes = new Map([
    [TYPE, appended(sections.get(TYPE), [[0x60, 1, I32, 1, I32]])],
    [FUNCTION, appended(sections.get(FUNCTION), [leb(type)])],
    [GLOBAL, appended(sections.get(GLOBAL), [global(ALL_PAGES), global(0)])],
    [EXPORT, appended(sections.get(EXPORT), [exported(LIMIT, limit), exported(REFUSED, refused)])],
    [CODE, appended(redirected(sections.get(CODE), grow), [growBody(limit, refused)])],
  ]);
  return written(wasm, sections, changes);
}

function written(wasm, sections, changes) {
  const parts = [...sections].flatMap(([id, body]) => {
    const content = changes.get(id) ?? body;
    return [Buffer.from([Math.trunc(id), ...leb(content.length)]), content];
  });
  return Buffer.concat([wasm.subarray(0, 8), ...parts]);
}

function countOf(sections, id) {
  return readLeb(sections.get(id), 0)[0];
}

/** A section is a vector: its count, then its items. */
function appended(body, items) {
  const [count, start] = readLeb(body, 0);
  const added = items.map((item) => Buffer.from(item));
  return Buffer.concat([Buffer.from(leb(count + items.length)), body.subarray(start), ...added]);
}

function global(value) {
  return [I32, MUTABLE, 0x41, ...signedLeb(value), 0x0b];
}

function exported(name, index) {
  return [...leb(name.length), ...Buffer.from(name), 3, ...leb(index)];
}

/** What is asked for, if it is within the limit; -1 and a note otherwise. */
function growBody(limit, refused) {
  const allowed = [0x20, 0, 0x3f, 0, 0x6a, 0x23, ...leb(limit), 0x4d];
  const given = [0x04, I32, 0x20, 0, GROW, 0, 0x05, 0x41, 0x7f, 0x0b];
  const noted = [0x22, 1, 0x41, 0x7f, 0x46, 0x04, 0x40, 0x41, 1, 0x24, ...leb(refused), 0x0b, 0x20, 1];
  const body = [1, 1, I32, ...allowed, ...given, ...noted, 0x0b];
  return [...leb(body.length), ...body];
}

/** The code section with a call of `grow` in place of each `memory.grow`. */
function redirected(code, grow) {
  let [count, at] = readLeb(code, 0);
  const parts = [code.subarray(0, at)];
  for (; count > 0; count--) {
    const [size, start] = readLeb(code, at);
    at = start + size;
    const body = redirectedBody(code.subarray(start, at), grow);
    parts.push(Buffer.from(leb(body.length)), body);
  }
  return Buffer.concat(parts);
}

function redirectedBody(body, grow) {
  const parts = [];
  let kept = 0;
  for (let at = afterLocals(body); at < body.length; ) {
    const next = afterInstruction(body, at);
    if (body[at] === GROW) {
      parts.push(body.subarray(kept, at), Buffer.from([0x10, ...leb(grow)]));
      kept = next;
    }
    at = next;
  }
  return parts.length > 0 ? Buffer.concat([...parts, body.subarray(kept)]) : body;
}

function afterLocals(body) {
  let [groups, at] = readLeb(body, 0);
  for (; groups > 0; groups--) at = afterLeb(body, at) + 1;
  return at;
}

/** Immediates of the instructions of one byte: how many numbers, or a kind of its own. */
function afterInstruction(body, at) {
  const code = body[at];
  const next = at + 1;
  if (code === 0xfc) return afterMiscellaneous(body, next);
  if (code === 0xfd) return afterVector(body, next);
  if (code === 0xfe) return afterAtomic(body, next);
  if (code === 0x0e) return afterLebs(body, ...afterVectorOf(body, next, 1));
  if (code === 0x1c) return afterVectorOf(body, next, 0)[0];
  if (code === 0x43) return next + 4;
  if (code === 0x44) return next + 8;
  if (code >= 0x28 && code <= 0x3e) return afterMemory(body, next);
  if (code === 0x11 || code === 0x13) return afterLebs(body, next, 2);
  return afterLebs(body, next, Number(ONE_NUMBER.has(code)));
}

/** Blocks, branches, calls, variables, tables, the memory's size, integer constants, references. */
const ONE_NUMBER = new Set([
  ...[0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x12, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26],
  ...[0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2],
]);

/** Saturating conversions, and memory and tables in bulk. */
function afterMiscellaneous(body, at) {
  const [code, next] = readLeb(body, at);
  if (code < 8) return next;
  return afterLebs(body, next, [8, 10, 12, 14].includes(code) ? 2 : 1);
}

function afterVector(body, at) {
  const [code, next] = readLeb(body, at);
  if (code < 12 || code === 92 || code === 93) return afterMemory(body, next);
  if (code === 12 || code === 13) return next + 16;
  if (code >= 84 && code <= 91) return afterMemory(body, next) + 1;
  return code >= 21 && code <= 34 ? next + 1 : next;
}

function afterAtomic(body, at) {
  const [code, next] = readLeb(body, at);
  return code === 3 ? next + 1 : afterMemory(body, next);
}

/** Alignment and offset. */
function afterMemory(body, at) {
  return afterLebs(body, at, 2);
}

/** Behind a vector of numbers, and how many more follow. */
function afterVectorOf(body, at, more) {
  const [count, start] = readLeb(body, at);
  return [afterLebs(body, start, count), more];
}

function afterLebs(body, at, count) {
  for (; count > 0; count--) at = afterLeb(body, at);
  return at;
}

/** Of any length: constants of 64 bits have up to ten bytes. */
function afterLeb(body, at) {
  while (body[at] >= 128) at += 1;
  return at + 1;
}

function signedLeb(value) {
  const low = value & 127;
  const rest = value >> 7;
  const isEnd = (rest === 0 && low < 64) || (rest === -1 && low >= 64);
  return isEnd ? [low] : [low | 128, ...signedLeb(rest)];
}

/** How many functions and globals come before the module's own. */
function importsOf(section) {
  const counts = { functions: 0, globals: 0 };
  if (!section) return counts;
  let [count, at] = readLeb(section, 0);
  for (; count > 0; count--) {
    for (let name = 0; name < 2; name++) {
      const [length, start] = readLeb(section, at);
      at = start + length;
    }
    const kind = section[at++];
    if (kind === 0) counts.functions += 1;
    if (kind === 3) counts.globals += 1;
    at = afterImport(section, at, kind);
  }
  return counts;
}

/** A function's type; a table's type and limits; a memory's limits; a global's type. */
function afterImport(section, at, kind) {
  if (kind === 0) return afterLeb(section, at);
  if (kind === 3) return at + 2;
  const limits = kind === 1 ? at + 1 : at;
  return afterLebs(section, limits + 1, section[limits] & 1 ? 2 : 1);
}
