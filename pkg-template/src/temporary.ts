/**
 * Under which name a file is written before it takes its own: a short random one in the same folder, so that two
 * writers never share it, and a name may be as long as the file system allows. A process that is killed leaves its file
 * behind; such are known by their name and their age, and are removed by the next batch that writes into the folder.
 */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const OURS = /^\.slimpix-[a-z2-7]{16}\.part$/;
/** No file takes this long to be written, milliseconds. */
const OLD = 60 * 60 * 1000;
/** Names that are looked at in one folder; a later batch goes on. */
export const SWEPT_NAMES = 10_000;

/** 80 random bits. */
export function temporaryName(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return `.slimpix-${Array.from(random, (byte) => LETTERS[byte & 31]).join('')}.part`;
}

export function isTemporary(name: string): boolean {
  return OURS.test(name);
}

/** Whether a file was left behind, by when it was last changed. */
export function isOld(lastModified: number): boolean {
  return Date.now() - lastModified > OLD;
}
