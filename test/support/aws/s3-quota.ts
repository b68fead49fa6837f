import { AwsError } from './aws-error.ts';

const WINDOW_MS = 1000;

/** How many requests S3 takes within any second. Those that it refuses do not count. */
export class S3Quota {
  /** None: any number. */
  perSecond = Number.POSITIVE_INFINITY;
  refused = 0;
  #taken: number[] = [];

  /** @throws AwsError SlowDown */
  take(now: number): void {
    if (this.perSecond === Number.POSITIVE_INFINITY) return;
    const first = this.#taken.findIndex((at) => at > now - WINDOW_MS);
    this.#taken = first < 0 ? [] : this.#taken.slice(first);
    if (this.#taken.length >= this.perSecond) {
      this.refused += 1;
      throw new AwsError('SlowDown', 'Please reduce your request rate.', { status: 503 });
    }
    this.#taken.push(now);
  }
}
