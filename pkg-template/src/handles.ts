/**
 * Directories by handle, for browsers: a folder that a person picked, or one of the origin's private file system.
 */
import { ioError } from './errors.js';
import { isImageName, isSameEntry, type Folder, type FoundFile } from './folder.js';
import { inside } from './names.js';
import { isOld, isTemporary, SWEPT_NAMES, temporaryName } from './temporary.js';
import type { DirectoryHandleLike } from './types.js';

export function handleFolder(directory: DirectoryHandleLike): Folder & { readonly handle: FileSystemDirectoryHandle } {
  const handle = directory as unknown as FileSystemDirectoryHandle;
  const swept = new Map<string, Promise<void>>();
  return {
    handle,
    list: (inDepth, except) => listFolder(handle, inDepth, handleOf(except)),
    identify: (name) => existing(handle, inside(name)),
    write: (name, data) => writeWhole(handle, inside(name), data, swept),
  };
}

function handleOf(folder: Folder | undefined): FileSystemDirectoryHandle | undefined {
  return (folder as Partial<ReturnType<typeof handleFolder>> | undefined)?.handle;
}

async function* listFolder(folder: FileSystemDirectoryHandle, inDepth: boolean, except: FileSystemDirectoryHandle | undefined): AsyncGenerator<FoundFile> {
  const skipped = except && !(await isSameEntry(except, folder)) ? except : undefined;
  for await (const [name, file] of walk(folder, '', inDepth, skipped)) yield { name, label: name, image: file, identity: file };
}

async function* walk(folder: FileSystemDirectoryHandle, path: string, inDepth: boolean, skipped: FileSystemDirectoryHandle | undefined): AsyncGenerator<[string, FileSystemFileHandle]> {
  for (const entry of await entriesOf(folder, path)) {
    if (entry.name.startsWith('.')) continue;
    if (entry.kind === 'file') {
      if (isImageName(entry.name)) yield [path + entry.name, entry];
    } else if (inDepth && !(skipped && (await isSameEntry(entry, skipped)))) {
      yield* walk(entry, `${path}${entry.name}/`, inDepth, skipped);
    }
  }
}

type Entry = FileSystemFileHandle | FileSystemDirectoryHandle;

async function entriesOf(folder: FileSystemDirectoryHandle, path: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  try {
    for await (const entry of folder.values()) entries.push(entry);
  } catch (cause) {
    throw ioError(`the folder ${path || folder.name} could not be read`, cause);
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function existing(folder: FileSystemDirectoryHandle, path: string): Promise<FileSystemFileHandle | undefined> {
  const parts = path.split('/');
  const name = parts.pop()!;
  try {
    let inner = folder;
    for (const part of parts) inner = await inner.getDirectoryHandle(part);
    return await inner.getFileHandle(name);
  } catch {
    return undefined;
  }
}

/** A move is known where the private file system is; a picked folder may refuse it. */
type Movable = FileSystemFileHandle & { move?(name: string): Promise<void> };

/**
 * Under a temporary name, then moved. Where a file cannot be moved it is written in place: what a stream holds takes
 * the file's place when it is closed, so even then no file is half written; one that was made for it is removed again.
 */
async function writeWhole(
  root: FileSystemDirectoryHandle,
  path: string,
  data: Uint8Array<ArrayBuffer>,
  swept: Map<string, Promise<void>>,
): Promise<string> {
  const parts = path.split('/');
  const name = parts.pop()!;
  try {
    let folder = root;
    for (const part of parts) folder = await folder.getDirectoryHandle(part, { create: true });
    await sweepOnce(folder, parts.join('/'), swept);
    if (!(await writeAndMove(folder, name, data))) await writeInPlace(folder, name, data);
    return path;
  } catch (cause) {
    throw ioError(`${path} could not be written`, cause);
  }
}

async function writeAndMove(folder: FileSystemDirectoryHandle, name: string, data: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const temporary = temporaryName();
  const file: Movable = await folder.getFileHandle(temporary, { create: true });
  const remove = () => folder.removeEntry(temporary).catch(() => undefined);
  if (!file.move) return remove().then(() => false);
  try {
    await fill(file, data);
  } catch (cause) {
    await remove();
    throw cause;
  }
  return file.move(name).then(() => true, () => remove().then(() => false));
}

/** Removes what pages that were closed in the middle left behind; once in each folder. */
function sweepOnce(folder: FileSystemDirectoryHandle, path: string, swept: Map<string, Promise<void>>): Promise<void> {
  const sweeping = swept.get(path) ?? sweep(folder).catch(() => undefined);
  swept.set(path, sweeping);
  return sweeping;
}

async function sweep(folder: FileSystemDirectoryHandle): Promise<void> {
  let seen = 0;
  for await (const entry of folder.values()) {
    if ((seen += 1) > SWEPT_NAMES) break;
    if (entry.kind !== 'file' || !isTemporary(entry.name)) continue;
    const { lastModified } = await entry.getFile();
    if (isOld(lastModified)) await folder.removeEntry(entry.name).catch(() => undefined);
  }
}

async function writeInPlace(folder: FileSystemDirectoryHandle, name: string, data: Uint8Array<ArrayBuffer>): Promise<void> {
  const isNew = !(await existing(folder, name));
  try {
    await fill(await folder.getFileHandle(name, { create: true }), data);
  } catch (cause) {
    if (isNew) await folder.removeEntry(name).catch(() => undefined);
    throw cause;
  }
}

async function fill(file: FileSystemFileHandle, data: Uint8Array<ArrayBuffer>): Promise<void> {
  const stream = await file.createWritable();
  try {
    await stream.write(data);
    await stream.close();
  } catch (cause) {
    await stream.abort().catch(() => undefined);
    throw cause;
  }
}
