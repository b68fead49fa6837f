import type { Random } from '../../src/demo/random.js';
import { queueMessage } from './envelopes.ts';

type Waiting = { readonly id: string; readonly body: unknown; received: number };

/** A standard queue with a dead-letter queue: any order, at least once, back again unless it was acknowledged. */
export class Queue {
  readonly dead: string[] = [];
  readonly #random: Random;
  readonly #mostReceives: number;
  readonly #waiting: Waiting[] = [];

  constructor({ random, mostReceives }: { readonly random: Random; readonly mostReceives: number }) {
    this.#random = random;
    this.#mostReceives = mostReceives;
  }

  get length(): number {
    return this.#waiting.length;
  }

  send(id: string, body: unknown): void {
    this.#waiting.push({ id, body, received: 0 });
  }

  /** Hands up to so many messages to `handle`, and takes away those that it does not give back, most of the time. */
  async receive(most: number, handle: (batch: object[]) => Promise<readonly string[]>): Promise<void> {
    const batch: Waiting[] = [];
    while (batch.length < most && this.#waiting.length > 0) {
      batch.push(...this.#waiting.splice(this.#random.between(0, this.#waiting.length - 1), 1));
    }
    if (batch.length === 0) return;
    for (const message of batch) message.received += 1;
    const again = new Set(
      await handle(batch.map(({ id, body, received }) => queueMessage(id, body, String(received)))),
    );
    for (const message of batch) {
      const isLostAck = this.#random.fraction() < 0.1 && message.received < this.#mostReceives;
      if (!again.has(message.id) && !isLostAck) continue;
      if (message.received < this.#mostReceives) this.#waiting.push(message);
      else this.dead.push(message.id);
    }
  }
}
