import { gzipSync } from 'node:zlib';
import { athenaRecord, logFileText } from './athena-record.ts';
import type { RememberedQuery } from './aws/athena-remembered.ts';
import type { AwsWorld } from './aws/aws-world.ts';

/** The account of the credentials, and others of one organization. */
export const HOME = '111122223333';
export const MEMBER = '444455556666';
export const OTHER = '777788889999';
export const DENIED = '123456789012';
export const UNLISTED = '999999999999';
export const REGION = 'eu-west-1';
export const FAR_REGION = 'us-east-1';
export const EXTERNAL_ID = 'external-7';
export const DAY = 86_400_000;

/** Whose Athena may be asked: one of these has no role. */
export const LISTED = ['self', MEMBER, OTHER, DENIED];
export const ASKING = [
  ...LISTED.flatMap((account) => ['--query-account', account]),
  ...['--query-external-id', EXTERNAL_ID],
];

/** What is asked of Athena about queries; the catalog of a lake is made by other calls. */
export const QUESTIONS: ReadonlySet<string> = new Set([
  ...['BatchGetQueryExecution', 'GetNamedQuery', 'GetPreparedStatement'],
]);

type Fields = { readonly [field: string]: unknown };
export type LogFile = { readonly key: string; readonly bytes: Uint8Array };
export type Ran = Partial<Omit<RememberedQuery, 'id'>> & {
  readonly account?: string;
  readonly region?: string;
  readonly user?: string;
  /** Milliseconds before now; half an hour where it is left out. */
  readonly ago?: number;
  /** Fields of the event in place of its own. */
  readonly event?: Fields;
};

/** The time of a record, which tells whole seconds. */
export const secondsOf = (millis: number) => `${new Date(millis).toISOString().slice(0, 19)}Z`;

/** Queries of an organization: what its trail tells of them, and what Athena does. */
export class QueryTrail {
  readonly #world: AwsWorld;
  readonly #records: Fields[] = [];
  #files = 0;

  /** Roles are made in the accounts that let us ask. */
  constructor(world: AwsWorld) {
    world.region = REGION;
    this.#world = world;
    for (const account of [MEMBER, OTHER]) {
      const role = `arn:aws:iam::${account}:role/audit-lake-query-history`;
      world.sts.createRole(role, { externalId: EXTERNAL_ID });
    }
  }

  /** A query whose text the event hides and Athena tells. */
  ran(id: string, { account = HOME, region = REGION, ...query }: Ran = {}): void {
    const { user, ago = DAY / 48, event, ...told } = query;
    const submittedAt = Math.floor((this.#world.now() - ago) / 1_000) * 1_000;
    this.#world.athenaIn(account, region).remember({ sql: `SELECT '${id}'`, submittedAt, ...told, id });
    this.started(id, { account, region, ago, ...(user && { user }), ...(event && { event }) });
  }

  /** The event of a query that Athena tells nothing of. */
  started(
    id: string,
    { account = HOME, region = REGION, user = 'john.doe', ago = DAY / 48, event }: Ran = {},
  ) {
    const arn = `arn:aws:iam::${account}:user/${user}`;
    this.add(
      athenaRecord(`event-of-${id}`, {
        userIdentity: {
          type: 'IAMUser',
          principalId: 'AIDAEXAMPLE',
          arn,
          accountId: account,
          userName: user,
        },
        eventTime: secondsOf(this.#world.now() - ago),
        awsRegion: region,
        recipientAccountId: account,
        responseElements: { queryExecutionId: id },
        ...event,
      }),
    );
  }

  add(record: Fields): void {
    this.#records.push(record);
  }

  /** Log files of all that came since the last: one for each account and Region, below a prefix. */
  files(below = 'AWSLogs'): LogFile[] {
    const places = new Map<string, Fields[]>();
    for (const record of this.#records.splice(0)) {
      const place = `${record['recipientAccountId']}/${record['awsRegion']}`;
      places.set(place, [...(places.get(place) ?? []), record]);
    }
    return [...places].map(([place, records]) => {
      const key = keyOf(place, below, ++this.#files);
      return { key, bytes: gzipSync(logFileText(...records)) };
    });
  }
}

function keyOf(place: string, below: string, n: number): string {
  const [account, region] = place.split('/');
  const unique = String(n).padStart(16, '0');
  const file = `${account}_CloudTrail_${region}_20260109T0005Z_${unique}.json.gz`;
  return `${below}/${account}/CloudTrail/${region}/2026/01/09/${file}`;
}
