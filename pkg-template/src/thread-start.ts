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

/** Firefox collects a worker that nothing refers to, though its memory is in use or it has yet to start. */
const threads = new Set<Worker>();

/** All scripts run before any thread begins, so that a script that cannot be had is an error and not a wait. */
export async function startWorkers(module: WebAssembly.Module, memory: WebAssembly.Memory, builder: PoolBuilder): Promise<void> {
  const start: ThreadStart = { module, memory, receiver: builder.receiver() };
  const loaded = await Promise.all(Array.from({ length: builder.numThreads() }, load));
  await Promise.all(loaded.map((thread) => begin(thread, start)));
  builder.build();
}

function load(): Promise<Worker> {
  const thread = new Worker(self.location.href, { type: scriptType(), name: THREAD_OF + self.name });
  threads.add(thread);
  return new Promise((resolve, reject) => {
    thread.onmessage = () => resolve(thread);
    thread.onerror = ({ message }) => {
      thread.terminate();
      threads.delete(thread);
      reject(new Error(`a thread could not be started: ${message || 'its script could not be loaded'}`));
    };
  });
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

/** Resolves when the thread has the module and is about to wait for work. */
function begin(thread: Worker, start: ThreadStart): Promise<void> {
  return new Promise((resolve) => {
    thread.onmessage = () => resolve();
    thread.postMessage(start);
  });
}

/** The name of the worker that this one is a thread of; undefined where it is none. */
export function parentName(): string | undefined {
  return self.name.startsWith(THREAD_OF) ? self.name.slice(THREAD_OF.length) : undefined;
}
