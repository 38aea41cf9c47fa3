/**
 * Workers for one kind of work: as many as were asked for, started when there is work and ended when there is none.
 *
 * A worker does one task at a time in a WebAssembly memory of its own. Ending it is the only way to give that memory
 * back, to stop an encoder in the middle, and to be rid of an instance that trapped; so a worker is ended when its
 * task is aborted, when it crashed, when its memory has grown past a bound, and when it has stood idle for a while.
 * The next task starts a fresh one. Its module is compiled once, outside, so that a start takes milliseconds.
 */
import type { Budget } from './budget.js';
import { ImageCompressionError } from './errors.js';
import type { CompiledModules, WorkerHandle } from './platform.js';
import type { FromWorker } from './protocol.js';
import { onAbort } from './signals.js';
import type { Stage, Task, TaskResult } from './task.js';

/** A worker that holds more than this is replaced at once. */
const MOST_MEMORY = 512 * 2 ** 20;
/** A worker that holds more than this is replaced when a chunk of a batch ends: more than small pictures take. */
const MOST_MEMORY_AT_REST = 32 * 2 ** 20;
/** How long a worker without work is kept, in milliseconds. */
const IDLE_TIME = 10_000;

/** The script of a worker cannot be had, or may not be started here. */
export class WorkerUnavailable extends Error {}

export interface Hooks {
  readonly signal?: AbortSignal | undefined;
  report(stage: Stage, ratio: number): void;
}

export interface PoolPlan {
  readonly size: number;
  /** Threads of each worker, for one image; 0 for none. */
  readonly threads: number;
  readonly budget: Budget;
  start(name: string): WorkerHandle;
  /** What a fresh worker is given. */
  modules(): Promise<CompiledModules>;
}

export class Pool {
  readonly #plan: PoolPlan;
  readonly #all = new Set<PoolWorker>();
  readonly #idle: PoolWorker[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(plan: PoolPlan) {
    this.#plan = plan;
  }

  /** Workers at most. */
  get size(): number {
    return this.#plan.size;
  }

  /** Workers that run, and the bytes of WebAssembly memory that each holds. */
  get memories(): number[] {
    return [...this.#all].map(({ memory }) => memory);
  }

  /** Runs a task on the next free worker. What is in `transfer` is the worker's from then on. */
  async run(task: Task, transfer: ArrayBuffer[], hooks: Hooks): Promise<TaskResult> {
    const worker = await this.#free(hooks.signal);
    try {
      return await worker.run(task, transfer, hooks, this.#plan.budget);
    } finally {
      this.#giveBack(worker);
    }
  }

  /** Between chunks: ends the idle workers that hold much memory. */
  rest(): void {
    for (const worker of this.#idle.filter(({ memory }) => memory > MOST_MEMORY_AT_REST)) this.#end(worker);
  }

  /** Ends every worker; what was in hand has been stopped by its own signal before. */
  close(): void {
    for (const worker of [...this.#all]) this.#end(worker);
  }

  async #free(signal: AbortSignal | undefined): Promise<PoolWorker> {
    for (;;) {
      signal?.throwIfAborted();
      // A worker may have died while it had nothing to do.
      for (const dead of this.#idle.filter(({ isSound }) => !isSound)) this.#end(dead);
      const worker = this.#idle.pop() ?? (this.#all.size < this.#plan.size ? this.#start() : undefined);
      if (worker) return worker;
      await this.#turn(signal);
    }
  }

  /** Waits for a worker to be given back, first come first served. */
  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      let stopWaiting = () => {};
      const enter = () => {
        stopWaiting();
        resolve();
      };
      this.#waiting.push(enter);
      stopWaiting = onAbort(signal, (reason) => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(reason);
      });
    });
  }

  #start(): PoolWorker {
    const worker = new PoolWorker(this.#plan);
    this.#all.add(worker);
    return worker;
  }

  #giveBack(worker: PoolWorker): void {
    if (!worker.isSound || worker.memory > MOST_MEMORY) {
      this.#end(worker);
    } else if (this.#all.has(worker)) {
      this.#idle.push(worker);
      worker.restFor(IDLE_TIME, () => this.#end(worker));
    }
    this.#waiting.shift()?.();
  }

  #end(worker: PoolWorker): void {
    this.#all.delete(worker);
    const place = this.#idle.indexOf(worker);
    if (place >= 0) this.#idle.splice(place, 1);
    worker.end();
  }
}

