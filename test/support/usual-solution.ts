import { within } from '../../src/cloudtrail/record.js';

/**
 * What the published AWS sample does with the starts of queries, as its two functions were read (aws-samples,
 * sample-amazon-athena-audit-logging): one writes a JSON object per finished query, the other adds who it was later.
 */

/** The start of a query, and what AWS tells of it. */
export type QueryStart = {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly account: string;
  readonly region: string;
  /** Null: the start failed, no query ran, and EventBridge tells nobody. */
  readonly queryId: string | null;
  /** How often EventBridge tells that the query has ended; more than once is within its promise. */
  readonly told: number;
  /** Athena throttles GetQueryExecution for longer than three tries take. */
  readonly isThrottled: boolean;
  /** The CloudTrail record. */
  readonly record: { readonly [field: string]: unknown };
};

/** Where and since when the sample runs, and until when it is watched. */
export type Deployment = {
  readonly account: string;
  readonly region: string;
  readonly since: number;
  readonly until: number;
};

/** An object of the sample's bucket. Its key ends in a random id, so none ever replaces another. */
export type AuditObject = {
  /** `2026-01-09`: its folder is that of the query's start. */
  readonly day: string;
  modified: number;
  readonly query_execution_id: string;
  readonly submission_time: string;
  user_name: string | null;
  account_id: string | null;
};

type Who = { readonly user_name: string | null; readonly account_id: string | null };

const MINUTE = 60_000;
/** How long each query runs. */
const RUN = 3_000;
/** How long an event takes to appear in the event history: what AWS calls typical. */
const DELAY = 5 * MINUTE;

/** The objects that are there in the end. */
export function usualSolution(starts: readonly QueryStart[], where: Deployment): AuditObject[] {
  const own = starts.filter(({ account, region }) => account === where.account && region === where.region);
  const objects: AuditObject[] = [];
  const steps = own
    .filter(({ at }) => at >= where.since)
    .flatMap((start) => Array.from({ length: start.told }, () => start))
    .map((start) => ({ at: start.at + RUN, run: (now: number) => enrich(start, { own, now, objects }) }));
  for (let at = where.since; at <= where.until; at += 10 * MINUTE) {
    steps.push({ at, run: (now) => repair({ own, now, objects }) });
  }
  for (const { at, run } of steps.toSorted((a, b) => a.at - b.at)) run(at);
  return objects;
}

type World = { readonly own: readonly QueryStart[]; readonly now: number; readonly objects: AuditObject[] };

/** The first function. An error is caught and answered as if it were an outcome: nobody sends the event again. */
function enrich({ queryId, at, isThrottled }: QueryStart, { own, now, objects }: World): void {
  if (queryId === null || isThrottled) return;
  const submission_time = new Date(at).toISOString();
  const who = lookup(queryId, at, { own, now, objects }) ?? { user_name: null, account_id: null };
  const day = submission_time.slice(0, 10);
  objects.push({ day, modified: now, query_execution_id: queryId, submission_time, ...who });
}

/** The second function, every ten minutes: today's folder only, and what was written in the last quarter of an hour. */
function repair(world: World): void {
  const { now, objects } = world;
  const today = new Date(now).toISOString().slice(0, 10);
  for (const object of objects) {
    if (object.day !== today || now - object.modified > 15 * MINUTE || object.user_name !== null) continue;
    const who = lookup(object.query_execution_id, Date.parse(object.submission_time), world);
    if (who) Object.assign(object, who, { modified: now });
  }
}

/** LookupEvents around the start: newest first, 50 at most, and the next page is never asked for. */
function lookup(queryId: string, at: number, { own, now }: World): Who | undefined {
  const page = own
    .filter((start) => Math.abs(start.at - at) <= 5 * MINUTE && start.at + DELAY <= now)
    .toSorted((a, b) => b.at - a.at)
    .slice(0, 50);
  const found = page.find((start) => start.queryId === queryId);
  return found && whoIn(found.record);
}

/** For a role the name of the role; for a federated user, a service or an Identity Center user nothing. */
function whoIn(record: QueryStart['record']): Who {
  const identity = within(record, 'userIdentity');
  const issuer = within(identity, 'sessionContext', 'sessionIssuer');
  const names: { readonly [type: string]: unknown } = {
    IAMUser: identity?.['userName'],
    AssumedRole: issuer?.['userName'],
    Root: 'root',
  };
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    user_name: text(names[text(identity?.['type']) ?? '']),
    account_id: text(identity?.['accountId']),
  };
}
