/**
 * A directory, whatever the host calls one: what a batch reads from and writes into. `files.ts` has those by path,
 * `handles.ts` those by handle.
 */
import type { FileHandleLike, ImageInput } from './types.js';

/** A file that was found: its name below the directory, with '/' between parts, and what reads it. */
export interface FoundFile {
  readonly name: string;
  /** How it is spoken of: its path, or its name where there is none. */
  readonly label: string;
  readonly image: ImageInput;
  readonly identity: Identity | undefined;
}

/** What tells one file from another whatever links and spellings lead to it: its real path, or its handle. */
export type Identity = string | FileHandleLike;

export interface Folder {
  /** Every image below, in the order of their names, without what lies in the folder `except`. */
  list(inDepth: boolean, except: Folder | undefined): AsyncIterable<FoundFile>;
  /** What stands at `name` or would stand there; `undefined` where nothing does and its identity is yet unknown. */
  identify(name: string): Promise<Identity | undefined>;
  /** Writes whole or not at all, and gives the path. */
  write(name: string, data: Uint8Array<ArrayBuffer>): Promise<string>;
}

/** The extensions of what slimpix recognises. */
const IMAGE = /\.(jpe?g|jpe|jfif|png|apng|webp|gif|bmp|dib|tiff?|ico|avif|hei[cf])$/i;

/** Whether a file is worth reading, by its name; hidden files are not. */
export function isImageName(name: string): boolean {
  return IMAGE.test(name) && !name.startsWith('.');
}

/** The files that a batch reads, so that none is written over. */
export class Inputs {
  readonly #paths = new Set<string>();
  readonly #handles = new Map<string, FileHandleLike[]>();

  add(identity: Identity | undefined): void {
    if (typeof identity === 'string') this.#paths.add(identity);
    else if (identity) this.#handles.set(identity.name, [...(this.#handles.get(identity.name) ?? []), identity]);
  }

  /** Only a file of the same name can be the same entry. */
  async has(identity: Identity | undefined): Promise<boolean> {
    if (identity === undefined) return false;
    if (typeof identity === 'string') return this.#paths.has(identity);
    for (const known of this.#handles.get(identity.name) ?? []) {
      if (await isSameEntry(known, identity)) return true;
    }
    return false;
  }
}

export function isSameEntry(one: object, other: object): Promise<boolean> {
  return (one as FileSystemHandle).isSameEntry(other as FileSystemHandle);
}
