/** The real modules, broken on purpose: one that runs out of memory early, and one that traps in a function. */
import { readLeb, rewrite, sectionsOf } from '../../pkg-template/sections.mjs';

export { boundMemory } from '../../pkg-template/sections.mjs';

const [EXPORTS, CODE, IMPORTS] = [7, 10, 2];

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

function skip(bytes, at) {
  const [size, body] = readLeb(bytes, at);
  return body + size;
}

function readName(bytes, at) {
  const [length, start] = readLeb(bytes, at);
  return [Buffer.from(bytes.subarray(start, start + length)).toString(), start + length];
}
