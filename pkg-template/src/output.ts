/**
 * Where outputs are written by path, for Node, Deno and Bun: the one place of them all, and so the one that holds every
 * name to the folder. Each output is written whole or not at all: into a temporary file beside it that nobody else can
 * have, which then takes its name; a reader sees the old file or the whole new one.
 *
 * The output folder itself may be a link. A link below it that leads out of it is refused and not followed, since what
 * stands at its end is not the output's; where outputs belong there, that folder is the one to name.
 */
import { mkdir, open, opendir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { ioError } from './errors.js';
import { inside, isPortable } from './names.js';
import { invalid, show } from './rules.js';
import { isOld, isTemporary, SWEPT_NAMES, temporaryName } from './temporary.js';

export class OutputFolder {
  readonly #directory: string;
  readonly #swept = new Map<string, Promise<void>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The path of a name; a name that leads elsewhere is an error. */
  pathOf(name: string): string {
    const path = join(this.#directory, inside(name));
    const isBelow = isInside(resolve(path), resolve(this.#directory));
    const isWritable = sep === '/' || name.split('/').every(isPortable);
    if (isBelow && isWritable) return path;
    throw invalid(`${show(name)} cannot be written: it is no file name here, or leads out of ${this.#directory}`);
  }

  /** Writes whole or not at all, and gives the path. */
  async write(name: string, data: Uint8Array): Promise<string> {
    const path = this.pathOf(name);
    try {
      await this.#open(dirname(path));
      await writeWhole(path, data);
      return path;
    } catch (cause) {
      throw ioError(`${path} could not be written`, cause);
    }
  }

  /** Makes the folder of an output, and clears it of what was left there, once for each batch. */
  async #open(folder: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    await this.#refuseLinksOut(folder);
    await mkdir(folder, { recursive: true });
    await this.#refuseLinksOut(folder);
    if (!this.#swept.has(folder)) this.#swept.set(folder, sweep(folder).catch(() => undefined));
    await this.#swept.get(folder);
  }

  /** Judged by the folder, or by the nearest one above it that is there. */
  async #refuseLinksOut(folder: string): Promise<void> {
    const home = await realpath(this.#directory);
    let there = folder;
    while (!(await isThere(there))) there = dirname(there);
    const real = await realpath(there);
    if (real === home || isInside(real, home)) return;
    throw invalid(`${there} is a link that leads out of ${this.#directory}, to ${real}; nothing is written there`);
  }
}

function isInside(path: string, directory: string): boolean {
  return path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}

async function writeWhole(path: string, data: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), temporaryName());
  const file = await open(temporary, 'wx');
  try {
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cause;
  }
}

/** Removes what killed writers left. What another one has removed in the meantime is gone, too. */
async function sweep(folder: string): Promise<void> {
  let seen = 0;
  for await (const entry of await opendir(folder)) {
    if ((seen += 1) > SWEPT_NAMES) break;
    if (!entry.isFile() || !isTemporary(entry.name)) continue;
    const path = join(folder, entry.name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (isOld(mtimeMs)) await rm(path, { force: true }).catch(() => undefined);
  }
}
