/**
 * What outputs are called. An output keeps its input's place in the tree and takes its format's extension. Where two
 * would meet in one name (`a.png` and `a.jpg` to WebP), the later one keeps its old extension too: `a.jpg.webp`.
 */
import { invalid, show } from './rules.js';
import type { CompressionConfig, OutputFormat } from './types.js';

/** The first is given to an output; an input that already has one of them keeps its own. */
const EXTENSIONS: Record<OutputFormat, string[]> = { avif: ['avif'], webp: ['webp'], jpeg: ['jpg', 'jpeg', 'jpe', 'jfif'], png: ['png'] };

/** Names for an input's output in the order of preference, as the call wants them. */
export function outputNames(input: string, format: OutputFormat, { rename, suffix = '' }: Pick<CompressionConfig, 'rename' | 'suffix'>, variant?: string): string[] {
  const [stem, extension] = splitName(typeof rename === 'string' ? inFolderOf(input, rename) : input);
  const ending = `${variant ? `-${variant}` : ''}${suffix}`;
  const own = EXTENSIONS[format].includes(extension.toLowerCase()) ? extension : EXTENSIONS[format][0];
  const names = [`${stem}${ending}.${own}`, `${stem}${extension && `.${extension}`}${ending}.${own}`];
  return typeof rename === 'function' ? names.map((name) => checked(rename(name))) : names;
}

/** The first of the names that is not taken yet. Compared without regard to case, since many file systems do so. */
export function freeName(names: string[], taken: Set<string>): string {
  for (let n = 1; ; n++) {
    for (const name of names) {
      const [stem, extension] = splitName(name);
      const numbered = n === 1 ? name : `${stem}-${n}.${extension}`;
      if (taken.has(numbered.toLowerCase())) continue;
      taken.add(numbered.toLowerCase());
      return numbered;
    }
  }
}

export function splitName(name: string): [stem: string, extension: string] {
  const dot = name.lastIndexOf('.');
  return dot > name.lastIndexOf('/') + 1 ? [name.slice(0, dot), name.slice(dot + 1)] : [name, ''];
}

function inFolderOf(path: string, name: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + name;
}

/** A name that leads out of the output's folder would write where nobody looks for it. */
function checked(name: unknown): string {
  const isName = typeof name === 'string' && name !== '' && !/^[/\\]|^[a-z]:/i.test(name) && !name.split(/[/\\]/).includes('..');
  if (!isName) throw invalid(`rename gave ${show(name)}; it must give a name inside the output's folder`);
  return name;
}
