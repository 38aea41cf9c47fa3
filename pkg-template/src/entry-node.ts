/**
 * The package in Node, Deno and Bun: WebAssembly read from beside this module, strings as paths, directories, and
 * `worker_threads`.
 */
import { readFile, realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { pathFolder, readPath } from './files.js';
import { handleFolder } from './handles.js';
import { fetchBytes, MAX_FILE_BYTES } from './input.js';
import type { Platform, Variant, WorkerHandle } from './platform.js';
import { CompressionService } from './service.js';
import { sharedFunctions } from './shared.js';
import { startedLater } from './started-later.js';
import type { ReadLimits } from './streams.js';
import type { ServiceConfig } from './types.js';

export * from './public.js';

const node: Platform = {
  loadWasm,
  readAddress,
  identify,
  openFolder: (directory) => (typeof directory === 'string' ? pathFolder(directory) : handleFolder(directory)),
  startWorker,
  cores: availableParallelism,
};

/** Compresses images by its own settings. Making one loads nothing; the first image does. */
export class ImageCompressionService extends CompressionService {
  constructor(config?: ServiceConfig) {
    super(node, config);
  }
}

const shared = /* @__PURE__ */ sharedFunctions(() => new ImageCompressionService());

/** One image → one compressed image, by a shared service with default settings. */
export const compressImage = shared.compressImage;

/** One image → every size variant in every format that is asked for, from one decode. */
export const compressVariants = shared.compressVariants;

/** Many images, item by item as they are done, and a result at the end. */
export const compressBatch = shared.compressBatch;

/** Compresses every image below a directory into another, keeping the tree. */
export const batchCompressDirectory = shared.batchCompressDirectory;

/** Format, size, orientation and more from an image's header, without decoding it. */
export const probe = shared.probe;

/** Fetches and compiles the WebAssembly that writing these formats takes, and starts nothing. */
export const preload = shared.preload;

/** What slimpix can do on this host. */
export const capabilities = shared.capabilities;

/** Imported when needed: see beside-node.ts. */
const beside = () => import('./beside-node.js');

async function loadWasm(variant: Variant, url?: string | URL): Promise<WebAssembly.Module> {
  const address = url ?? (await beside()).wasmFile(variant);
  const isFile = address instanceof URL && address.protocol === 'file:';
  const bytes = isFile ? await readFile(address) : await readAddress(address, { bytes: MAX_FILE_BYTES });
  return WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
}

/** A path, a file: URL, or an address with a scheme to fetch. */
async function readAddress(address: string | URL, limits: ReadLimits): Promise<Uint8Array> {
  const path = pathOf(address);
  return path === undefined ? fetchBytes(address, limits) : readPath(path, limits.bytes);
}

/** A single letter before ':' is a Windows drive and no scheme. */
function pathOf(address: string | URL): string | undefined {
  const text = String(address);
  if (text.startsWith('file:')) return fileURLToPath(text);
  return /^[a-z][a-z0-9+.-]+:/i.test(text) ? undefined : text;
}

async function identify(address: unknown): Promise<string | undefined> {
  const path = typeof address === 'string' || address instanceof URL ? pathOf(address) : undefined;
  return path && realpath(path).catch(() => resolve(path));
}

function startWorker(url: string | URL | undefined): WorkerHandle {
  const options = { execArgv: [], ...ownEnvironment() };
  if (url !== undefined) return held(new Worker(new URL(url), options));
  return startedLater(beside().then(({ newWorker }) => held(newWorker(options))));
}

/** A worker thread as its pool holds it. */
function held(worker: Worker): WorkerHandle {
  worker.unref();
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen: (heard) => void worker.on('message', heard),
    onFailure(failed) {
      worker.on('error', (error) => failed(String(error)));
      worker.on('exit', (code) => failed(`it ended with code ${code}`));
    },
    keepAlive: (needed) => (needed ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}

/**
 * A worker starts whatever flags the process was given: its own are none. Of `NODE_OPTIONS`, which may be what lets a
 * package be found at all, only that goes which is said of a program from the command line, and no worker is one. Deno
 * and Bun heed none of it, and Deno asks a person before it tells the environment.
 */
function ownEnvironment(): { env?: NodeJS.ProcessEnv } {
  if (process.versions['deno'] ?? process.versions['bun']) return {};
  const { NODE_OPTIONS } = process.env;
  const kept = NODE_OPTIONS?.replace(/(^|\s)--input-type(=|\s+)\S+/g, '$1');
  return kept === NODE_OPTIONS ? {} : { env: { ...process.env, NODE_OPTIONS: kept } };
}
