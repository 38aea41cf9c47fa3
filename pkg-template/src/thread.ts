/** One thread of the `threads` module: a worker that shares its parent's memory and works off rayon's jobs. */
import { initSync, wbg_rayon_start_worker } from './threads.js';
import type { ThreadStart } from './thread-start.js';

addEventListener('message', ({ data }: MessageEvent<ThreadStart>) => {
  try {
    initSync({ module: data.module, memory: data.memory });
    postMessage('ready');
    wbg_rayon_start_worker(data.receiver);
  } catch (error) {
    new BroadcastChannel(self.name).postMessage(`a thread failed: ${error}`);
    throw error;
  }
}, { once: true });
