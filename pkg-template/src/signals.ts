/**
 * Who waits for an abort. Many jobs on one `AbortSignal` are usual, and Node warns of a leak from eleven listeners on;
 * so each signal has one listener from here, for all who wait, and none when nobody does.
 */
type Heard = (reason: unknown) => void;

const waiting = new WeakMap<AbortSignal, Set<Heard>>();

/** Calls `heard` with the reason when the signal is aborted, at once where it is already; the result ends the wait. */
export function onAbort(signal: AbortSignal | undefined, heard: Heard): () => void {
  if (!signal) return () => {};
  if (signal.aborted) {
    heard(signal.reason);
    return () => {};
  }
  // The same function may wait twice.
  const own: Heard = (reason) => heard(reason);
  const all = waiting.get(signal) ?? listenTo(signal);
  all.add(own);
  return () => {
    all.delete(own);
    if (all.size === 0) stopListening(signal);
  };
}

const listeners = new WeakMap<AbortSignal, () => void>();

function listenTo(signal: AbortSignal): Set<Heard> {
  const all = new Set<Heard>();
  const listener = () => {
    stopListening(signal);
    for (const heard of [...all]) heard(signal.reason);
  };
  waiting.set(signal, all);
  listeners.set(signal, listener);
  signal.addEventListener('abort', listener, { once: true });
  return all;
}

function stopListening(signal: AbortSignal): void {
  const listener = listeners.get(signal);
  if (listener) signal.removeEventListener('abort', listener);
  waiting.delete(signal);
  listeners.delete(signal);
}
