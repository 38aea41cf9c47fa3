/** The built package's modules, and what imports what: by their text, since importing them would prove less. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './corpus.mjs';

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

export function importsOf(name) {
  return [...read(name).matchAll(/^(?:import|export)\s(?:[^'";()=]*?\sfrom\s)?['"]([^'"]+)['"]/gm)].map(([, from]) => from.replace('./', ''));
}
