/** The worker of a browser, Deno or Bun, started as a module. */
import { decode } from './decode.js';
import type { FromWorker, Port, ToWorker } from './protocol.js';
import { serve } from './worker.js';

const port: Port<FromWorker, ToWorker> = {
  post: (message, transfer) => postMessage(message, { transfer }),
  listen: (heard) => addEventListener('message', ({ data }: MessageEvent<ToWorker>) => heard(data)),
};

serve(port, decode);
