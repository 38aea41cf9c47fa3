/** The built package's modules, and what imports what: by their text, since importing them would prove less. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { init, parse } from 'es-module-lexer';
import { root } from './corpus.mjs';

await init;

export const dist = join(root, 'pkg/dist');
export const scripts = readdirSync(dist).filter((name) => name.endsWith('.js'));
export const read = (name) => readFileSync(join(dist, name), 'utf8');

/** All modules that a module imports, over any number of steps, with itself. */
export function reach(name, reached = new Set()) {
  if (reached.has(name)) return reached;
  reached.add(name);
  if (scripts.includes(name)) for (const from of importsOf(name)) reach(from, reached);
  return reached;
}

/** What is loaded with the module; `import()` is not. */
export function importsOf(name) {
  const [imports] = parse(read(name));
  return imports.filter(({ type }) => type !== 'dynamic' && type !== 'import-meta').map(({ specifier }) => specifier.replace('./', ''));
}

/** By name; `export *` has none. */
export function exportsOf(name) {
  const [, exports] = parse(read(name));
  return exports.flatMap(({ name }) => name ?? []);
}
