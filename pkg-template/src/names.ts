/**
 * What outputs are called. An output keeps its input's place in the tree and takes its format's extension. Where two
 * would meet in one name (`a.png` and `a.jpg` to WebP), the later one keeps its old extension too: `a.jpg.webp`.
 *
 * A name may come from a stranger: the file name of an upload, the end of a URL. So what such an input calls itself is
 * reduced to one plain file name, and no name that leaves the output's folder is ever handed on. What a caller asks for
 * (`rename`, `suffix`) must besides be a name on every system, since a file that is written on one is read on others.
 */
import { invalid, show } from './rules.js';
import type { CompressionConfig, OutputFormat } from './types.js';

/** The first is given to an output; an input that already has one of them keeps its own. */
const EXTENSIONS: Record<OutputFormat, string[]> = { avif: ['avif'], webp: ['webp'], jpeg: ['jpg', 'jpeg', 'jpe', 'jfif'], png: ['png'] };

/** Not allowed in a file name on Windows, which also ends a name at a trailing dot or space. */
const RESERVED_CHARACTERS = /[\u0000-\u001f\u007f<>:"|?*\\/]/;
/** Devices on Windows, whatever extension follows. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)/i;

/** Names for an input's output in the order of preference, as the call wants them. */
export function outputNames(
  input: string,
  format: OutputFormat,
  { rename, suffix = '' }: Pick<CompressionConfig, 'rename' | 'suffix'>,
  variant?: string,
): string[] {
  const name = inside(input);
  const [stem, extension] = splitName(typeof rename === 'string' ? inFolderOf(name, rename) : name);
  const ending = `${variant ? `-${variant}` : ''}${suffix}`;
  const own = EXTENSIONS[format].includes(extension.toLowerCase()) ? extension : EXTENSIONS[format][0];
  const names = [`${stem}${ending}.${own}`, `${stem}${extension && `.${extension}`}${ending}.${own}`];
  if (typeof rename === 'function') return names.map((name) => renamed(rename(name), name));
  return names;
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

/** The last part of a path, whichever system wrote it; `undefined` where that is no name. */
export function baseName(path: string): string | undefined {
  const last = path.split(/[/\\]/).at(-1)!;
  return isPlain(last) ? last : undefined;
}

/** What a stranger calls a file, as a name that every system takes; `undefined` where nothing is left of it. */
export function safeName(given: string): string | undefined {
  const base = baseName(given.replaceAll('\0', '_'));
  const name = base?.replace(new RegExp(RESERVED_CHARACTERS, 'g'), '_').replace(/[. ]+$/, '');
  if (!name) return undefined;
  return DEVICE.test(name) ? `_${name}` : name;
}

/** The name as it is, if it is a file below the output's folder: on no system does it lead out of there. */
export function inside(name: string): string {
  const isInside = !/^[a-z]:[/\\]/i.test(name) && name.split(/[/\\]/).every(isPlain);
  if (isInside) return name;
  throw invalid(`the name ${show(name)} leads out of the output's folder, or is none; it must be like 'folder/photo.jpg'`);
}

/** Whether it is a file name on every system. */
export function isPortable(name: string): boolean {
  return isPlain(name) && !RESERVED_CHARACTERS.test(name) && !DEVICE.test(name) && !/[. ]$/.test(name);
}

function isPlain(part: string): boolean {
  return !/^\.*$/.test(part) && !part.includes('\0');
}

function inFolderOf(path: string, name: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + name;
}

/** What a function made of `given`; a part that the input itself is called may stay as odd as it is. */
function renamed(name: unknown, given: string): string {
  const own = given.split('/');
  if (typeof name === 'string' && name.split('/').every((part) => isPortable(part) || own.includes(part))) return name;
  throw invalid(`rename gave ${show(name)}; it must be a file name on every system, like '2026/photo.jpg'`);
}
