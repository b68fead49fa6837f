import { describe, expect, test } from 'vitest';
import { askedTables } from '../../src/lake/asked-tables.js';
import { chainsOf, eachKeyOnce, grantedTo, lifeText, pathText } from '../../src/trace/chains.js';
import type { Grant } from '../../src/trace/grant.js';
import { endOf, grantOf } from '../../src/trace/grant-of.js';
import { lifeOf, usedWithin } from '../../src/trace/key-window.js';
import {
  grantsUnderSql,
  KEYS_AT_ONCE,
  originsSql,
  subjectGrantsSql,
  timelineParts,
} from '../../src/trace/lake-sql.js';
import { requestBrief } from '../../src/trace/request-brief.js';
import { sessionsOf, subjectOf } from '../../src/trace/subject-of.js';
import { ASKED_TABLES } from '../../src/wiring/lake-activity.js';
import { payloads } from '../support/questions/payloads.ts';
import { dtOracle } from '../support/sql/dt-oracle.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 0, 9, 12);

describe('who is traced', () => {
  test.each([
    ['AKIAIOSFODNN7EXAMPLE', { kind: 'key', id: 'AKIAIOSFODNN7EXAMPLE' }],
    ['ASIAIOSFODNN7EXAMPLE', { kind: 'key', id: 'ASIAIOSFODNN7EXAMPLE' }],
    [' john.doe ', { kind: 'name', name: 'john.doe' }],
    ['ASIA', { kind: 'name', name: 'ASIA' }],
    ['asiaiosfodnn7example', { kind: 'name', name: 'asiaiosfodnn7example' }],
    ['arn:aws:iam::111122223333:user/a/bob', { kind: 'arn', arn: 'arn:aws:iam::111122223333:user/a/bob' }],
    [
      'arn:aws:sts::111122223333:federated-user/x',
      { kind: 'arn', arn: 'arn:aws:sts::111122223333:federated-user/x' },
    ],
    ['arn:aws:iam::111122223333:role/a/it', { kind: 'role', arn: 'arn:aws:iam::111122223333:role/a/it' }],
    [
      'arn:aws-cn:sts::111122223333:assumed-role/it',
      { kind: 'role', arn: 'arn:aws-cn:iam::111122223333:role/it' },
    ],
    [
      'arn:aws:sts::111122223333:assumed-role/it/',
      { kind: 'role', arn: 'arn:aws:iam::111122223333:role/it' },
    ],
    [
      'arn:aws:sts::111122223333:assumed-role/it/bob',
      { kind: 'arn', arn: 'arn:aws:sts::111122223333:assumed-role/it/bob' },
    ],
    ['arn:x', { kind: 'arn', arn: 'arn:x' }],
  ])('is read from %s', (text, subject) => {
    expect(subjectOf(text)).toEqual(subject);
  });

  test('is somebody', () => {
    for (const text of ['', '  ', '\n']) expect(() => subjectOf(text)).toThrow('<who> is empty');
  });

  test('a role has sessions whose ARNs leave out its path', () => {
    expect(sessionsOf('arn:aws:iam::111122223333:role/service-role/x/it')).toBe(
      'arn:aws:sts::111122223333:assumed-role/it/',
    );
  });
});

const CELLS = {
  ...{ at: NOON, how: 'AssumeRole', byKey: 'AKIAIOSFODNN7EXAMPLE', byName: 'bob', account: '111122223333' },
  ...{ region: 'eu-west-1', eventId: 'e1' },
};
const ANSWER = {
  credentials: {
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    sessionToken: 'x',
    expiration: 'Jan 9, 2026, 1:00:00 PM',
  },
  assumedRoleUser: { assumedRoleId: 'AROAEXAMPLE:s', arn: 'arn:aws:sts::111122223333:assumed-role/it/s' },
};
const granted = (response: unknown, request: unknown = null) =>
  grantOf({ ...CELLS, request: JSON.stringify(request), response: JSON.stringify(response) });

