/**
 * Starts the threads of the `threads` module, each a worker of its worker; the glue calls it by rayon's name for it.
 * A worker that waits for its threads hears nothing more, so each thread is given its name, and rings there.
 */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Where the threads find what to do: an address in the shared memory. */
  readonly receiver: number;
}

interface PoolBuilder {
  numThreads(): number;
  receiver(): number;
  build(): void;
}

/** Firefox collects a worker that nothing refers to, though its memory is in use. */
let threads: Worker[] = [];

export async function startWorkers(module: WebAssembly.Module, memory: WebAssembly.Memory, builder: PoolBuilder): Promise<void> {
  const start: ThreadStart = { module, memory, receiver: builder.receiver() };
  threads = Array.from({ length: builder.numThreads() }, () => new Worker(new URL('./thread.js', import.meta.url), { type: 'module', name: self.name }));
  await Promise.all(threads.map((thread) => ready(thread, start)));
  builder.build();
}

function ready(thread: Worker, start: ThreadStart): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.onmessage = () => resolve();
    thread.onerror = ({ message }) => reject(new Error(`a thread could not be started: ${message || 'its script could not be loaded'}`));
    thread.postMessage(start);
  });
}
