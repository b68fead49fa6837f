import { AuditLakeError } from '../errors.js';
import type { Io } from './io.js';

/** The user stopped the command: exit code 130, nothing more to say. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Ctrl-C while a command works: the first time it is to end in order, the second time the process ends at once. */
export type Interruption = {
  readonly signal: AbortSignal;
  /** Rejects with Interrupted where the first Ctrl-C comes before the work is done. */
  race<T>(work: Promise<T>): Promise<T>;
  /** From here on Ctrl-C ends the process as usual. */
  end(): void;
};

export function interruption(onFirst: () => void = () => undefined): Interruption {
  const stop = new AbortController();
  const { signal } = stop;
  const onSignal = () => {
    if (signal.aborted) process.exit(130);
    onFirst();
    stop.abort(new Interrupted());
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal,
    race: (work) => unlessAborted(signal, work),
    end: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

const STOPPING = 'Stopping: finishing what is being written. Press Ctrl-C again to stop at once.\n';

/**
 * Work on a lake, and its exit code. The first Ctrl-C lets it end in order, the second ends it at once: the lake bears
 * both.
 */
export async function endingInOrder(io: Io, work: (stop: Interruption) => Promise<number>): Promise<number> {
  const stop = interruption(() => io.err(STOPPING));
  try {
    return await work(stop);
  } catch (error) {
    // Interrupted before it had the lake: nothing was begun.
    if (stop.signal.aborted && error instanceof AuditLakeError && error.code === 'LAKE_BUSY') return 130;
    throw error;
  } finally {
    stop.end();
  }
}

/** A command may race again and again: whoever has ended listens no more. */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
  });
}
