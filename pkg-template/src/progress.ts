/**
 * How far a call is, and who hears of it. One image is a batch of one. Here alone ratios are put together, so that they
 * never go back: not where a file is tried again, nor where several workers report on one picture.
 *
 * A listener that fails fails its own call and no other: the work is stopped, and the call rejects with what the
 * listener threw.
 */
import { isPromise } from './rules.js';
import type { Stage } from './task.js';
import type { Progress } from './types.js';

type Tell = (stage: Progress['stage'], ratio: number) => void;

export class CallProgress {
  /** Files in all, as soon as it is known. */
  total: number | undefined;
  readonly #listener: ((progress: Progress) => void) | undefined;
  readonly #stop: AbortController;
  readonly #running = new Set<FileProgress>();
  #done = 0;
  #furthest = 0;

  constructor(listener: ((progress: Progress) => void) | undefined, stop: AbortController, total?: number) {
    this.#listener = listener;
    this.#stop = stop;
    this.total = total;
  }

  begin(name: string): FileProgress {
    const tell: Tell = (stage, ratio) => this.#tell(name, stage, ratio);
    const file: FileProgress = new FileProgress(tell, () => this.#end(file));
    this.#running.add(file);
    return file;
  }

  #end(file: FileProgress): void {
    this.#running.delete(file);
    this.#done += 1;
  }

  #tell(file: string, stage: Progress['stage'], own: number): void {
    const begun = [...this.#running].reduce((sum, { ratio }) => sum + ratio, 0);
    const whole = this.total === undefined ? own : Math.min(1, (this.#done + begun) / this.total);
    if (this.total !== undefined) this.#furthest = Math.max(this.#furthest, whole);
    const ratio = this.total === undefined ? own : this.#furthest;
    this.#hear({ stage, ratio, file, done: this.#done, total: this.total });
  }

  #hear(progress: Progress): void {
    if (!this.#listener || this.#stop.signal.aborted) return;
    const stop = (thrown: unknown) => this.#stop.abort(thrown);
    try {
      const answer: unknown = this.#listener(progress);
      // An async function may be given for one that returns nothing.
      if (isPromise(answer)) answer.then(undefined, stop);
    } catch (thrown) {
      stop(thrown);
    }
  }
}

/** One file's part. */
export class FileProgress {
  ratio = 0;
  #isDone = false;
  readonly #tell: Tell;
  readonly #end: () => void;

  constructor(tell: Tell, end: () => void) {
    this.#tell = tell;
    this.#end = end;
  }

  report(stage: Stage, ratio: number): void {
    // A worker may go on for a while after another one has failed.
    if (this.#isDone) return;
    this.ratio = Math.max(this.ratio, ratio);
    this.#tell(stage, this.ratio);
  }

  end(): void {
    this.#isDone = true;
    this.#end();
    this.#tell('done', 1);
  }
}
