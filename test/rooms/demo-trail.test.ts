import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { generateTrail } from '../../src/demo/trail.js';

type Record_ = {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly recipientAccountId: string;
  readonly sourceIPAddress: string;
  readonly userIdentity?: { readonly type?: string; readonly accessKeyId?: string };
  readonly errorCode?: string;
  readonly requestParameters: { readonly queryString?: string } | null;
  readonly responseElements: {
    readonly queryExecutionId?: string;
    readonly credentials?: { readonly accessKeyId: string };
  } | null;
};

const AS_OF = Date.UTC(2026, 10, 1, 12);
const DAY = 86_400_000;
const ACCOUNTS = ['111122223333', '444455556666', '777788889999'];
/** Every value that AWS documents for userIdentity.type, and none at all. */
const USER_TYPES = [
  'AWSAccount',
  'AWSService',
  'AssumedRole',
  'Directory',
  'FederatedUser',
  'IAMUser',
  'IdentityCenterUser',
  'Role',
  'Root',
  'SAMLUser',
  'Unknown',
  'WebIdentityUser',
  'none',
];
const LOG_FILE =
  /^AWSLogs\/o-[a-z0-9]{10,32}\/(\d{12})\/CloudTrail\/([a-z0-9-]+)\/(\d{4})\/(\d\d)\/(\d\d)\/\1_CloudTrail_\2_\3\4\5T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$/;

const trail = generateTrail({ asOf: AS_OF });
const logFiles = trail.files.filter(({ key }) => LOG_FILE.test(key));

function inflated(bytes: Uint8Array): string | undefined {
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch {
    return undefined;
  }
}

function recordsOf(text: string): readonly Record_[] {
  return (JSON.parse(text) as { Records: readonly Record_[] }).Records;
}

const sound = logFiles.map(({ bytes }) => inflated(bytes)).filter((text) => text !== undefined);
const records = sound.flatMap(recordsOf);
const athena = records.filter(({ eventSource }) => eventSource === 'athena.amazonaws.com');
const idOf = (record: Record_): string =>
  `${record.recipientAccountId} ${record.awsRegion} ${record.eventID}`;
const once = (all: readonly Record_[]): readonly Record_[] => [
  ...new Map(all.map((r) => [idOf(r), r])).values(),
];

