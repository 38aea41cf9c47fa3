/** Saving: one file, all as a zip, or all into a folder that is picked. */
import { makeZip } from 'client-zip';
import { element } from './dom.js';

export const canPickFolder = 'showDirectoryPicker' in globalThis;

export function saveFile(file, name = file.name) {
  const link = element('a', { href: URL.createObjectURL(file), download: name.split('/').at(-1) });
  link.click();
  // The browser has begun to read by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Stored and not compressed: there is nothing left to gain. */
export async function saveZip(files, name = 'slimpix.zip') {
  const entries = files.map(({ file, name }) => ({ input: file, name, lastModified: new Date(file.lastModified) }));
  saveFile(await new Response(makeZip(entries)).blob(), name);
}

/** False where the person changed their mind. */
export async function saveIntoFolder(files) {
  const folder = await showDirectoryPicker({ mode: 'readwrite' }).catch(() => undefined);
  if (!folder) return false;
  for (const { file, name } of files) await write(folder, name.split('/'), file);
  return true;
}

async function write(folder, path, file) {
  const name = path.pop();
  let inner = folder;
  for (const part of path) inner = await inner.getDirectoryHandle(part, { create: true });
  const stream = await (await inner.getFileHandle(name, { create: true })).createWritable();
  await file.stream().pipeTo(stream);
}
