/**
 * Where the glue of the `threads` module asks for its threads, by rayon's name for it. The threads import that glue
 * too, and bundlers follow no circle of workers; so who starts them is told at run time.
 */
export interface PoolBuilder {
  numThreads(): number;
  /** Where the threads find what to do: an address in the shared memory. */
  receiver(): number;
  build(): void;
}

type Starter = (module: WebAssembly.Module, memory: WebAssembly.Memory, builder: PoolBuilder) => Promise<void>;

let starter: Starter | undefined;

export function startWith(given: Starter): void {
  starter = given;
}

export async function startWorkers(...start: Parameters<Starter>): Promise<void> {
  if (!starter) throw new Error('threads are started by a worker alone');
  await starter(...start);
}
