import type { AthenaClient } from '@aws-sdk/client-athena';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { AthenaHistory, type AthenaHistoryOptions } from '../../src/adapters/aws/athena-history.js';
import type { HistoryEvent, HistoryFacts } from '../../src/adapters/aws/athena-history-tell.js';
import { type AskedQuery, type HistoryAnswer, queryKey } from '../../src/datasets/query-execution.js';
import type { RememberedQuery } from './aws/athena-remembered.ts';
import type { AwsCall } from './aws/aws-call.ts';
import { AwsWorld } from './aws/aws-world.ts';
import { SteppedTime } from './stepped-time.ts';

export const HOME = '111122223333';
export const MEMBER = '444455556666';
export const REGION = 'eu-central-1';
export const ROLE = 'audit-lake-query-history';
export const DAY_MS = 86_400_000;

export type Told = HistoryFacts & { readonly event: HistoryEvent };

export type AskedHistoryOptions = Partial<AthenaHistoryOptions> & {
  /** Milliseconds that a call of Athena takes. */
  readonly latency?: (call: { readonly region: string }) => number;
};

/** An Athena history over a world of accounts, in a time of its own. */
export class AskedHistory {
  readonly time = new SteppedTime();
  readonly world = new AwsWorld({ now: this.time.now, account: HOME, region: REGION });
  readonly told: Told[] = [];
  readonly history: AthenaHistory;

  constructor({ latency = () => 0, ...options }: AskedHistoryOptions = {}) {
    const { world, time } = this;
    const { sts } = world.clients;
    this.history = new AthenaHistory({
      ...{ sts, role: ROLE, accounts: [MEMBER], rate: 100, millisPerLogFile: 2_000 },
      ownAccount: async () => (await sts.send(new GetCallerIdentityCommand({}))).Account ?? '',
      newClient: (region, credentials) => {
        const { athena } = world.clientsAs({ region, ...(credentials && { credentials }) });
        const send = async (command: never) => {
          const millis = latency({ region });
          if (millis > 0) await time.pause(millis);
          return athena.send(command);
        };
        return { send: send as AthenaClient['send'] };
      },
      time,
      tell: (event, facts) => this.told.push({ event, ...facts }),
      ...options,
    });
  }

  /** Accounts whose role may be assumed. */
  trust(...accounts: readonly string[]): void {
    for (const account of accounts) this.world.sts.createRole(`arn:aws:iam::${account}:role/${ROLE}`);
  }

  /** A query that ran a minute ago, in its account and Region; gives what is to be asked. */
  ran(id: string, query: Partial<RememberedQuery> & Partial<AskedQuery> = {}): AskedQuery {
    const { account = MEMBER, region = REGION, ...more } = query;
    const started = query.submittedAt ?? this.time.at - 60_000;
    const remembered = { sql: `SELECT '${id}'`, submittedAt: started, ...more, id };
    this.world.athenaIn(account, region).remember(remembered);
    return { account, region, id, started };
  }

  /** So many queries, `q1` and so on. */
  ranMany(count: number, query: Partial<RememberedQuery> & Partial<AskedQuery> = {}): AskedQuery[] {
    return Array.from({ length: count }, (_, at) => this.ran(`q${at + 1}`, query));
  }

  lookup(queries: readonly AskedQuery[], logFiles = 1): Promise<ReadonlyMap<string, HistoryAnswer>> {
    return this.time.settle(this.history.lookup(queries, logFiles));
  }

  /** The kinds of the answers, in the order of the queries; `absent` where there is none. */
  async kinds(queries: readonly AskedQuery[], logFiles = 1): Promise<string[]> {
    const answers = await this.lookup(queries, logFiles);
    return queries.map((query) => answers.get(queryKey(query))?.kind ?? 'absent');
  }

  async one(query: AskedQuery): Promise<HistoryAnswer | undefined> {
    return (await this.lookup([query])).get(queryKey(query));
  }

  calls(operation: string): readonly AwsCall[] {
    return this.world.calls.filter((call) => call.operation === operation);
  }
}

/** The kinds of answers, counted. */
export function counted(kinds: readonly string[]): { readonly [kind: string]: number } {
  const counts: { [kind: string]: number } = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
