import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import { identityCells } from '../../src/datasets/identity.js';
import type { AthenaAnswer } from '../support/aws/athena-execution.ts';
import { denied } from '../support/aws/aws-error.ts';
import { run } from '../support/command-line.ts';
import { invoked, LambdaWorld } from '../support/lambda-world.ts';
import { type Ask, QUESTIONS, question, sqlFor } from '../support/questions/asked.ts';
import { type DemoLake, demoLake, recordsOf } from '../support/questions/demo-lake.ts';
import { payloads } from '../support/questions/payloads.ts';

const AS_OF = Date.UTC(2026, 10, 1, 12);
const TOPIC = 'arn:aws:sns:us-east-1:111122223333:alerts';
const SETTINGS = {
  AUDIT_LAKE_ALERT_TOPIC: TOPIC,
  AUDIT_LAKE_WORK_GROUP: 'audit_lake',
  AUDIT_LAKE_RESULTS: 'workgroup',
};
const EVER = { times: Number.POSITIVE_INFINITY };

let lake: DemoLake;
let lambda: LambdaWorld;
beforeAll(async () => {
  lake = await demoLake(AS_OF);
});
afterAll(async () => await lake.close());
beforeEach(async () => {
  lambda = await LambdaWorld.start(SETTINGS);
  lambda.aws.athena.createWorkGroup('audit_lake', 's3://amzn-s3-demo-lake/audit/_meta/results/queries/');
  lambda.aws.sns.createTopic(TOPIC);
});
afterEach(() => lambda.stop());

const sent = () => lambda.aws.sns.messages(TOPIC);
const asked = () => lambda.aws.athena.executions().map(({ sql }) => sql);
const event = (time: string, alert: object) => ({ task: 'alert', time, alert });
const OUTSIDE = { question: 'outside-networks', parameters: { networks: '10.0.0.0/8' }, every: 'hour' };
const NEW = { question: 'new-activity', every: 'day' };

/** Athena knows these questions alone: those of another period fail. */
async function athenaKnows(...questions: readonly (readonly [string, Ask])[]): Promise<void> {
  const answers = new Map<string, AthenaAnswer>();
  for (const [name, ask] of questions) {
    const sql = sqlFor(name, ask);
    const { columns, chunks } = await lake.engine.query(sql);
    const rows: (string | null)[][] = [];
    for await (const chunk of chunks)
      rows.push(...chunk.map((row) => row.map((value) => (value === null ? null : String(value)))));
    answers.set(sql, { columns: columns.map(({ name }) => ({ name, type: 'varchar' })), rows });
  }
  lambda.aws.athena.answer = (sql) => {
    const found = answers.get(sql);
    if (found) return found;
    throw new Error('another question');
  };
}

function athenaFinds(columns: readonly string[], ...rows: readonly (string | null)[][]): void {
  lambda.aws.athena.answer = () => ({ columns: columns.map((name) => ({ name, type: 'varchar' })), rows });
}

/** The starts of queries of the trail in a period, by what was recorded alone. */
const startsIn = (from: string, to: string) =>
  recordsOf(lake.trail).filter(
    (record) =>
      record['eventName'] === 'StartQueryExecution' &&
      String(record['eventTime']) >= from &&
      String(record['eventTime']) < to,
  );
const userOf = (record: JsonObject) => String(identityCells(record)['user_name']);
const ipOf = (record: JsonObject) => String(record['sourceIPAddress']);
const isOutside = (record: JsonObject) => /^[\d.]+$|:/.test(ipOf(record)) && !ipOf(record).startsWith('10.');

/** The values that a message shows under a name, row by row. */
const shown = (text: string, name: string) =>
  [...text.matchAll(new RegExp(`^  ${name} +(.*)$`, 'gm'))].map(([, value = '']) => value);

