import { type LmdbItems, WRITER_KEY } from './lmdb-items.js';

/** Who writes to a lake: one process at a time (protocol 4.8). */
export type Writer = { readonly token: string; readonly pid: number; readonly host: string };

export type LockWorld = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whether a process of this machine is there. */
  readonly isAlive: (pid: number) => boolean;
};

/** A holder that has not been heard for so long is gone, whatever became of its process id. */
export const STALE_MS = 30_000;
/** How often a holder makes itself heard. */
export const BEAT_MS = 5_000;

/**
 * Takes the writer's place where it is free, or its holder is dead. Decided inside one transaction, so of two that
 * try one wins. A holder that was only halted loses it too, and its next commit is refused.
 */
export function tryToWrite(items: LmdbItems, me: Writer, world: LockWorld): boolean {
  return items.transactionSync(() => {
    const holder = items.get(WRITER_KEY);
    if (holder !== undefined && 'token' in holder && isThere(holder, me, world)) return false;
    items.putSync(WRITER_KEY, { ...me, beat: world.now() });
    return true;
  });
}

/** Makes the holder heard; false where the place was lost. */
export function beat(items: LmdbItems, me: Writer, now: number): boolean {
  return items.transactionSync(() => {
    const holder = items.get(WRITER_KEY);
    if (holder === undefined || !('token' in holder) || holder.token !== me.token) return false;
    items.putSync(WRITER_KEY, { ...me, beat: now });
    return true;
  });
}

export function stopWriting(items: LmdbItems, me: Writer): void {
  items.transactionSync(() => {
    const holder = items.get(WRITER_KEY);
    if (holder !== undefined && 'token' in holder && holder.token === me.token) items.removeSync(WRITER_KEY);
  });
}

/** Whether some process of this machine or another one holds the writer's place. */
export function isHeld(items: LmdbItems, me: Pick<Writer, 'host'>, world: LockWorld): boolean {
  const holder = items.get(WRITER_KEY);
  return holder !== undefined && 'token' in holder && isThere(holder, me, world);
}

function isThere(
  holder: Writer & { readonly beat: number },
  me: Pick<Writer, 'host'>,
  world: LockWorld,
): boolean {
  // A beat from the future is a clock that was set, not a process that is there.
  if (Math.abs(world.now() - holder.beat) > STALE_MS) return false;
  return holder.host !== me.host || world.isAlive(holder.pid);
}
