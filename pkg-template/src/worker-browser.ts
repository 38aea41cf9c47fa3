/** The worker of a browser, Deno or Bun, started as a module. */
import { decode } from './decode.js';
import type { FromWorker, Port, ToWorker } from './protocol.js';
import { startThreads } from './thread-pool.js';
import { startWith } from './thread-start.js';
import * as threads from './threads.js';
import { serve } from './worker.js';

const port: Port<FromWorker, ToWorker> = {
  post: (message, transfer) => postMessage(message, { transfer }),
  listen: (heard) => addEventListener('message', ({ data }: MessageEvent<ToWorker>) => heard(data)),
};

startWith(startThreads);
serve(port, decode, threads);