describe('outside-networks, over the trail of the demo', () => {
  /** How many came from outside in each hour in which somebody asked something. */
  function hours(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const record of startsIn('2026-10-01', '2026-11-02')) {
      const hour = String(record['eventTime']).slice(0, 13);
      counts.set(hour, (counts.get(hour) ?? 0) + (isOutside(record) ? 1 : 0));
    }
    return counts;
  }
  const hourAfter = (hour: string) => new Date(Date.parse(`${hour}:00:00Z`) + 3_600_000).toISOString();
  const ofHour = (hour: string): Ask => ({
    given: { networks: '10.0.0.0/8' },
    period: { from: `${hour}:00Z`, to: hourAfter(hour) },
  });

  test('tells in one message who came from outside in the hour before, and nothing of what was asked', async () => {
    const [hour = ''] = [...hours()].filter(([, count]) => count > 1).map(([it]) => it);
    await athenaKnows(['outside-networks', ofHour(hour)]);
    const time = hourAfter(hour).replace('00:00.000Z', '45:00Z');
    await lambda.alert(event(time, OUTSIDE));
    const [message, ...more] = sent();
    expect(more).toEqual([]);
    const expected = startsIn(`${hour}:00:00Z`, hourAfter(hour)).filter(isOutside);
    expect(expected.length).toBeGreaterThan(1);
    expect(message?.subject).toBe(`audit-lake: ${expected.length} rows: Queries from outside your networks`);
    const text = message?.text ?? '';
    expect(shown(text, 'source_ip').sort()).toEqual(expected.map(ipOf).sort());
    expect(shown(text, 'user_name').sort()).toEqual(expected.map(userOf).sort());
    expect(text).toContain(`period    ${hour}:00:00Z to ${hourAfter(hour).replace('.000Z', 'Z')}\n`);
    expect(text).toContain('asked     outside-networks, every hour\n  networks  10.0.0.0/8\n');
    expect(text).not.toMatch(/SELECT|query_text/);
  });

  test('says nothing of an hour in which nobody did', async () => {
    const [hour = ''] = [...hours()].filter(([, count]) => count === 0).map(([it]) => it);
    await athenaKnows(['outside-networks', ofHour(hour)]);
    const time = hourAfter(hour).replace('00:00.000Z', '45:00Z');
    expect(await lambda.alert(event(time, OUTSIDE))).toMatchObject({ question: 'outside-networks', rows: 0 });
    expect(asked()).toHaveLength(1);
    expect(sent()).toEqual([]);
    expect(lambda.aws.count('Publish')).toBe(0);
  });

  test('tells of each start of a month once: no gap and no double between runs that come late, early or again', async () => {
    const days = [...hours()].map(([it]) => it).filter((it) => it >= '2026-10-24' && it < '2026-10-27');
    await athenaKnows(...days.map((hour) => ['outside-networks', ofHour(hour)] as const));
    for (const [at, hour] of days.entries()) {
      const minute = ['45:00', '44:59', '59:59', '30:00'][at % 4];
      await lambda.alert(event(hourAfter(hour).replace('00:00.000Z', `${minute}Z`), OUTSIDE));
    }
    const told = sent().flatMap(({ text }) => shown(text, 'source_ip'));
    const expected = startsIn('2026-10-24', '2026-10-27').filter(isOutside).map(ipOf);
    expect(told.sort()).toEqual(expected.sort());
    expect(expected.length).toBeGreaterThan(3);
  });

  test('the command of the message asks what Athena was asked', async () => {
    athenaFinds(['submission_time', 'user_name', 'source_ip', 'state'], ['x', 'y', '203.0.113.9', 'FAILED']);
    const alerts = [
      [OUTSIDE, '2026-11-01T00:45:00Z'],
      [NEW, '2027-01-01T00:45:00Z'],
      [{ question: 'by-user', parameters: { user: "-o'brien; rm" }, every: 'day' }, '2026-03-01T00:45:00Z'],
      [
        { question: 'outside-networks', parameters: { about: '$x `y` "z"' }, every: 'hour' },
        '2026-03-01T00:45:00Z',
      ],
    ] as const;
    for (const [alert, time] of alerts) await lambda.alert(event(time, alert));
    expect(asked()).toHaveLength(alerts.length);
    for (const [at, { text }] of sent().entries()) {
      const [, line = ''] = /^ {2}npx audit-lake (ask .*)$/m.exec(text) ?? [];
      const words = execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' }).split('\0');
      const [ask = '', name = '', ...options] = words.slice(0, -1);
      const { code, out, err } = await run([ask, name, '--show-sql', ...options]);
      expect([code, err]).toEqual([0, '']);
      expect(out).toBe(`${asked()[at]}\n`);
    }
  });
});