/** The task that a worker is at, and how to end it. */
interface Current {
  readonly id: number;
  readonly hooks: Hooks;
  finish(result: TaskResult): void;
  fail(error: unknown): void;
  admit(bytes: number): void;
}

let lastId = 0;

class PoolWorker {
  isSound = true;
  memory = 0;
  readonly #handle: WorkerHandle;
  readonly #ready: Promise<void>;
  readonly #alarm: BroadcastChannel | undefined;
  #current: Current | undefined;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(plan: PoolPlan) {
    const name = `slimpix-${Date.now()}-${(lastId += 1)}`;
    this.#handle = startOrThrow(plan, name);
    this.#ready = this.#boot(plan);
    if (plan.threads > 0) this.#alarm = listenTo(name, (why) => this.#crash(why));
  }

  async #boot(plan: PoolPlan): Promise<void> {
    const [modules] = await Promise.all([plan.modules(), this.#scriptRuns()]);
    this.#handle.post({ boot: { modules, threads: plan.threads } }, []);
  }

  /** A worker that fails before its first word never will work here; later it is a crash. */
  #scriptRuns(): Promise<void> {
    return new Promise((resolve, reject) => {
      let runs = false;
      this.#handle.onFailure((why) => (runs ? this.#crash(why) : reject(new WorkerUnavailable(why))));
      this.#handle.listen((message) => {
        if (!('ready' in message)) return this.#hearOf(message);
        runs = true;
        resolve();
      });
    });
  }

  async run(task: Task, transfer: ArrayBuffer[], hooks: Hooks, budget: Budget): Promise<TaskResult> {
    clearTimeout(this.#idleTimer);
    this.#handle.keepAlive(true);
    let release = () => {};
    let stopWaiting = () => {};
    try {
      const ended = new Promise<TaskResult>((finish, fail) => {
        const admit = (bytes: number) => budget.admit(bytes, hooks.signal).then((give) => {
          // The worker may have died while it waited.
          if (this.#current !== current) return give();
          release = give;
          this.#handle.post({ id: current.id, admitted: true }, []);
        }).catch(fail);
        const current: Current = { id: (lastId += 1), hooks, finish, fail, admit };
        this.#current = current;
        this.#ready.then(() => this.#handle.post({ id: current.id, task }, transfer)).catch((error: unknown) => {
          this.isSound = false;
          fail(error);
        });
      });
      stopWaiting = onAbort(hooks.signal, (reason) => this.#stop(reason));
      return await ended;
    } finally {
      this.#current = undefined;
      release();
      stopWaiting();
      this.#handle.keepAlive(false);
    }
  }

  restFor(milliseconds: number, then: () => void): void {
    this.#idleTimer = setTimeout(then, milliseconds);
    // In Node a timer keeps the process alive unless told otherwise.
    (this.#idleTimer as { unref?: () => void }).unref?.();
  }

  end(): void {
    clearTimeout(this.#idleTimer);
    this.#alarm?.close();
    this.#stop(new ImageCompressionError('ABORTED', 'the worker was ended'));
  }

  #hearOf(message: Exclude<FromWorker, { ready: true }>): void {
    const current = this.#current;
    if (current?.id !== message.id) return;
    if ('memory' in message) this.memory = message.memory;
    if ('admit' in message) current.admit(message.admit);
    else if ('stage' in message) current.hooks.report(message.stage, message.ratio);
    else if ('result' in message) current.finish(message.result);
    else {
      this.isSound = !message.fatal;
      current.fail(new ImageCompressionError(message.error.code, message.error.message));
    }
  }

  #stop(reason: unknown): void {
    this.isSound = false;
    this.#handle.terminate();
    this.#current?.fail(reason);
  }

  #crash(why: string): void {
    const message = `the worker died: ${why}; this image was lost, and the next one runs in a fresh worker`;
    this.#stop(new ImageCompressionError('INTERNAL', message));
  }
}

/** A crash in a thread of a worker: its parent waits for it, and only a third party can hear of it. */
function listenTo(name: string, heard: (why: string) => void): BroadcastChannel {
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => heard(String(data));
  return channel;
}

function startOrThrow(plan: PoolPlan, name: string): WorkerHandle {
  try {
    return plan.start(name);
  } catch (cause) {
    throw new WorkerUnavailable(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
