import { isForgotten } from '../../datasets/asked-query.js';
import {
  type AskedQuery,
  type HistoryAnswer,
  type QueryName,
  queryKey,
} from '../../datasets/query-execution.js';
import type { QueryHistory } from '../../ports/query-history.js';
import { AccountAccess, type AccountAccessOptions } from './account-access.js';
import { type HistoryPlace, isPlace } from './account-role.js';
import { HistoryCalls, type HistoryCallsOptions } from './athena-history-call.js';
import { type HistoryTime, Patience } from './athena-history-patience.js';
import { HistoryQuestions } from './athena-history-questions.js';
import { onceEach, type TellHistory } from './athena-history-tell.js';

export type AthenaHistoryOptions = Omit<AccountAccessOptions, 'now' | 'tell'> &
  Pick<HistoryCallsOptions, 'newClient' | 'rate'> & {
    /** How long a look-up may take, for each log file that waits for it. */
    readonly millisPerLogFile: number;
    /** Milliseconds since 1970, after which nobody waits any more; looked at again and again. */
    readonly until?: (() => number) | undefined;
    readonly time: HistoryTime;
    readonly tell: TellHistory;
  };

/** The queries of one account and Region, by their ids. */
type Group = { readonly place: HistoryPlace; readonly queries: Map<string, AskedQuery> };

/** Places that are asked side by side. */
const LANES = 16;

/**
 * Athena's own query history, in the accounts and Regions where the queries ran. Other accounts than those allowed are
 * `denied` and never named to AWS; so is what cannot be an account or a Region, since there is nobody to ask. It never
 * throws: what fails is told, and has no answer.
 */
export class AthenaHistory implements QueryHistory {
  readonly #options: AthenaHistoryOptions;
  readonly #tell: TellHistory;
  readonly #access: AccountAccess;
  readonly #calls: HistoryCalls;

  constructor(options: AthenaHistoryOptions) {
    const { time } = options;
    this.#options = options;
    this.#tell = onceEach(options.tell);
    this.#access = new AccountAccess({ ...options, now: time.now, tell: this.#tell });
    this.#calls = new HistoryCalls({ ...options, access: this.#access, tell: this.#tell });
  }

  /** Calls of Athena so far, those that failed among them. */
  get calls(): number {
    return this.#calls.count;
  }

  /** Learns which account is `self`. @throws whatever stands in the way, such as missing credentials */
  async knowOwnAccount(): Promise<void> {
    await this.#access.knowOwnAccount();
  }

  /** Nobody is asked for an account that is not allowed. */
  mayKnow({ account, region }: QueryName): boolean {
    const place = { account, region };
    return isPlace(place) && !this.#access.isForeign(place);
  }

  async lookup(
    queries: readonly AskedQuery[],
    logFiles: number,
  ): Promise<ReadonlyMap<string, HistoryAnswer>> {
    const answers = new Map<string, HistoryAnswer>();
    const patience = this.#patience(logFiles);
    const now = this.#options.time.now();
    const groups = groupsOf(queries.filter((query) => !isForgotten(query, now)));
    const next = groups[Symbol.iterator]();
    const lane = async () => {
      for (const group of next) await this.#ask(group, patience, answers);
    };
    await Promise.all(Array.from({ length: Math.min(LANES, groups.length) }, lane));
    return answers;
  }

  async #ask({ place, queries }: Group, patience: Patience, answers: Map<string, HistoryAnswer>) {
    const answer = (id: string, told: HistoryAnswer) => {
      const query = queries.get(id);
      if (query) answers.set(queryKey(query), told);
    };
    if (!isPlace(place) || this.#access.isForeign(place)) {
      for (const id of queries.keys()) answer(id, { kind: 'denied' });
      return;
    }
    const { random } = this.#options.time;
    const questions = new HistoryQuestions({
      ...{ calls: this.#calls, place, patience, random, tell: this.#tell, answer },
    });
    await questions.ask(new Set(queries.keys()));
  }

  #patience(logFiles: number): Patience {
    const { millisPerLogFile, until, time } = this.#options;
    return new Patience(millisPerLogFile * logFiles, time, until);
  }
}

function groupsOf(queries: readonly AskedQuery[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const query of queries) {
    const { account, region, id } = query;
    const key = `${account}#${region}`;
    const group: Group = groups.get(key) ?? { place: { account, region }, queries: new Map() };
    group.queries.set(id, query);
    groups.set(key, group);
  }
  return [...groups.values()];
}
