/** The worker of a browser, Deno or Bun, started as a module: the whole of it, or one thread of another one. */
import { decode } from './decode.js';
import type { FromWorker, Port, ToWorker } from './protocol.js';
import { parentName } from './thread-start.js';
import { runThread } from './thread.js';
import * as threads from './threads.js';
import { serve } from './worker.js';

const port: Port<FromWorker, ToWorker> = {
  post: (message, transfer) => postMessage(message, { transfer }),
  listen: (heard) => addEventListener('message', ({ data }: MessageEvent<ToWorker>) => heard(data)),
};

const parent = parentName();
if (parent === undefined) serve(port, decode, threads);
else runThread(parent);
