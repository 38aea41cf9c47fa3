/** Runs in Node, Deno and Bun, in an app that has slimpix installed; prints what it found as JSON. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { CASES } from './same-bytes.mjs';

const hashOf = (data) => createHash('sha256').update(data).digest('hex');
const { picture, input, output } = JSON.parse(process.argv[2]);
const bytes = new Uint8Array(readFileSync(picture));
const warnings = [];
const logger = { debug() {}, info() {}, warn: (message) => warnings.push(message), error() {} };

const begin = performance.now();
const { ImageCompressionService } = await import('slimpix');
const onThisThread = new ImageCompressionService({ worker: false, logger });
await onThisThread.compressImage(bytes, { format: 'webp' });
const firstPicture = performance.now() - begin;

const inWorkers = new ImageCompressionService({ maxThreads: 2, logger });
const hashes = { false: await hashesOf(onThisThread), true: await hashesOf(inWorkers) };
const workers = inWorkers.workers;
const batch = output && (await inWorkers.batchCompressDirectory(input, output, { format: 'webp', maxDimension: 120 }));
const written = output && readdirSync(output).sort().map((name) => [name, hashOf(readFileSync(join(output, name)))]);
inWorkers.close();
console.log(JSON.stringify({ firstPicture, hashes, workers, warnings, batch, written }));

async function hashesOf(service) {
  const found = [];
  for (const config of CASES) found.push(hashOf((await service.compressImage(bytes, config)).data));
  return found;
}
