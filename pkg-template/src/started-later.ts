/** A worker as its pool holds it, while the module that knows its script is still being imported. */
import { reason } from './errors.js';
import type { WorkerHandle } from './platform.js';

/** What is asked of the worker waits for it, in order. Nothing is posted to a worker before its first word. */
export function startedLater(starting: Promise<WorkerHandle>): WorkerHandle {
  let worker: WorkerHandle | undefined;
  const started = starting.then((handle) => (worker = handle));
  const later = (ask: (worker: WorkerHandle) => void) => void started.then(ask, () => {});
  return {
    post: (message, transfer) => worker!.post(message, transfer),
    listen: (heard) => later((worker) => worker.listen(heard)),
    onFailure(failed) {
      started.then((worker) => worker.onFailure(failed), (error: unknown) => failed(reason(error)));
    },
    keepAlive: (needed) => later((worker) => worker.keepAlive(needed)),
    terminate: () => later((worker) => worker.terminate()),
  };
}
