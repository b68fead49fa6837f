import { type HistoryPlace, readerRoleArn } from './account-role.js';
import { type Access, RoleSession, type RoleSessionOptions } from './account-role-session.js';
import type { RoleCredentials } from './assumed-role.js';
import { failureName } from './athena-history-failure.js';
import { type CircuitBreaker, troubles } from './circuit-breaker.js';
import { LruCache } from './lru-cache.js';

export type AccountAccessOptions = RoleSessionOptions & {
  /** Numbers of 12 digits, and `self`. */
  readonly accounts: readonly string[];
  /** The role to assume, with `{account}` and `{region}`. */
  readonly role: string;
  /** The number of the account that this process runs in; may fail. */
  readonly ownAccount: () => Promise<string>;
};

/** Roles times Regions of a large organization, where each Region has a role of its own. */
const MOST_ROLES = 4_096;

/** Who may be asked, and with which credentials. No other account is ever named to STS (threat T11). */
export class AccountAccess {
  readonly #options: AccountAccessOptions;
  readonly #accounts: ReadonlySet<string>;
  readonly #roles = new LruCache<RoleSession>(MOST_ROLES);
  readonly #troubles: CircuitBreaker;
  #own: string | undefined;
  #underWay: Promise<string | undefined> | undefined;

  constructor(options: AccountAccessOptions) {
    this.#options = options;
    this.#accounts = new Set(options.accounts);
    this.#troubles = troubles(options.now, 1);
  }

  /** Whether nobody lets us ask, which no call need tell. */
  isForeign({ account }: HistoryPlace): boolean {
    if (this.#accounts.has(account)) return false;
    return !this.#accounts.has('self') || (this.#own !== undefined && this.#own !== account);
  }

  /** @throws whatever stands in the way, such as missing credentials */
  async knowOwnAccount(): Promise<void> {
    this.#own ??= await this.#options.ownAccount();
  }

  async of(place: HistoryPlace): Promise<Access> {
    if (this.#accounts.has('self')) {
      const own = await this.#ownAccount(place);
      if (own === place.account) return { kind: 'open' };
      // As long as we do not know our own number, it may be this one.
      if (own === undefined && !this.#accounts.has(place.account)) return { kind: 'unknown' };
    }
    if (!this.#accounts.has(place.account)) return { kind: 'denied' };
    return this.#role(place).access();
  }

  /** AWS calls these credentials expired. */
  drop(place: HistoryPlace, credentials: RoleCredentials): void {
    this.#role(place).drop(credentials);
  }

  #role(place: HistoryPlace): RoleSession {
    const arn = readerRoleArn(this.#options.role, place);
    return this.#roles.get(arn, () => new RoleSession(arn, place, this.#options));
  }

  async #ownAccount(place: HistoryPlace): Promise<string | undefined> {
    if (this.#own !== undefined || this.#troubles.isOpen) return this.#own;
    this.#underWay ??= this.#askOwnAccount(place).finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #askOwnAccount(place: HistoryPlace): Promise<string | undefined> {
    try {
      await this.knowOwnAccount();
      this.#troubles.succeeded();
    } catch (error) {
      this.#troubles.failed();
      this.#options.tell('query_role_failed', { ...place, account: 'self', name: failureName(error) });
    }
    return this.#own;
  }
}