describe('the demo trail', () => {
  it('gives the same bytes for the same asOf', () => {
    const again = generateTrail({ asOf: AS_OF });
    expect(again.files.map(({ key }) => key)).toEqual(trail.files.map(({ key }) => key));
    for (const [index, { key, bytes }] of trail.files.entries()) {
      expect(Buffer.compare(again.files[index]?.bytes ?? new Uint8Array(), bytes), key).toBe(0);
    }
    expect(JSON.stringify(again.queryHistory)).toBe(JSON.stringify(trail.queryHistory));
  });

  it('counts the same on any day and at any hour, and never tells of the future', () => {
    for (const asOf of [
      AS_OF + 400 * DAY + 3_600_000,
      Date.UTC(2027, 2, 1),
      Date.UTC(2027, 0, 1, 23, 59, 59),
    ]) {
      const other = generateTrail({ asOf });
      expect(other.facts).toEqual(trail.facts);
      const times = other.files.flatMap(({ key, bytes }) =>
        LOG_FILE.test(key) ? [...(inflated(bytes) ?? '').matchAll(/"eventTime":"([^"]+)"/g)] : [],
      );
      // A query that is started right at asOf is asked about some seconds later.
      for (const [, time] of times) expect(Date.parse(time ?? '')).toBeLessThanOrEqual(asOf + 60_000);
    }
  });

  it('lies under real keys, one line of Records each; one file is cut off, and so cannot be inflated', () => {
    expect(new Set(trail.files.map(({ key }) => key)).size).toBe(trail.files.length);
    expect(logFiles.length - sound.length).toBe(1);
    for (const text of sound) expect(text).toMatch(/^\{"Records":\[[^\n]*\]\}$/);
  });

  it('has facts that an independent count finds', () => {
    const started = once(athena).filter(({ eventName }) => eventName === 'StartQueryExecution');
    const answered = new Map(
      trail.queryHistory.QueryExecutions.map((one) => [one['QueryExecutionId'], 'resolved']),
    );
    const refused = new Map(trail.queryHistory.errors.map((one) => [one['id'], String(one['code'])]));
    const statusOf = (record: Record_): string => {
      const id = record.responseElements?.queryExecutionId;
      if (id === undefined) return 'never_started';
      if (record.requestParameters?.queryString !== '***OMITTED***') return 'in_event';
      const told = answered.get(id) ?? refused.get(id);
      return told ?? (Date.parse(record.eventTime) < AS_OF - 45 * DAY ? 'expired' : 'pending');
    };
    const queryText: { [status: string]: number } = {};
    for (const record of started) queryText[statusOf(record)] = (queryText[statusOf(record)] ?? 0) + 1;

    expect(trail.facts).toEqual({
      files: {
        listed: trail.files.length,
        sound: sound.length,
        corrupt: logFiles.length - sound.length,
        foreign: trail.files.length - logFiles.length,
      },
      records: { read: records.length, athena: athena.length },
      events: { all: once(records).length, athena: once(athena).length },
      queryText,
    });
  });

  it('has the size of a demo', () => {
    expect(logFiles.length).toBeGreaterThanOrEqual(45);
    expect(logFiles.length).toBeLessThanOrEqual(60);
    expect(records.length).toBeGreaterThan(1_500);
    expect(records.length).toBeLessThan(2_500);
  });

  it('shows every type of userIdentity, and an event without one', () => {
    expect([...new Set(records.map((r) => r.userIdentity?.type ?? 'none'))].sort()).toEqual(USER_TYPES);
  });

  it('spans fourteen days on both sides of the 45 that Athena remembers, and one of 2023', () => {
    const days = new Set(records.map(({ eventTime }) => eventTime.slice(0, 10)));
    const ages = [...days].map((day) => (AS_OF - Date.parse(day)) / DAY);
    expect(ages.filter((age) => age < 11)).toHaveLength(10);
    expect(ages.filter((age) => age > 46 && age < 90)).toHaveLength(4);
    expect(ages).toHaveLength(15);
  });

  it('delivers some events after their day, some twice', () => {
    const late = logFiles.filter(({ key, bytes }) => {
      const day = LOG_FILE.exec(key)?.slice(3, 6).join('-');
      const text = inflated(bytes);
      return text !== undefined && recordsOf(text).some(({ eventTime }) => eventTime.slice(0, 10) !== day);
    });
    expect(late.length).toBeGreaterThanOrEqual(2);
    expect(records.length).toBeGreaterThan(once(records).length);
  });

  it('withholds the SQL, but in the archived event', () => {
    const told = athena.filter(({ requestParameters }) => {
      const sql = requestParameters?.queryString;
      return sql !== undefined && sql !== '***OMITTED***';
    });
    expect(told.map(({ eventTime }) => eventTime)).toEqual(['2023-05-16T09:12:44Z']);
  });
});