describe('new-activity, over the trail of the demo', () => {
  test('tells what was new on the day before, across the end of a month', async () => {
    await athenaKnows(['new-activity', { given: {}, period: { from: '2026-10-31', to: '2026-11-01' } }]);
    await lambda.alert(event('2026-11-01T00:45:00Z', NEW));
    const [message] = sent();
    const today = startsIn('2026-10-31', '2026-11-01');
    const before = new Set(startsIn('2026-10-30', '2026-10-31').map((it) => `${userOf(it)} ${ipOf(it)}`));
    const people = today.filter((it) => !before.has(`${userOf(it)} ${ipOf(it)}`)).map(userOf);
    expect(people.length).toBeGreaterThan(0);
    const text = message?.text ?? '';
    for (const name of people) expect(shown(text, 'user_name')).toContain(name);
    expect(text).toContain('2026-10-31T00:00:00Z to 2026-11-01T00:00:00Z');
    expect(shown(text, 'first_seen').every((it) => it.startsWith('2026-10-31'))).toBe(true);
  });
});

describe('an event that comes again', () => {
  const TIME = '2026-10-28T23:45:00Z';

  test('asks about the same period, however late it is, and may tell twice', async () => {
    athenaFinds(['user_name'], ['eve']);
    await lambda.alert(event(TIME, OUTSIDE));
    await lambda.alert(event(TIME, OUTSIDE));
    const [first, second] = asked();
    expect(second).toBe(first);
    expect(sent()[1]).toEqual(sent()[0]);
    expect(sent()[0]?.text).toContain('The same message may come twice: its period tells.');
  });

  test('asks anew where Athena refused, the topic was closed, or the answer was lost: the error is the function’s', async () => {
    athenaFinds(['user_name'], ['eve']);
    const athena = lambda.aws.fail(({ service }) => service === 'athena', denied, EVER);
    await expect(lambda.alert(event(TIME, OUTSIDE))).rejects.toMatchObject({ code: 'AWS_DENIED' });
    athena.stop();
    const topic = lambda.aws.fail(({ service }) => service === 'sns', denied, EVER);
    await expect(lambda.alert(event(TIME, OUTSIDE))).rejects.toMatchObject({
      ...{ code: 'AWS_DENIED', message: expect.stringContaining(`sns:Publish on ${TOPIC}`) },
    });
    topic.stop();
    expect(sent()).toEqual([]);
    await lambda.alert(event(TIME, OUTSIDE));
    expect(sent()).toHaveLength(1);
    const told = lambda.log().filter(({ message }) => message === 'alert_failed');
    expect(told).toMatchObject(
      Array(2).fill({
        ...{ level: 'ERROR', code: 'AWS_DENIED', question: 'outside-networks' },
        ...{ from: '2026-10-28T22:00:00Z', to: '2026-10-28T23:00:00Z' },
      }),
    );
  });

  test('is an error where the question fails, and where the event is none of the schedule', async () => {
    lambda.aws.athena.answer = () => {
      throw new Error('TABLE_NOT_FOUND: line 5: Table athena_audit_logs does not exist');
    };
    await expect(lambda.alert(event(TIME, OUTSIDE))).rejects.toMatchObject({ code: 'QUERY_FAILED' });
    for (const odd of [
      {},
      { task: 'alert' },
      event('today', OUTSIDE),
      event(TIME, { ...OUTSIDE, question: 'x' }),
    ])
      await expect(lambda.alert(odd)).rejects.toMatchObject({ code: 'USAGE' });
    expect(sent()).toEqual([]);
  });

  test('stops Athena where time runs short: nobody waits for what it would charge', async () => {
    lambda.aws.athena.pace = { by: 'polls', queued: 0, running: 1_000 };
    let left = 60_000;
    const context = invoked(() => (left -= 20_000));
    await expect(lambda.alert(event(TIME, OUTSIDE), context)).rejects.toMatchObject({ code: 'QUERY_FAILED' });
    expect(lambda.aws.athena.executions()).toMatchObject([{ state: 'CANCELLED' }]);
  });
});

