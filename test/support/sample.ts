import { momentOf } from '../../src/demo/calendar.js';
import { iamUser } from '../../src/demo/identities.js';
import type { Json, JsonObject } from '../../src/demo/json.js';
import { logFileKey } from '../../src/demo/log-files.js';
import { type Actor, PEOPLE } from '../../src/demo/people.js';
import { ACCOUNTS, type Place } from '../../src/demo/places.js';
import type { Query } from '../../src/demo/queries.js';
import { eventsOfQuery } from '../../src/demo/query-events.js';
import { createRandom, type Random } from '../../src/demo/random.js';
import { type Call, happening } from '../../src/demo/records.js';

/** The moment at which all samples are told. */
export const SAMPLES_AS_OF = Date.UTC(2026, 10, 1, 12);

export const HOME: Place = { account: ACCOUNTS.analytics, region: 'us-east-1' };

/** One sample log file: where it lies below `samples/log-files`, what it shows, its inflated text. */
export type Sample = {
  readonly key: string;
  readonly about: string;
  readonly text: string;
  /** Queries that `query-history.json` should answer. */
  readonly queries?: readonly Query[];
};

/** Random numbers of its own for every sample: a new one changes no id of the others. */
export function randomFor(name: string): Random {
  let seed = 7;
  for (const byte of Buffer.from(name)) seed = (seed * 31 + byte) >>> 0;
  return createRandom(seed);
}

/** A sample under a real key. The 16 characters that CloudTrail draws at random say here what is inside. */
export function sample(
  name: string,
  about: string,
  at: number,
  records: readonly JsonObject[] | string,
): Sample {
  const text = typeof records === 'string' ? records : JSON.stringify({ Records: records });
  return { key: logFileKey(HOME, at + 5 * 60_000, uniqueOf(name)), about, text };
}

/** A name as the 16 letters and digits at the end of a file name. */
export function uniqueOf(name: string): string {
  if (!/^[A-Za-z0-9]{1,16}$/.test(name)) throw new Error(`not a name for a log file: ${name}`);
  return name.padEnd(16, '0');
}

export type Start = Partial<Call> & { readonly at: number; readonly sql?: string; readonly sqlKey?: 'query' };

/** A StartQueryExecution as old log files have it, its SQL in the event unless `sql` is left out. */
export function oldStart(random: Random, { sql = '***OMITTED***', sqlKey, ...call }: Start): JsonObject {
  const request: Json = {
    clientRequestToken: random.uuid(),
    resultConfiguration: { outputLocation: 's3://amzn-s3-demo-bucket/test/' },
    [sqlKey ?? 'queryString']: sql,
  };
  return recordOf(random, {
    by: JOHN,
    place: HOME,
    service: 'athena',
    name: 'StartQueryExecution',
    readOnly: false,
    request,
    response: { queryExecutionId: random.uuid() },
    ...call,
  });
}

/** A query of last month: its events, and the query itself for the query history. */
export function recentQuery(
  name: string,
  over: Partial<Query> = {},
): { query: Query; records: readonly JsonObject[] } {
  const random = randomFor(name);
  const query: Query = {
    id: random.uuid(),
    by: PEOPLE.john,
    at: momentOf(SAMPLES_AS_OF, 2, '09:12'),
    place: HOME,
    workGroup: 'primary',
    database: 'patients',
    sql: 'SELECT count(*) FROM patients.visits',
    scannedBytes: 61_865_984,
    engineMs: 1_250,
    ...over,
  };
  return { query, records: eventsOfQuery(query, random).map(({ record }) => record) };
}

/** A call to another service: what lies between the Athena events. */
export function neighbour(random: Random, at: number): JsonObject {
  return recordOf(random, {
    by: JOHN,
    at,
    place: HOME,
    service: 'ec2',
    name: 'DescribeInstances',
    readOnly: true,
    request: { instancesSet: {}, filterSet: {} },
  });
}

export function recordOf(random: Random, call: Call): JsonObject {
  return happening(call, random).record;
}

/** A record without some of its fields. */
export function without(record: JsonObject, ...fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !fields.includes(name)));
}

/** The caller of most samples: a plain IAM user. */
export const JOHN: Actor = {
  identity: iamUser(ACCOUNTS.analytics, 'john.doe'),
  sourceIp: '10.20.4.17',
  userAgent: 'aws-cli/2.31.4',
};
