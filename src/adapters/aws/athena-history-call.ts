import type { AthenaClient } from '@aws-sdk/client-athena';
import type { AccountAccess } from './account-access.js';
import type { HistoryPlace } from './account-role.js';
import type { RoleCredentials } from './assumed-role.js';
import { failureName, failureOf } from './athena-history-failure.js';
import type { HistoryTime, Patience } from './athena-history-patience.js';
import type { TellHistory } from './athena-history-tell.js';
import { type CircuitBreaker, denials, troubles } from './circuit-breaker.js';
import { LruCache } from './lru-cache.js';
import { TokenBucket } from './token-bucket.js';

/** Must not try again by itself: every call is paid for. */
export type HistoryClient = Pick<AthenaClient, 'send'>;

export type HistoryCallsOptions = {
  readonly access: Pick<AccountAccess, 'of' | 'drop'>;
  /** No credentials: those that this process runs with. */
  readonly newClient: (region: string, credentials: RoleCredentials | undefined) => HistoryClient;
  /** Calls a second, for each place. */
  readonly rate: number;
  readonly time: HistoryTime;
  readonly tell: TellHistory;
};

/** What a call came to. `silent`: nobody answered in time, or nobody was asked, since lately it was of no use. */
export type CallOutcome<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'denied' | 'not_found' | 'refused' | 'silent' };

/** One call, for a place, within a patience. */
export type HistoryCall<T> = {
  readonly place: HistoryPlace;
  readonly patience: Patience;
  /** Whether a denial of it, after others in a row, is one of the whole place: not of a workgroup, or of one action. */
  readonly isForPlace: boolean;
  readonly send: (client: HistoryClient, options: { readonly abortSignal: AbortSignal }) => Promise<T>;
};

/** What we know of a place beside its answers. */
type Experience = {
  readonly bucket: TokenBucket;
  readonly denials: CircuitBreaker;
  readonly troubles: CircuitBreaker;
};
type Known = { readonly credentials: RoleCredentials | undefined; readonly client: HistoryClient };

/** In a row, after which a place is left alone for a while. */
const MOST_DENIALS = 4;
const MOST_FAILURES = 4;
/** A call that takes longer than this, and longer than we could wait, is a failure. */
const SLOW_MS = 1_000;
/** Who waits looks this often whether there is still time to. */
const LOOK_MS = 1_000;
const MOST_CLIENTS = 256;
/** Small: all that must never be forgotten early is the rate. */
const MOST_PLACES = 8_192;

/** Calls of Athena in any account and Region, each paid from the bucket of its place; never throws. */
export class HistoryCalls {
  readonly #options: HistoryCallsOptions;
  readonly #places = new LruCache<Experience>(MOST_PLACES);
  readonly #clients = new LruCache<Known>(MOST_CLIENTS);
  #count = 0;

  constructor(options: HistoryCallsOptions) {
    this.#options = options;
  }

  /** Calls of Athena so far. */
  get count(): number {
    return this.#count;
  }

  async call<T>(call: HistoryCall<T>): Promise<CallOutcome<T>> {
    const { place, patience } = call;
    const known = this.#experience(place);
    for (let renewed = false; ; ) {
      if (known.denials.isOpen) return { kind: 'denied' };
      if (patience.isOver || !(await this.#outlasts(known.troubles, patience))) return { kind: 'silent' };
      const access = await patience.wait(this.#options.access.of(place));
      if (access?.kind === 'denied') return access;
      if (access?.kind !== 'open') return { kind: 'silent' };
      if ((await patience.wait(known.bucket.take(() => patience.ends))) !== true) return { kind: 'silent' };
      // While we waited for our turn others may have learned that it is of no use.
      if (known.denials.isOpen || known.troubles.isOpen) continue;
      const outcome = await this.#send(call, known, access.credentials);
      if (outcome.kind !== 'again') return outcome;
      if (!outcome.isExpired) continue;
      if (renewed || access.credentials === undefined) this.#failed(known, place, outcome.error);
      else this.#options.access.drop(place, access.credentials);
      renewed = true;
    }
  }

  /** Waits for a place in trouble, but no longer than half of patience: the rest is for those that answer. */
  async #outlasts(troubles: CircuitBreaker, patience: Patience): Promise<boolean> {
    const { now, pause } = this.#options.time;
    while (troubles.isOpen) {
      if (patience.isOver || troubles.closesAt >= patience.half) return false;
      await pause(Math.min(LOOK_MS, troubles.closesAt - now()));
    }
    return true;
  }

  async #send<T>(
    { place, patience, isForPlace, send }: HistoryCall<T>,
    known: Experience,
    credentials: RoleCredentials | undefined,
  ): Promise<CallOutcome<T> | Again> {
    const { now } = this.#options.time;
    const begun = now();
    this.#count += 1;
    try {
      const client = this.#client(place, credentials);
      const sent = send(client, { abortSignal: patience.signal }).then((value) => ({ value }));
      const told = await patience.wait(sent);
      if (told === undefined) return this.#cutOff(known, place, now() - begun);
      succeeded(known);
      return { kind: 'answer', value: told.value };
    } catch (error) {
      if (patience.signal.aborted) return this.#cutOff(known, place, now() - begun);
      const failure = failureOf(error);
      if (failure === 'credentials') return { kind: 'again', isExpired: true, error };
      if (failure === 'busy' || failure === 'passing') {
        this.#failed(known, place, error);
        return { kind: 'again', isExpired: false, error };
      }
      if (failure !== 'denied') succeeded(known);
      else if (isForPlace) known.denials.failed();
      if (failure !== 'not_found') this.#tell(failure === 'denied', place, failureName(error));
      return { kind: failure };
    }
  }

  #failed({ bucket, troubles }: Experience, place: HistoryPlace, error: unknown): void {
    if (failureOf(error) === 'busy') bucket.throttled();
    else bucket.failed();
    troubles.failed();
    this.#tell(false, place, failureName(error));
  }

  /** Patience ended while a call was under way: who is that slow would take the patience of the next look-up too. */
  #cutOff({ troubles }: Experience, place: HistoryPlace, millis: number): { readonly kind: 'silent' } {
    if (millis >= SLOW_MS) {
      troubles.open();
      this.#tell(false, place, 'too_slow');
    }
    return { kind: 'silent' };
  }

  #tell(isDenied: boolean, place: HistoryPlace, name: string): void {
    this.#options.tell(isDenied ? 'query_history_denied' : 'query_history_failed', { ...place, name });
  }

  #experience(place: HistoryPlace): Experience {
    const { rate, time } = this.#options;
    return this.#places.get(keyOf(place), () => ({
      bucket: new TokenBucket({ rate, now: time.now, waiting: time }),
      denials: denials(time.now, MOST_DENIALS),
      troubles: troubles(time.now, MOST_FAILURES),
    }));
  }

  /** A client keeps its credentials: new ones take a new client. */
  #client(place: HistoryPlace, credentials: RoleCredentials | undefined): HistoryClient {
    const make = () => ({ credentials, client: this.#options.newClient(place.region, credentials) });
    const key = keyOf(place);
    const known = this.#clients.get(key, make);
    if (known.credentials === credentials) return known.client;
    const renewed = make();
    this.#clients.put(key, renewed);
    return renewed.client;
  }
}

/** The call may be made once more. */
type Again = { readonly kind: 'again'; readonly isExpired: boolean; readonly error: unknown };

const keyOf = ({ account, region }: HistoryPlace) => `${account}/${region}`;

function succeeded({ bucket, denials: denied, troubles: failed }: Experience): void {
  bucket.succeeded();
  denied.succeeded();
  failed.succeeded();
}
