import { gzipSync } from 'node:zlib';
import { athenaRecord, logFileText } from './athena-record.ts';
import type { MadeLogFile } from './log-files.ts';
import type { QueryStart } from './usual-solution.ts';

/** Some days of one organization: nothing unusual, but everything that a day may bring. */

const MINUTE = 60_000;
const ACCOUNT = '111122223333';
export const OTHER_ACCOUNT = '444455556666';
export const DEPLOYED = Date.UTC(2026, 0, 8);
export const THROTTLED_QUERY = 'query-of-throttled';

/** Two people behind one role. */
const analyst = (name: string) => ({
  type: 'AssumedRole',
  principalId: `AROAEXAMPLEID:${name}`,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Analyst/${name}`,
  accountId: ACCOUNT,
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAEXAMPLEID',
      arn: `arn:aws:iam::${ACCOUNT}:role/Analyst`,
      accountId: ACCOUNT,
      userName: 'Analyst',
    },
    attributes: { creationDate: '2026-01-09T09:00:00Z', mfaAuthenticated: 'true' },
  },
});

const MARY = {
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLE',
  arn: `arn:aws:iam::${OTHER_ACCOUNT}:user/mary.major`,
  accountId: OTHER_ACCOUNT,
  userName: 'mary.major',
};

type Made = Partial<Omit<QueryStart, 'record' | 'at'>> & { readonly over?: Record<string, unknown> };

function start(name: string, time: string, userIdentity: unknown, made: Made = {}): QueryStart {
  const { account = ACCOUNT, region = 'us-east-1', queryId = `query-of-${name}`, over } = made;
  const { told = 1, isThrottled = false } = made;
  const where = { awsRegion: region, recipientAccountId: account };
  const what = { eventTime: time, userIdentity, responseElements: queryId && { queryExecutionId: queryId } };
  const record = athenaRecord(name, { ...what, ...where, ...over });
  return { at: Date.parse(time), account, region, queryId, told, isThrottled, record };
}

/** 120 in ten minutes, as a dashboard or a notebook asks them. */
const burst = Array.from({ length: 120 }, (_, n) => {
  const time = new Date(Date.UTC(2026, 0, 9, 10) + n * 5_000).toISOString().replace('.000', '');
  return start(`burst-${n}`, time, analyst(n % 2 === 0 ? 'jane.doe' : 'john.doe'));
});

export const STARTS: readonly QueryStart[] = [
  start('early', '2026-01-05T11:00:00Z', analyst('john.doe')),
  ...burst,
  start('alone', '2026-01-09T13:00:00Z', analyst('john.doe'), { told: 2 }),
  start('throttled', '2026-01-09T14:00:00Z', analyst('jane.doe'), { isThrottled: true }),
  start('other', '2026-01-09T15:00:00Z', MARY, { account: OTHER_ACCOUNT, region: 'eu-west-1' }),
  start('denied', '2026-01-09T16:00:00Z', analyst('john.doe'), {
    queryId: null,
    told: 0,
    over: { errorCode: 'AccessDenied', errorMessage: 'not authorized' },
  }),
  start('late', '2026-01-09T23:58:00Z', analyst('jane.doe')),
];

/** The same as CloudTrail delivers it: a log file per account, Region and five minutes, five to ten minutes later. */
export function logFilesOf(starts: readonly QueryStart[]): MadeLogFile[] {
  const files = new Map<string, QueryStart[]>();
  for (const start of starts) {
    const delivered = (Math.floor(start.at / (5 * MINUTE)) + 2) * 5 * MINUTE;
    const key = keyOf(start.account, start.region, new Date(delivered).toISOString());
    files.set(key, [...(files.get(key) ?? []), start]);
  }
  return [...files].map(([key, held]) => logFile(key, held));
}

/** What another trail delivers of the same events. */
export const again = (starts: readonly QueryStart[]): MadeLogFile =>
  logFile(keyOf(ACCOUNT, 'us-east-1', '2026-01-09T13:10:00.000Z', 'again'), starts);

function keyOf(account: string, region: string, stamp: string, unique = '0'): string {
  const [date = '', time = ''] = stamp.split('T');
  const name = `${date.replaceAll('-', '')}T${time.slice(0, 5).replace(':', '')}Z_${unique.padStart(16, '0')}`;
  const folder = `AWSLogs/${account}/CloudTrail/${region}/${date.replaceAll('-', '/')}`;
  return `${folder}/${account}_CloudTrail_${region}_${name}.json.gz`;
}

function logFile(key: string, starts: readonly QueryStart[]): MadeLogFile {
  const all = starts.map((_, index) => index);
  const bytes = gzipSync(logFileText(...starts.map(({ record }) => record)));
  return { key, bytes, kept: { athena_events: all, cloudtrail_events: all } };
}