describe('what a message holds', () => {
  const TIME = '2026-10-28T23:45:00Z';
  const COLUMNS = ['submission_time', 'user_name', 'source_ip', 'state'];

  test('1,000 hostile names: a value a line, which no name can begin, end or turn around', async () => {
    const names = payloads(1_000);
    for (let at = 0; at < names.length; at += 20) {
      athenaFinds(
        COLUMNS,
        ...names.slice(at, at + 20).map((name) => ['2026-10-28', name, '203.0.113.9', 'FAILED']),
      );
      await lambda.alert(event(TIME, OUTSIDE));
    }
    expect(sent()).toHaveLength(Math.ceil(names.length / 20));
    for (const [at, { text }] of sent().entries()) {
      const rows = Math.min(20, names.length - 20 * at);
      const lines = text.split('\n');
      expect(lines.filter((line) => /^row \d+$/.test(line))).toEqual(
        Array.from({ length: rows }, (_, n) => `row ${n + 1}`),
      );
      for (const name of COLUMNS)
        expect(lines.filter((line) => line.startsWith(`  ${name} `))).toHaveLength(rows);
      expect(text.replaceAll('\n', '')).not.toMatch(
        /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u,
      );
      expect(lines.filter((line) => line.includes('npx audit-lake'))).toHaveLength(1);
    }
  });

  test('the first twenty rows, how many there are, and no value that fills the mail', async () => {
    const rows = Array.from({ length: 1_500 }, (_, n) => [
      't',
      `user-${n}`,
      '203.0.113.9',
      'x'.repeat(70_000),
    ]);
    athenaFinds(COLUMNS, ...rows.map(([a = '', b = '', c = '', d = ''], n) => [a, b, c, n < 20 ? d : '']));
    await lambda.alert(event(TIME, OUTSIDE));
    const [message] = sent();
    expect(message?.subject).toContain('1,500 rows');
    expect(message?.text).toContain('1,480 rows are not shown here.');
    expect(message?.text).toContain(`${'x'.repeat(200)}...`);
    expect(message?.text.length).toBeLessThan(20_000);
    athenaFinds(
      COLUMNS,
      ...Array.from({ length: 11_000 }, () => ['t', '\ud83d\ude00'.repeat(300), null, '\ufffe']),
    );
    await lambda.alert(event(TIME, OUTSIDE));
    expect(sent()[1]?.subject).toContain('more than 10,000 rows');
    expect(sent()[1]?.text).toContain('More than 9,980 rows are not shown here.');
  });

  test('a subject that SNS takes, of every question', async () => {
    for (const { name, parameters } of QUESTIONS) {
      const given = parameters.flatMap((it) => (it.kind === 'argument' ? [[it.name, it.example]] : []));
      athenaFinds([...question(name).table, 'reason'], [...question(name).table, 'canary']);
      await lambda.alert(
        event(TIME, { question: name, parameters: Object.fromEntries(given), every: 'day' }),
      );
    }
    expect(sent()).toHaveLength(QUESTIONS.length);
    expect(sent().filter(({ text }) => text.includes('canary'))).toEqual([]);
  });

  test('of no question over the demo a text of a query, a request or an error', async () => {
    const period = { from: '2026-10-01', to: '2026-11-01' };
    for (const { name, parameters } of QUESTIONS) {
      const given = Object.fromEntries(
        parameters.flatMap((it) => (it.kind === 'argument' ? [[it.name, it.example]] : [])),
      );
      const sql = sqlFor(name, { given, period });
      const { columns, chunks } = await lake.engine.query(sql);
      const rows: (string | null)[][] = [];
      for await (const chunk of chunks)
        rows.push(
          ...chunk.slice(0, 20).map((row) => row.map((value) => (value === null ? null : String(value)))),
        );
      athenaFinds(
        columns.map((it) => it.name),
        ...rows.slice(0, 20),
      );
      await lambda.alert(event(TIME, { question: name, parameters: given, every: 'day' }));
    }
    expect(sent().length).toBeGreaterThan(14);
    const texts = lake.trail.queries.map(({ sql }) => sql).filter((sql) => sql.length > 12);
    for (const { subject, text } of sent()) {
      expect(
        texts.filter((sql) => text.includes(sql)),
        subject,
      ).toEqual([]);
      expect(text, subject).not.toMatch(
        /"workGroup"|queryExecutionContext|not authorized to perform|cannot be resolved|mismatched input/,
      );
    }
  });
});
