/** How an adapter waits. Given from outside: tests let time stand still. */
export type Waiting = {
  readonly pause: (millis: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
};

/** Full jitter: anything up to 50 ms, doubled with each attempt, 5 s at most. */
export function backOff(attempt: number, { pause, random }: Waiting): Promise<void> {
  return pause(random() * Math.min(5_000, 50 * 2 ** attempt));
}

/** How a call is made again: so often at most, the first time counted, and only after failures that may pass. */
export type Persistence = {
  readonly waiting: Waiting;
  readonly most: number;
  readonly mayPass: (error: unknown) => boolean;
};

/** Makes a call until it succeeds, and throws the failure that does not pass, or the last one. */
export async function again<T>({ waiting, most, mayPass }: Persistence, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= most || !mayPass(error)) throw error;
    }
    await backOff(attempt, waiting);
  }
}
