/**
 * Directories by path, for Node, Deno and Bun: finding images. `output.ts` writes.
 */
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ImageCompressionError, ioError } from './errors.js';
import { isImageName, type Folder, type FoundFile } from './folder.js';
import { OutputFolder } from './output.js';

const GLOB = /[*?[\]{}!()]/;

export function pathFolder(directory: string): Folder & { readonly path: string } {
  const output = new OutputFolder(directory);
  return {
    path: directory,
    list: (inDepth, except) => listDirectory(directory, inDepth, pathOf(except)),
    identify: (name) => identity(output.pathOf(name)),
    write: (name, data) => output.write(name, data),
  };
}

function pathOf(folder: Folder | undefined): string {
  return (folder as Partial<ReturnType<typeof pathFolder>> | undefined)?.path ?? '';
}

/** A file's bytes, if they are no more than `most`. */
export async function readPath(path: string, most: number): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > most) throw new ImageCompressionError('LIMIT_EXCEEDED', `${path} has ${size} bytes; ${most} may be used`);
      const bytes = await file.readFile();
      // Node reads small files into a buffer that it shares among them.
      return bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw ioError(`${path} could not be read`, cause);
  }
}

function identity(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

async function found(path: string, name: string): Promise<FoundFile> {
  return { name, label: path, image: pathToFileURL(path), identity: await identity(path) };
}

/** Every image below `directory`; hidden files and linked directories are passed over. */
export async function* listDirectory(directory: string, inDepth = true, except = ''): AsyncGenerator<FoundFile> {
  const skipped = except && resolve(except);
  for await (const path of walk(directory, inDepth, skipped === resolve(directory) ? '' : skipped)) {
    if (isImageName(basename(path))) yield found(path, posix(relative(directory, path)));
  }
}

async function* walk(directory: string, inDepth: boolean, skipped: string): AsyncGenerator<string> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
    throw ioError(`${directory} could not be read`, cause);
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.name.startsWith('.') || resolve(path) === skipped) continue;
    if (entry.isDirectory()) yield* inDepth ? walk(path, inDepth, skipped) : [];
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) yield path;
  }
}

/** What the command line is given: files as they are, directories in depth, patterns expanded. Each file once. */
export async function* expandInputs(inputs: readonly string[], inDepth: boolean, except: string): AsyncGenerator<FoundFile> {
  const seen = new Set<string>();
  for (const input of inputs) {
    for await (const file of expandInput(input, inDepth, except)) {
      const path = resolve(file.label);
      if (!seen.has(path)) yield file;
      seen.add(path);
    }
  }
}

async function* expandInput(input: string, inDepth: boolean, except: string): AsyncGenerator<FoundFile> {
  const entry = await stat(input).catch(() => undefined);
  if (entry?.isDirectory()) yield* listDirectory(input, inDepth, except);
  else if (!entry && GLOB.test(input)) yield* expandPattern(input, except);
  else yield found(input, basename(input));
}

/** The names begin below the part of the pattern that holds no wildcard. */
async function* expandPattern(pattern: string, except: string): AsyncGenerator<FoundFile> {
  const { glob } = await import('tinyglobby');
  const parts = posix(pattern).split('/');
  const base = parts.slice(0, parts.findIndex((part) => GLOB.test(part))).join('/') || (pattern.startsWith('/') ? '/' : '.');
  const paths = (await glob(posix(pattern), { onlyFiles: true, absolute: true, expandDirectories: false })).sort();
  const images = paths.filter((path) => isImageName(basename(path)) && !isInside(path, except));
  if (images.length === 0) throw new ImageCompressionError('IO', `${pattern} matches no image`);
  for (const path of images) yield found(relative('.', path), posix(relative(base, path)));
}

async function isFile(path: string): Promise<boolean> {
  const entry = await stat(path).catch(() => undefined);
  return entry?.isFile() ?? false;
}

function isInside(path: string, directory: string): boolean {
  return directory !== '' && resolve(path).startsWith(resolve(directory) + sep);
}

function posix(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
