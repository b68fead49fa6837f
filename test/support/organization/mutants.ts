import type { STSClient } from '@aws-sdk/client-sts';
import type { AthenaHistoryOptions } from '../../../src/adapters/aws/athena-history.js';
import type { HistoryAnswer } from '../../../src/datasets/query-execution.js';
import type { ResolvePorts } from '../../../src/jobs/resolve-queries.js';
import type { KnownQueries } from '../../../src/ports/known-queries.js';
import type { OpenQueries } from '../../../src/ports/open-queries.js';
import type { QueryHistory } from '../../../src/ports/query-history.js';
import { STRANGER } from './accounts.ts';

/** A bug planted around the parts of a run. `breaks`: what the laws say of it. */
export type OrganizationMutant = {
  readonly name: string;
  readonly breaks: RegExp;
  /** Shows in an organization in which nothing else fails. */
  readonly isCalm?: true;
  readonly options?: (options: AthenaHistoryOptions) => AthenaHistoryOptions;
  readonly history?: (make: () => QueryHistory) => QueryHistory;
  readonly known?: (known: KnownQueries) => KnownQueries;
  readonly resolving?: (ports: ResolvePorts, now: number) => ResolvePorts;
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const MUTANTS: readonly OrganizationMutant[] = [
  {
    name: 'a history that asks for one query at a time',
    breaks: /EXACT CALLS/,
    isCalm: true,
    history: oneByOne,
  },
  { name: 'the same, over the whole life', breaks: /^CALLS/, history: oneByOne },
  { name: 'a history that remembers nothing from one query to the next', breaks: /^STS/, history: forgetful },
  {
    name: 'a history that has no list of accounts',
    breaks: /STRANGER/,
    options: (options) => ({ ...options, accounts: [...options.accounts, STRANGER] }),
  },
  {
    name: 'a history that waits as long as it takes',
    breaks: /PATIENCE/,
    options: (options) => ({ ...options, millisPerLogFile: HOUR }),
  },
  {
    name: 'a history without a rate',
    breaks: /RATE/,
    options: (options) => ({ ...options, rate: 1_000 }),
  },
  {
    name: 'a history that asks for what is long forgotten',
    breaks: /FORGOTTEN/,
    history: (make) => changed(make(), (query) => ({ ...query, started: query.started + 2_000 * DAY })),
  },
  {
    name: 'credentials that are never renewed',
    breaks: /STATUS: ordinary, account open/,
    options: (options) => ({ ...options, sts: onceForEachRole(options) }),
  },
  {
    name: 'a lake that forgets what it learned',
    breaks: /TEXT LOST/,
    known: () => ({ find: async () => new Map(), learn: async () => undefined }),
  },
  {
    name: 'a resolver that writes none over a text',
    breaks: /STATUS/,
    resolving: (ports) => ({ ...ports, history: withoutTexts(ports.history) }),
  },
  {
    name: 'a resolver that asks for what is denied as often as for the rest',
    breaks: /^CALLS/,
    resolving: (ports, now) => ({
      ...ports,
      queries: postponing(ports.queries, (next) => Math.min(next, now + HOUR)),
    }),
  },
  {
    name: 'a resolver that waits for ever',
    breaks: /OPEN/,
    resolving: (ports, now) => ({ ...ports, queries: postponing(ports.queries, () => now + 1_000 * DAY) }),
  },
];

type Asked = Parameters<QueryHistory['lookup']>[0][number];

function oneByOne(make: () => QueryHistory): QueryHistory {
  const history = make();
  return {
    lookup: async (queries, logFiles) => {
      const all = await Promise.all(queries.map((query) => history.lookup([query], logFiles)));
      return new Map(all.flatMap((answers) => [...answers]));
    },
  };
}

function forgetful(make: () => QueryHistory): QueryHistory {
  return oneByOne(() => ({ lookup: (queries, logFiles) => make().lookup(queries, logFiles) }));
}

function changed(history: QueryHistory, change: (query: Asked) => Asked): QueryHistory {
  return { lookup: (queries, logFiles) => history.lookup(queries.map(change), logFiles) };
}

function withoutTexts(history: QueryHistory): QueryHistory {
  const silenced = (answer: HistoryAnswer): HistoryAnswer =>
    answer.kind === 'execution' ? { ...answer, execution: { ...answer.execution, text: null } } : answer;
  return {
    lookup: async (queries, logFiles) => {
      const answers = await history.lookup(queries, logFiles);
      return new Map([...answers].map(([key, answer]) => [key, silenced(answer)]));
    },
  };
}

/** What STS told first, by role, for all processes of an organization. */
const firstTold = new WeakMap<object, Map<string, Promise<unknown>>>();

function onceForEachRole({ sts, time }: AthenaHistoryOptions): Pick<STSClient, 'send'> {
  const answers = firstTold.get(time) ?? new Map<string, Promise<unknown>>();
  firstTold.set(time, answers);
  const send = (command: never) => {
    const { RoleArn: role = '' }: { readonly RoleArn?: string } = Object(command).input;
    const answer = answers.get(role) ?? sts.send(command);
    answers.set(role, answer);
    return answer;
  };
  return { send: send as STSClient['send'] };
}

/** Another moment of the next try than the one that was meant. */
function postponing(queries: OpenQueries, change: (nextTry: number) => number): OpenQueries {
  return {
    openQueries: () => queries.openQueries(),
    open: (opened) => queries.open(opened),
    reopen: (opened) => queries.reopen(opened),
    wake: (query, at) => queries.wake(query, at),
    postpone: (postponed) =>
      queries.postpone(postponed.map((query) => ({ ...query, nextTry: change(query.nextTry) }))),
  };
}
