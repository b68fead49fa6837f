import { athenaRecord } from '../athena-record.ts';
import type { AwsWorld } from '../aws/aws-world.ts';
import { type Account, HOME, roleArn } from './accounts.ts';

/** What is special about a query. */
export type Nature =
  | 'ordinary'
  /** Its workgroup is closed to us. */
  | 'hidden'
  /** Its workgroup was deleted. */
  | 'forgotten'
  /** From its end on Athena tells of it without its text. */
  | 'loses its text'
  /** Ran so long ago that Athena has forgotten it. */
  | 'expired'
  /** Athena forgets it within a day. */
  | 'old'
  /** Its event shows the text. */
  | 'in event'
  | 'failed start'
  /** Started under the role that asks. */
  | 'own call'
  /** No query that ran: a text that was saved. */
  | 'named query';

/** A query that somebody started, or a text that somebody saved. Moments in milliseconds since 1970. */
export type StartedQuery = {
  readonly account: Account;
  readonly region: string;
  /** Of the query or of the named query, as AWS knows it. */
  readonly id: string;
  readonly nature: Nature;
  readonly sql: string;
  readonly at: number;
  readonly endsAt: number;
  readonly state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
};

const NEVER_NAMED: ReadonlySet<Nature> = new Set(['failed start', 'own call']);

/** Whether its row is one that a history may be asked about. */
export const isAsked = ({ nature }: StartedQuery): boolean => !NEVER_NAMED.has(nature);

/** Lets Athena know of it, as it tells of it at this moment. */
export function runIn(world: AwsWorld, query: StartedQuery): void {
  const { account, region, id, nature, sql, at, endsAt, state } = query;
  const athena = world.athenaIn(account.id, region);
  if (nature === 'failed start' || nature === 'forgotten') return;
  if (nature === 'hidden') athena.hideWorkGroup('secret');
  if (nature === 'named query') {
    athena.createNamedQuery({ id, sql });
    return;
  }
  const error = state === 'FAILED' && { error: { message: 'a table is missing' } };
  const hasLost = nature === 'loses its text' && world.now() >= endsAt;
  const shows = hasLost && { shows: { Query: undefined } };
  const workGroup = nature === 'hidden' ? 'secret' : 'primary';
  athena.remember({ id, sql, submittedAt: at, endsAt, state, workGroup, ...error, ...shows });
}

/** Its event, as trails deliver it. */
export function recordOf(query: StartedQuery): Record<string, unknown> {
  const { account, region, id, nature, sql, at } = query;
  const workGroup = nature === 'hidden' ? 'secret' : 'primary';
  const queryString = nature === 'in event' ? sql : '***OMITTED***';
  return athenaRecord(`event-of-${id}`, {
    eventTime: `${new Date(at).toISOString().slice(0, 19)}Z`,
    awsRegion: region,
    recipientAccountId: account.id,
    requestParameters: { queryString, workGroup },
    responseElements: { queryExecutionId: id },
    ...(nature === 'failed start' && { errorCode: 'InvalidRequestException', responseElements: null }),
    ...(nature === 'own call' && { userIdentity: OURSELVES }),
    ...(nature === 'named query' && {
      eventName: 'CreateNamedQuery',
      requestParameters: { queryString, name: 'saved', database: 'default' },
      responseElements: { namedQueryId: id },
    }),
  });
}

const OURSELVES = {
  type: 'AssumedRole',
  arn: `arn:aws:sts::${HOME}:assumed-role/audit-lake/audit-lake`,
  accountId: HOME,
  sessionContext: { sessionIssuer: { type: 'Role', arn: roleArn(HOME), userName: 'audit-lake' } },
};
