/**
 * Starts the threads of the `threads` module, each a worker of its worker; the glue calls it by rayon's name for it.
 * A thread is the worker's own script once more, told apart by its name: so there is no second script for a bundler to
 * lose, and no circle of workers for it to refuse.
 *
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

/** Before the name of a thread's worker. */
const THREAD_OF = 'thread of ';

/** Firefox collects a worker that nothing refers to, though its memory is in use. */
let threads: Worker[] = [];

export async function startWorkers(module: WebAssembly.Module, memory: WebAssembly.Memory, builder: PoolBuilder): Promise<void> {
  const start: ThreadStart = { module, memory, receiver: builder.receiver() };
  threads = Array.from({ length: builder.numThreads() }, () => new Worker(self.location.href, { type: scriptType(), name: THREAD_OF + self.name }));
  await Promise.all(threads.map((thread) => ready(thread, start)));
  builder.build();
}

/** The name of the worker that this one is a thread of; undefined where it is none. */
export function parentName(): string | undefined {
  return self.name.startsWith(THREAD_OF) ? self.name.slice(THREAD_OF.length) : undefined;
}

/**
 * Some bundlers make classic workers of modules; a thread is started as its worker was. A module may import no script at
 * all, which is a TypeError; a classic worker finds that '//' is no address, which is none, and asks nothing of the
 * network. Called by way of `Reflect`, since a bundler that sees the name takes it for a mistake.
 */
function scriptType(): WorkerType {
  try {
    Reflect.get(self, 'importScripts').call(self, '//');
  } catch (error) {
    if (error instanceof TypeError) return 'module';
  }
  return 'classic';
}

function ready(thread: Worker, start: ThreadStart): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.onmessage = () => resolve();
    thread.onerror = ({ message }) => reject(new Error(`a thread could not be started: ${message || 'its script could not be loaded'}`));
    thread.postMessage(start);
  });
}