describe('a grant', () => {
  test('is the key of the answer, its end, its session and its role', () => {
    expect(granted(ANSWER, { roleArn: 'arn:aws:iam::111122223333:role/path/it' })).toEqual({
      ...CELLS,
      ...{ key: 'ASIAIOSFODNN7EXAMPLE', until: NOON + HOUR, sessionArn: ANSWER.assumedRoleUser.arn },
      roleArn: 'arn:aws:iam::111122223333:role/path/it',
    });
    expect(granted(ANSWER)?.roleArn).toBe('arn:aws:iam::111122223333:role/it');
    const federated = {
      ...ANSWER,
      assumedRoleUser: null,
      federatedUser: { arn: 'arn:aws:sts::1:federated-user/x' },
    };
    expect(granted(federated)).toMatchObject({
      sessionArn: 'arn:aws:sts::1:federated-user/x',
      roleArn: null,
    });
  });

  test.each([
    ['Jan 9, 2026, 10:00:00 AM', Date.UTC(2026, 0, 9, 10)],
    ['Dec 2, 2021 11:11:28 PM', Date.UTC(2021, 11, 2, 23, 11, 28)],
    ['Jan 9, 2026, 12:00:01 AM', Date.UTC(2026, 0, 9, 0, 0, 1)],
    ['Jan 9, 2026, 12:30:00\u202fPM', Date.UTC(2026, 0, 9, 12, 30)],
    ['2026-01-09T10:00:00Z', Date.UTC(2026, 0, 9, 10)],
    ['Foo 9, 2026, 10:00:00 AM', null],
    ['Feb 30, 2026, 10:00:00 AM', null],
    ['soon', null],
    [null, null],
  ])('ends at %s', (text, end) => {
    expect(endOf(text)).toBe(end);
  });

  test('is that of the console, which works with a key of its own unless it is the same', () => {
    const console = { credentials: { accessKeyId: 'ASIACONSOLEEEEEEXAMPLE' }, GetSigninToken: 'Success' };
    expect(granted(console)).toMatchObject({ key: 'ASIACONSOLEEEEEEXAMPLE', until: null, roleArn: null });
    const own = { credentials: { accessKeyId: CELLS.byKey }, GetSigninToken: 'Success' };
    expect(granted(own)).toBeUndefined();
  });

  test('is none where the answer tells no key', () => {
    const damaged = [
      null,
      'null',
      '',
      '{',
      '[]',
      '"x"',
      '{"credentials":null}',
      '{"credentials":{"accessKeyId":""}}',
    ];
    const hostile = [
      '{"credentials":{"accessKeyId":"a b"}}',
      '{"credentials":{"accessKeyId":{"x":1}}}',
      '{"credentials":"ASIA"}',
      '{"credentials":{"accessKeyId":"HIDDEN_DUE_TO_SECURITY_REASONS"}}',
      '{"credentials":{"accessKeyId":"REDACTED"}}',
    ];
    for (const response of [...damaged, ...hostile])
      expect(grantOf({ ...CELLS, request: '{', response }), `${response}`).toBeUndefined();
  });
});

describe('a key may be used', () => {
  const grant = (until: number | null) => ({ at: NOON, until });
  test('until it ends, and as long as any key lives where that is not known or cannot be', () => {
    expect(lifeOf(grant(NOON + HOUR)).to).toBe(NOON + HOUR + HOUR / 12);
    const longest = NOON + 36 * HOUR + HOUR / 12;
    for (const until of [null, NOON, NOON - HOUR, NOON + 37 * HOUR, Number.MAX_SAFE_INTEGER])
      expect(lifeOf(grant(until)).to).toBe(longest);
  });

  test('never beyond the period', () => {
    const of = (from: number, to: number) =>
      usedWithin(grant(NOON + HOUR), { from: NOON + from, to: NOON + to });
    expect(of(-HOUR, HOUR / 2)?.to).toBe(NOON + HOUR / 2);
    expect(of(HOUR / 2, 2 * HOUR)?.from).toBe(NOON + HOUR / 2);
    expect(of(2 * HOUR, 3 * HOUR)).toBeUndefined();
    expect(of(-3 * HOUR, -2 * HOUR)).toBeUndefined();
  });
});

const made = (key: string, byKey: string | null, more: Partial<Grant> = {}): Grant => ({
  ...CELLS,
  ...{
    key,
    byKey,
    until: null,
    sessionArn: `arn:aws:sts::1:assumed-role/${key}/s`,
    roleArn: `arn:aws:iam::1:role/${key}`,
  },
  ...more,
});
const treeOf = (grants: readonly Grant[]) =>
  chainsOf(grants)
    .tree()
    .map(({ grant, depth }) => `${'-'.repeat(depth)}${grant.key}`);

