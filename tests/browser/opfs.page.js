/** Runs in a page: a batch from one directory of the origin's private file system to another. */
import { ImageCompressionService } from '/pkg/dist/entry-browser.js';

/** Writes the files of `plan` ({name, address, cut}) into a fresh directory; `cut` leaves so much of the file. */
export async function fill(directory, plan) {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(directory, { recursive: true }).catch(() => {});
  const folder = await root.getDirectoryHandle(directory, { create: true });
  const loaded = new Map();
  for (const { name, address, cut = 1 } of plan) {
    if (!loaded.has(address)) loaded.set(address, await (await fetch(address)).blob());
    const blob = loaded.get(address);
    await write(folder, name, blob.slice(0, Math.round(blob.size * cut)));
  }
}

async function write(folder, path, blob) {
  const parts = path.split('/');
  const name = parts.pop();
  let inner = folder;
  for (const part of parts) inner = await inner.getDirectoryHandle(part, { create: true });
  const stream = await (await inner.getFileHandle(name, { create: true })).createWritable();
  await stream.write(blob);
  await stream.close();
}

/** The batch from `input` to a fresh directory `output`; tells the workers' memory after each chunk, and every file written. */
export async function run(input, output, config, serviceConfig) {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(output, { recursive: true }).catch(() => {});
  const service = new ImageCompressionService(serviceConfig);
  const folders = [await root.getDirectoryHandle(input), await root.getDirectoryHandle(output, { create: true })];
  const chunks = [];
  let items = 0;
  const batch = service.compressBatch(folders[0], { ...config, output: folders[1] });
  for await (const _ of batch) {
    items += 1;
    if (items % service.config.chunkSize === 0) chunks.push(service.workers);
  }
  const { successful, failed, totalInputSize, totalOutputSize } = await batch.result;
  service.close();
  return { successful, failed, totalInputSize, totalOutputSize, chunks, written: await listed(folders[1]) };
}

/** Every file below: name, size, and the width and height by the browser's own decoder. */
async function listed(folder, path = '') {
  const found = [];
  for await (const entry of folder.values()) {
    if (entry.kind === 'directory') found.push(...(await listed(entry, `${path}${entry.name}/`)));
    else found.push({ name: path + entry.name, ...(await sizes(await entry.getFile())) });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function sizes(file) {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  bitmap.close();
  return { bytes: file.size, width, height };
}
