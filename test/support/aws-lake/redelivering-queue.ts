import type { Message } from './doors.ts';
import type { LakeLogFile } from './lake-log-file.ts';

type Held = {
  readonly id: string;
  readonly files: readonly LakeLogFile[];
  visibleAt: number;
  receives: number;
  isGone: boolean;
};

const VISIBILITY_MS = 600_000;
/** After so many receives a message of which no delivery helps goes to the dead-letter queue. */
const MOST_RECEIVES = 5;

/** A queue of SQS: what is received comes again, unless it is deleted in time, and sometimes although it is. */
export class RedeliveringQueue {
  readonly #held: Held[];
  readonly #dead: Held[] = [];

  constructor(deliveries: readonly { readonly at: number; readonly files: readonly LakeLogFile[] }[]) {
    this.#held = deliveries.map(({ at, files }, n) => ({
      ...{ id: `m${n}`, files, visibleAt: at },
      ...{ receives: 0, isGone: false },
    }));
  }

  receive(now: number, most: number): readonly Message[] {
    const visible = this.#held.filter(({ isGone, visibleAt }) => !isGone && visibleAt <= now).slice(0, most);
    for (const held of visible) {
      held.receives++;
      held.visibleAt = now + VISIBILITY_MS;
    }
    return visible.map(({ id, files, receives }) => ({ id, files, receiveCount: receives }));
  }

  /** Deletes a message that was received. */
  delete({ id }: Message): void {
    for (const held of this.#held) if (held.id === id) held.isGone = true;
  }

  /** A message that was handed back: poison leaves for the dead-letter queue at last. */
  handBack({ id, files, receiveCount }: Message): void {
    const isPoison = files.some(({ nature }) => nature === 'damaged');
    if (!isPoison || receiveCount < MOST_RECEIVES) return;
    for (const held of this.#held.filter((it) => it.id === id && !it.isGone)) {
      held.isGone = true;
      this.#dead.push(held);
    }
  }

  /** When a message may be received next; undefined where there is none any more. */
  nextAt(): number | undefined {
    const open = this.#held.filter(({ isGone }) => !isGone);
    return open.length === 0 ? undefined : Math.min(...open.map(({ visibleAt }) => visibleAt));
  }

  /** The dead-letter queue, driven back. */
  dead(): readonly Message[] {
    return this.#dead.map(({ id, files }) => ({ id, files, receiveCount: 1 }));
  }
}
