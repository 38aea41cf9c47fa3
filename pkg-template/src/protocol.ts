/**
 * What crosses between a pool and its workers. Messages hold plain data alone: classes, functions and an error's
 * `code` do not survive the crossing.
 */
import type { ErrorFacts } from './errors.js';
import type { CompiledModules } from './platform.js';
import type { Stage, Task, TaskResult } from './task.js';

/** The first message to a worker: the compiled modules it will need, and how many threads it may use for one image. */
export interface Boot {
  readonly modules: CompiledModules;
  readonly threads: number;
}

export type ToWorker = { readonly boot: Boot } | { readonly id: number; readonly task: Task } | { readonly id: number; readonly admitted: true };

export type FromWorker =
  | { readonly ready: true }
  /** The task asks for so many bytes, and waits for `admitted`. */
  | { readonly id: number; readonly admit: number }
  | { readonly id: number; readonly stage: Stage; readonly ratio: number }
  /** `memory` is what the worker's WebAssembly holds, in bytes. */
  | { readonly id: number; readonly result: TaskResult; readonly memory: number }
  /** `fatal`: the instance is not to be trusted any more. */
  | { readonly id: number; readonly error: ErrorFacts; readonly fatal: boolean; readonly memory: number };

/** One end of a worker, whatever the host calls it. */
export interface Port<Sent, Received> {
  post(message: Sent, transfer: ArrayBuffer[]): void;
  listen(heard: (message: Received) => void): void;
}
