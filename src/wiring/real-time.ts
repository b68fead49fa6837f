import { setTimeout as wait } from 'node:timers/promises';

/** Clock, waiting and chance as they are; tests put others in their place. */
export const realTime = {
  /** Milliseconds since 1970. */
  now: Date.now,
  pause: async (millis: number): Promise<void> => {
    await wait(millis);
  },
  /** From 0 to 1. */
  random: Math.random,
};
