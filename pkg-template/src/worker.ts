/**
 * A worker's whole program: tasks come in, results go out, one at a time. The pixels and files of a result are
 * transferred, not copied.
 */
import { memoryInUse } from './engine.js';
import { ImageCompressionError } from './errors.js';
import type { Glue } from './glue.js';
import type { Decode } from './platform.js';
import type { Boot, FromWorker, Port, ToWorker } from './protocol.js';
import { runTask, type Task, type TaskResult, type Workplace } from './task.js';

/** `threads` is the glue of the module whose threads share an image, where the host has them. */
export function serve(port: Port<FromWorker, ToWorker>, decode?: Decode, threads?: Glue): void {
  let boot: Boot | undefined;
  let admitted = () => {};
  const place = (id: number): Workplace => ({
    modules: modulesOf(boot!, threads),
    decode,
    admit(bytes) {
      port.post({ id, admit: bytes }, []);
      return new Promise((resolve) => void (admitted = resolve));
    },
    report: (stage, ratio) => port.post({ id, stage, ratio }, []),
  });
  port.listen((message) => {
    if ('boot' in message) boot = message.boot;
    else if ('admitted' in message) admitted();
    else void work(port, message.id, message.task, place(message.id));
  });
  port.post({ ready: true }, []);
}

async function work(port: Port<FromWorker, ToWorker>, id: number, task: Task, place: Workplace): Promise<void> {
  try {
    const result = await runTask(task, place);
    port.post({ id, result, memory: memoryInUse() }, buffersOf(result));
  } catch (thrown) {
    const { code, message } = thrown instanceof ImageCompressionError ? thrown : new ImageCompressionError('INTERNAL', String(thrown), { cause: thrown });
    port.post({ id, error: { code, message }, fatal: code === 'INTERNAL' || code === 'OUT_OF_MEMORY', memory: memoryInUse() }, []);
  }
}

/** A worker has the modules that it was given at its start, and no way to more. */
function modulesOf({ modules, threads: count }: Boot, glue: Glue | undefined) {
  return {
    threads: count > 0 && glue ? { count, glue } : undefined,
    smallest: modules.core ? ('core' as const) : ('full' as const),
    hasFull: !modules.core,
    load: async (variant: keyof typeof modules) => modules[variant]!,
  };
}

function buffersOf(result: TaskResult): ArrayBuffer[] {
  if ('bytes' in result) return [result.bytes.buffer as ArrayBuffer];
  const all = Array.isArray(result) ? result : [result];
  const parts = all.flatMap((one) => (one.finished ? [one.finished.data, one.finished.icc, one.finished.exif, one.finished.xmp] : [one.data]));
  return parts.filter((part) => part !== undefined).map(({ buffer }) => buffer);
}