describe('chains', () => {
  test('lead from the person to each key, oldest first', () => {
    const grants = [
      made('c', 'a', { at: NOON + 2 }),
      made('a', 'AKIA', { at: NOON }),
      made('b', 'c', { at: NOON + 3 }),
      made('d', 'a', { at: NOON + 1 }),
      made('e', 'ASIAUNSEEN', { at: NOON + 4 }),
    ];
    expect(treeOf(grants)).toEqual(['a', '-d', '-c', '--b', 'e']);
    expect(pathText(chainsOf(grants).pathTo('b'))).toBe('bob > a (s) > c (s) > b (s)');
    expect(chainsOf(grants).pathTo('nothing')).toEqual([]);
  });

  test('end where forged records lead in a circle', () => {
    const circle = [
      made('a', 'c', { at: NOON + 1 }),
      made('b', 'a'),
      made('c', 'b', { at: NOON + 2 }),
      made('x', 'x'),
    ];
    expect(treeOf(circle)).toEqual(['b', '-c', '--a', 'x']);
    expect(
      chainsOf(circle)
        .pathTo('a')
        .map(({ key }) => key),
    ).toEqual(['b', 'c', 'a']);
    expect(chainsOf(circle).pathTo('x')).toHaveLength(1);
  });

  test('of any length are drawn', () => {
    const long = Array.from({ length: 10_000 }, (_, at) =>
      made(`k${at}`, at === 0 ? null : `k${at - 1}`, { at: NOON + at }),
    );
    expect(chainsOf(long).tree().at(-1)).toMatchObject({ depth: 9_999 });
    expect(chainsOf(long).pathTo('k9999')).toHaveLength(10_000);
  });

  test('take of a grant that two accounts tell the one with the key behind it', () => {
    const [own, other] = [
      made('a', 'AKIA', { eventId: 'own' }),
      made('a', null, { eventId: 'other', at: NOON - 1 }),
    ];
    for (const both of [
      [own, other],
      [other, own],
    ])
      expect(eachKeyOnce(both)).toEqual([own]);
  });

  test('name what was given: a role, its session where that says more, a federated user, a token', () => {
    const of = (more: Partial<Grant>) => grantedTo(made('it', null, more));
    expect(of({ sessionArn: 'arn:aws:sts::1:assumed-role/it/bob' })).toBe('it');
    expect(of({})).toBe('it (s)');
    expect(of({ roleArn: null, sessionArn: 'arn:aws:sts::1:federated-user/x' })).toBe('x (federated)');
    expect(of({ roleArn: null, sessionArn: null, how: 'GetSigninToken' })).toBe('console');
    expect(of({ roleArn: null, sessionArn: null, how: 'GetSessionToken' })).toBe('session token');
    expect(of({ roleArn: null, sessionArn: null, how: 'AssumeRoot' })).toBe('root');
    expect(pathText([made('it', null, { how: 'AssumeRoleWithSAML', byName: 'jane' })])).toBe(
      'jane (SAML) > it (s)',
    );
    expect(lifeText(made('it', null, { until: NOON + HOUR }))).toBe('2026-01-09 12:00 to 13:00');
    expect(lifeText(made('it', null, { until: NOON + 13 * HOUR }))).toBe(
      '2026-01-09 12:00 to 2026-01-10 01:00',
    );
  });
});

describe('a request in brief', () => {
  test.each([
    ['{"bucketName":"b","Host":"h"}', 'bucketName=b'],
    [
      '{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]},"force":false}',
      'instanceId=i-1 instanceId=i-2 force=false',
    ],
    ['{"a":null,"b":"","c":{}}', ''],
    ['[1,2,3,4,5,6]', '1 2 3 4'],
    ['{', ''],
    [null, ''],
  ])('of %s is %s', (json, brief) => {
    expect(requestBrief(json)).toBe(brief);
  });

  test('is short, whatever is asked', () => {
    for (const text of payloads(500))
      expect(requestBrief(JSON.stringify({ [text]: text, b: [text] })).length).toBeLessThanOrEqual(160);
    expect(requestBrief(`${'['.repeat(200)}${']'.repeat(200)}`)).toBe('');
    expect(requestBrief(JSON.stringify({ a: `${'x'.repeat(156)}🎉🎉` }))).not.toMatch(/\p{Cs}/u);
  });
});

const PERIOD = { from: NOON - 30 * 24 * HOUR, to: NOON };
const SUBJECTS = [
  "o'brien",
  'AKIAIOSFODNN7EXAMPLE',
  'arn:aws:iam::111122223333:role/it',
  'arn:aws:iam::111122223333:user/bob',
];
const uses = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    ...{ key: `ASIA${String(at).padStart(9, '0')}EXAMPLE`, from: PERIOD.from + at * 100_000 },
    to: PERIOD.from + at * 100_000 + HOUR,
  }));
const looked = (who: string, count: number) => ({
  ...PERIOD,
  subjects: [{ subject: subjectOf(who), ...PERIOD }],
  uses: uses(count),
  granted: uses(count).map(({ from }, at) => ({
    eventId: `5b2c8f0e-6a53-4b0e-9d0b-${String(at).padStart(12, '0')}`,
    at: from,
  })),
});
const ALL_SQL = SUBJECTS.flatMap((who) => [
  subjectGrantsSql(subjectOf(who), PERIOD, 10),
  ...timelineParts(looked(who, 0)).flat(),
  ...timelineParts(looked(who, 3)).flat(),
  grantsUnderSql(uses(3), 10),
  originsSql([who, 'b'], PERIOD, 10),
]);
const bare = (sql: string) => sql.replace(/'(?:[^']|'')*'/g, "''");

