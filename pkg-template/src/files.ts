/**
 * Directories by path, for Node, Deno and Bun: finding images, and writing each output whole or not at all.
 */
import { mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { FileStore, FoundFile } from './batch.js';
import { ImageCompressionError, ioError } from './errors.js';

/** The extensions of what slimpix recognises. */
const IMAGE = /\.(jpe?g|jpe|jfif|png|apng|webp|gif|bmp|dib|tiff?|ico|avif|hei[cf])$/i;
const GLOB = /[*?[\]{}!()]/;

export const pathStore: FileStore = {
  list: listDirectory,
  read: readPath,
  place: join,
  identity: (path) => realpath(path).catch(() => resolve(path)),
  write: writeWhole,
};

export async function readPath(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw ioError(`${path} could not be read`, cause);
  });
}

/** Every image below `directory`; hidden files and linked directories are passed over. */
export async function* listDirectory(directory: string, except = ''): AsyncGenerator<FoundFile> {
  const skipped = except && resolve(except);
  for await (const address of walk(directory, skipped === resolve(directory) ? '' : skipped)) {
    if (IMAGE.test(address)) yield { address, name: posix(relative(directory, address)) };
  }
}

async function* walk(directory: string, skipped: string): AsyncGenerator<string> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
    throw ioError(`${directory} could not be read`, cause);
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.name.startsWith('.') || resolve(path) === skipped) continue;
    if (entry.isDirectory()) yield* walk(path, skipped);
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path)))) yield path;
  }
}

/** What the command line is given: files as they are, directories in depth, patterns expanded. Each file once. */
export async function* expandInputs(inputs: readonly string[], except: string): AsyncGenerator<FoundFile> {
  const seen = new Set<string>();
  for (const input of inputs) {
    for await (const file of expandInput(input, except)) {
      const path = resolve(file.address);
      if (!seen.has(path)) yield file;
      seen.add(path);
    }
  }
}

async function* expandInput(input: string, except: string): AsyncGenerator<FoundFile> {
  const found = await stat(input).catch(() => undefined);
  if (found?.isDirectory()) yield* listDirectory(input, except);
  else if (!found && GLOB.test(input)) yield* expandPattern(input, except);
  else yield { address: input, name: basename(input) };
}

/** The names begin below the part of the pattern that holds no wildcard. */
async function* expandPattern(pattern: string, except: string): AsyncGenerator<FoundFile> {
  const { glob } = await import('tinyglobby');
  const parts = posix(pattern).split('/');
  const base = parts.slice(0, parts.findIndex((part) => GLOB.test(part))).join('/') || (pattern.startsWith('/') ? '/' : '.');
  const paths = (await glob(posix(pattern), { onlyFiles: true, absolute: true, expandDirectories: false })).sort();
  const images = paths.filter((path) => IMAGE.test(path) && !isInside(path, except));
  if (images.length === 0) throw new ImageCompressionError('IO', `${pattern} matches no image`);
  for (const path of images) yield { address: relative('.', path), name: posix(relative(base, path)) };
}

/** A temporary file in the same directory, then a rename: a reader sees the old file or the whole new one. */
async function writeWhole(path: string, data: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeAndSync(temporary, data);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw ioError(`${path} could not be written`, cause);
  }
}

async function writeAndSync(path: string, data: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
}

function isInside(path: string, directory: string): boolean {
  return directory !== '' && resolve(path).startsWith(resolve(directory) + sep);
}

function posix(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
