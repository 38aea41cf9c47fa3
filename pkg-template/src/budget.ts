import { onAbort } from './signals.js';

/**
 * Shares out memory among jobs that run side by side: a job waits until what it needs is free, in the order of asking.
 * A job that needs more than there is runs alone.
 */
export class Budget {
  readonly #limit: number;
  #used = 0;
  readonly #waiting: { readonly bytes: number; readonly enter: () => void }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves to a function that gives the bytes back. An abort leaves the queue. */
  admit(bytes: number, signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      let stopWaiting = () => {};
      const enter = () => {
        stopWaiting();
        resolve(this.#take(bytes));
      };
      const entry = { bytes, enter };
      this.#waiting.push(entry);
      stopWaiting = onAbort(signal, (reason) => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        this.#letIn();
        reject(reason);
      });
      this.#letIn();
    });
  }

  #take(bytes: number): () => void {
    this.#used += bytes;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#used -= bytes;
      this.#letIn();
    };
  }

  #letIn(): void {
    for (let next = this.#waiting[0]; next && (this.#used === 0 || this.#used + next.bytes <= this.#limit); next = this.#waiting[0]) {
      this.#waiting.shift();
      next.enter();
    }
  }
}