describe('the sessions of the demo trail', () => {
  const keyOf = (record: Record_) => record.userIdentity?.accessKeyId;
  const given = once(records).filter(({ responseElements }) => responseElements?.credentials);

  it('have the grants and calls that stand in the records, and the key that asked for them', () => {
    for (const session of trail.sessions) {
      const grants = given.filter((it) => it.responseElements?.credentials?.accessKeyId === session.key);
      expect(grants.map(({ eventID }) => eventID).sort(), session.key).toEqual([...session.grants].sort());
      const [byKey] = grants.flatMap((it) => keyOf(it) ?? []);
      expect(byKey ?? null, session.key).toBe(session.byKey);
      const calls = once(records).filter((it) => keyOf(it) === session.key);
      const ids = calls.map(({ eventID }) => eventID);
      expect(ids, session.key).toEqual(expect.arrayContaining([...session.calls]));
      for (const { eventTime } of calls) {
        expect(Date.parse(eventTime), session.key).toBeGreaterThanOrEqual(session.at);
        expect(Date.parse(eventTime), session.key).toBeLessThan(session.until);
      }
    }
    expect(given).toHaveLength(trail.sessions.flatMap(({ grants }) => grants).length);
  });

  it('are of every kind: in two accounts, over midnight, delivered twice, without a beginning, and some gave no key', () => {
    const kinds = new Set(trail.sessions.map(({ how }) => how));
    expect([...kinds].sort()).toEqual([
      'AssumeRole',
      'AssumeRoleWithSAML',
      'AssumeRoleWithWebIdentity',
      'GetFederationToken',
    ]);
    expect(trail.sessions.filter(({ grants }) => grants.length === 2)).toHaveLength(1);
    expect(trail.sessions.filter(({ grants }) => grants.length === 0)).toHaveLength(1);
    const twice = trail.sessions.filter(({ grants }) =>
      grants.some((id) => records.filter(({ eventID }) => eventID === id).length > 1),
    );
    expect(twice).toHaveLength(2);
    const refused = records.filter(({ eventName, errorCode }) => eventName === 'AssumeRole' && errorCode);
    expect(refused.map(({ userIdentity }) => userIdentity?.accessKeyId)).toEqual(['AKIABOBIIIIIIEXAMPLE']);
    for (const name of ['TerminateInstances', 'CreateUser', 'AttachUserPolicy', 'DeleteBucket']) {
      expect(
        once(records).filter(({ eventName }) => eventName === name),
        name,
      ).toHaveLength(1);
    }
  });
});

describe('the identifiers of the demo trail', () => {
  const everything = [
    ...sound,
    JSON.stringify(trail.queryHistory),
    ...trail.files.map(({ key }) => key),
  ].join('\n');
  const all = (pattern: RegExp): readonly string[] =>
    [...everything.matchAll(pattern)].map((match) => match[1] ?? '');

  it('names only accounts of the documentation', () => {
    const accounts = [
      ...all(/arn:aws:[a-z0-9-]*:[a-z0-9-]*:(\d{12}):/g),
      ...all(/"(?:accountId|recipientAccountId|account)":"([^"]*)"/g),
      ...all(/\/(\d{12})\/CloudTrail/g),
    ];
    expect([...new Set(accounts)].sort()).toEqual(ACCOUNTS);
  });

  it('names only addresses of the documentation and of the corporate network', () => {
    const places = new Set(records.map(({ sourceIPAddress }) => sourceIPAddress));
    const allowed =
      /^(?:10\.\d+\.\d+\.\d+|203\.0\.113\.\d+|198\.51\.100\.\d+|192\.0\.2\.\d+|2001:db8:[0-9a-f:]+|[a-z]+\.amazonaws\.com|AWS Internal)$/;
    expect([...places].filter((place) => !allowed.test(place))).toEqual([]);
  });

  it('names only buckets, domains, keys and principals that say so', () => {
    expect(all(/s3:\/\/([^/]+)\//g).every((bucket) => bucket.startsWith('amzn-s3-demo-'))).toBe(true);
    expect(all(/@([a-z0-9.-]+)/g).every((domain) => domain === 'example.com')).toBe(true);
    expect(all(/"((?:AKIA|ASIA)[^"]*)"/g).every((key) => /^[A-Z]{13}EXAMPLE$/.test(key))).toBe(true);
    expect(all(/"((?:AIDA|AROA)[^":]*)/g).every((id) => /^[A-Z]{14}EXAMPLE$/.test(id))).toBe(true);
  });
});
