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
