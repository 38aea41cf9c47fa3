/** The worker of Node. */
import { parentPort } from 'node:worker_threads';
import { serve } from './worker.js';

serve({
  post: (message, transfer) => parentPort!.postMessage(message, transfer),
  listen: (heard) => parentPort!.on('message', heard),
});
