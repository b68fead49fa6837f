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
    race: (work) => Promise.race([work, rejected(signal)]),
    end: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