describe('what a lake is asked', () => {
  test('is SQL of Trino', async () => {
    const dt = await dtOracle();
    for (const sql of ALL_SQL) expect(dt(sql).parses, sql).toBe(true);
  });

  test('calls functions that Athena and DuckDB share', () => {
    const known = ['cast', 'coalesce', 'json_extract_scalar', 'lower', 'strpos'];
    const words = ['and', 'as', 'in', 'or', 'values', 'where', 'used', 'granted', 'theirs'];
    for (const sql of ALL_SQL) {
      const called = [...bare(sql).matchAll(/([a-z_]+)\s*\(/gi)].map(([, name = '']) => name.toLowerCase());
      expect(called.filter((name) => !known.includes(name) && !words.includes(name))).toEqual([]);
    }
  });

  test('bounds the partitions of each table that it reads, and names the tables that are fetched for it', () => {
    for (const sql of ALL_SQL) {
      const views = bare(sql).match(/\bFROM (athena_events|cloudtrail_events)\b/g) ?? [];
      const bounds = bare(sql).match(/year \|\| '' \|\| month \|\| '' \|\| day >= ''/g) ?? [];
      expect(bounds.length).toBe(views.length);
      for (const table of askedTables(sql)) expect(askedTables(ASKED_TABLES)).toContain(table);
    }
  });

  test('is never longer than Athena takes: many keys are asked for in parts of the time, each in all parts of its own', () => {
    const many = looked('bob', 10_000);
    const parts = timelineParts(many);
    for (const part of parts) expect(part).toHaveLength(1);
    const queries = parts.flat();
    expect(queries.length).toBeGreaterThan(3);
    for (const sql of queries) expect(sql.length).toBeLessThanOrEqual(262_144);
    const bounds = queries.map((sql) =>
      /event_time >= timestamp '([^']+)'\n\s+AND [^\n]+\n?\s*AND event_time < timestamp '([^']+)'/
        .exec(sql)
        ?.slice(1),
    );
    for (const [at, bound] of bounds.entries()) if (at > 0) expect(bound?.[0]).toBe(bounds[at - 1]?.[1]);
    const time = (text: string | undefined) => Date.parse(`${text?.replace(' ', 'T')}Z`);
    for (const { key, from, to } of many.uses) {
      const meant = bounds.filter((bound) => from < time(bound?.[1]) && to > time(bound?.[0])).length;
      expect(queries.filter((sql) => sql.includes(key)).length, key).toBe(meant);
    }
    const sql = grantsUnderSql(uses(KEYS_AT_ONCE), 10);
    expect(sql.length).toBeLessThanOrEqual(262_144);
    expect(
      originsSql(
        Array.from({ length: KEYS_AT_ONCE }, () => 'A'.repeat(120)),
        PERIOD,
        10,
      ).length,
    ).toBeLessThanOrEqual(262_144);
  });

  test('names keys in several queries where an hour alone has too many, each key in one', () => {
    const hour = { from: NOON, to: NOON + HOUR };
    const all = uses(10_000).map(({ key }) => ({ key, ...hour }));
    const granted = all.map((_, at) => ({
      eventId: `5b2c8f0e-6a53-4b0e-9d0b-${String(at).padStart(12, '0')}`,
      at: NOON,
    }));
    const [part = [], ...more] = timelineParts({ ...hour, subjects: [], uses: all, granted });
    expect([part.length, more.length]).toEqual([1 + 5 + 3, 0]);
    for (const sql of part) expect(Buffer.byteLength(sql)).toBeLessThanOrEqual(262_144);
    for (const { key } of all) expect(part.filter((sql) => sql.includes(key)).length, key).toBe(1);
    for (const { eventId } of granted) expect(part.filter((sql) => sql.includes(eventId)).length).toBe(1);
  });

  test('takes any name for a name', async () => {
    const dt = await dtOracle();
    const writable = payloads(120).filter(
      (text) => text.trim() !== '' && !/\p{Cs}/u.test(text) && !text.includes('\0') && text.length < 100,
    );
    for (const text of writable) {
      const sql = subjectGrantsSql(subjectOf(text), PERIOD, 10);
      expect(bare(sql), text).toBe(
        bare(subjectGrantsSql(subjectOf(/^A[KS]IA/.test(text) ? (SUBJECTS[1] ?? '') : 'bob'), PERIOD, 10)),
      );
    }
    expect(dt(subjectGrantsSql(subjectOf("x'; DROP TABLE a; --"), PERIOD, 10)).parses).toBe(true);
  });
});
