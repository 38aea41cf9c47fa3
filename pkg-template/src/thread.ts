/** One thread of the `threads` module: a worker that shares its parent's memory and works off rayon's jobs. */
import type { ThreadStart } from './thread-start.js';
import { initSync, wbg_rayon_start_worker } from './threads.js';

/** A crash here leaves the parent waiting for ever; so it rings on the channel of the parent's name. */
export function runThread(parent: string): void {
  addEventListener('message', ({ data }: MessageEvent<ThreadStart>) => {
    try {
      initSync({ module: data.module, memory: data.memory });
      postMessage('ready');
      wbg_rayon_start_worker(data.receiver);
    } catch (error) {
      new BroadcastChannel(parent).postMessage(`a thread failed: ${error}`);
      throw error;
    }
  }, { once: true });
}
