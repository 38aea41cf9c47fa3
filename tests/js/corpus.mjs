/** Where the corpus lies, and what a test says when it does not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const corpus = join(root, '../shared/corpus');

/** The `skip` of a test that needs the corpus: false, or the reason. */
export const withoutCorpus = existsSync(corpus) ? false : 'the corpus ../shared/corpus is missing';

export const corpusPath = (name) => join(corpus, name);
export const corpusFile = (name) => new Uint8Array(readFileSync(join(corpus, name)));

/** Every file below a folder of the corpus with one of the extensions, as corpus names in order. */
export function corpusFiles(folder, ...extensions) {
  if (withoutCorpus) return [];
  const names = readdirSync(join(corpus, folder), { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile() && extensions.includes(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name).slice(corpus.length + 1))
    .sort();
}
