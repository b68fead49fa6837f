import type { STSClient } from '@aws-sdk/client-sts';
import type { HistoryPlace } from './account-role.js';
import { assumeRole, LIFE_SECONDS, type RoleCredentials } from './assumed-role.js';
import { failureName, failureOf } from './athena-history-failure.js';
import type { TellHistory } from './athena-history-tell.js';
import { type CircuitBreaker, denials, troubles } from './circuit-breaker.js';

/** Credentials to ask with; none: those that this process runs with. `unknown`: later it may be told. */
export type Access =
  | { readonly kind: 'open'; readonly credentials?: RoleCredentials }
  | { readonly kind: 'denied' }
  | { readonly kind: 'unknown' };

export type RoleSessionOptions = {
  readonly sts: Pick<STSClient, 'send'>;
  readonly externalId?: string | undefined;
  readonly now: () => number;
  readonly tell: TellHistory;
};

type Held = { readonly credentials: RoleCredentials; readonly dueAt: number; readonly expiresAt: number };

/** Renewed when so much of the life is over. */
const FRESH_SHARE = 0.8;

/** The credentials of one role: asked for once however many want them, and renewed before they expire. */
export class RoleSession {
  readonly #arn: string;
  readonly #place: HistoryPlace;
  readonly #options: RoleSessionOptions;
  readonly #denials: CircuitBreaker;
  readonly #troubles: CircuitBreaker;
  #held: Held | undefined;
  #underWay: Promise<Access> | undefined;

  /** `place`: where it is needed first, for what is told. */
  constructor(arn: string, place: HistoryPlace, options: RoleSessionOptions) {
    this.#arn = arn;
    this.#place = place;
    this.#options = options;
    this.#denials = denials(options.now, 1);
    this.#troubles = troubles(options.now, 1);
  }

  /** Old ones serve until they expire, where new ones are not to be had. */
  async access(): Promise<Access> {
    const held = this.#held;
    const now = this.#options.now();
    if (held && now < held.dueAt) return { kind: 'open', credentials: held.credentials };
    if (!this.#denials.isOpen && !this.#troubles.isOpen) {
      this.#underWay ??= this.#assume().finally(() => {
        this.#underWay = undefined;
      });
      return this.#underWay;
    }
    return this.#leftOver();
  }

  /** AWS calls these expired, whatever the clock says. */
  drop(credentials: RoleCredentials): void {
    if (this.#held?.credentials === credentials) this.#held = undefined;
  }

  async #assume(): Promise<Access> {
    const { sts, externalId, now } = this.#options;
    try {
      const { credentials, expiration } = await assumeRole({ sts, arn: this.#arn, externalId });
      this.#held = { credentials, ...lifeOf(expiration, now()) };
      this.#denials.succeeded();
      this.#troubles.succeeded();
      return { kind: 'open', credentials };
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error: unknown): Access {
    const failure = failureOf(error);
    const isFinal = failure === 'denied' || failure === 'refused' || failure === 'not_found';
    const facts = { ...this.#place, name: failureName(error) };
    this.#options.tell(isFinal ? 'query_role_denied' : 'query_role_failed', facts);
    if (isFinal) this.#denials.failed();
    else this.#troubles.failed();
    return this.#leftOver();
  }

  #leftOver(): Access {
    const held = this.#held;
    if (held && this.#options.now() < held.expiresAt) return { kind: 'open', credentials: held.credentials };
    return { kind: this.#denials.isOpen ? 'denied' : 'unknown' };
  }
}

/** A clock that is wrong by hours must not make us ask without end: then our own hour counts. */
function lifeOf(expiration: Date | undefined, now: number): Pick<Held, 'dueAt' | 'expiresAt'> {
  const told = (expiration?.getTime() ?? Number.NaN) - now;
  const life = told > 0 ? Math.min(told, LIFE_SECONDS * 1_000) : LIFE_SECONDS * 1_000;
  return { dueAt: now + FRESH_SHARE * life, expiresAt: now + life };
}
