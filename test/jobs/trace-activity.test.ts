import { describe, expect, test } from 'vitest';
import { lakeActivity } from '../../src/adapters/lake-activity.js';
import { MOST_DEPTH, MOST_KEYS, traceActivity } from '../../src/jobs/trace-activity.js';
import type { ActivityLog, Search } from '../../src/ports/activity-log.js';
import type { Grant } from '../../src/trace/grant.js';
import { subjectOf } from '../../src/trace/subject-of.js';
import { worldLake } from '../support/trace/world-lake.ts';

const NOON = Date.UTC(2026, 0, 9, 12);
const HOUR = 3_600_000;
const PERIOD = { from: NOON, to: NOON + 24 * HOUR };

const grant = (key: string, byKey: string | null): Grant => ({
  ...{
    at: NOON,
    how: 'AssumeRole',
    key,
    until: null,
    sessionArn: null,
    roleArn: 'arn:aws:iam::444455556666:role/r',
  },
  ...{ byKey, byName: 'bob', account: '111122223333', region: 'eu-west-1', eventId: key },
});

/** A log that answers each search by a function, and shows no events. */
function logOf(answer: (search: Search) => readonly Grant[]): ActivityLog & { readonly searches: Search[] } {
  const searches: Search[] = [];
  return {
    searches,
    search: async (search) => {
      searches.push(search);
      return answer(search);
    },
    timeline: async function* () {},
    close: async () => undefined,
  };
}

describe('a trace ends', () => {
  test('where keys lead to new keys without end, and says so', async () => {
    const log = logOf((search) => {
      if (search.kind === 'subject') return [grant('ASIA0', 'AKIA')];
      if (search.kind === 'origins') return [];
      return search.keys.map(({ key }) => grant(`ASIA${Number(key.slice(4)) + 1}`, key));
    });
    const trace = await traceActivity({ subject: subjectOf('bob'), period: PERIOD }, log);
    expect(trace.endedAt).toBe('depth');
    expect(log.searches).toHaveLength(1 + MOST_DEPTH);
    expect(trace.chains.size).toBe(MOST_DEPTH + 1);
  });

  test('where there are more keys than anybody looks at, and says so', async () => {
    const many = Array.from({ length: MOST_KEYS + 5 }, (_, at) => grant(`ASIA${at}`, 'AKIA'));
    const log = logOf((search) => (search.kind === 'subject' ? many : []));
    const trace = await traceActivity({ subject: subjectOf('bob'), period: PERIOD }, log);
    expect(trace.endedAt).toBe('keys');
    const asked = log.searches.flatMap((search) => (search.kind === 'keys' ? search.keys : []));
    expect(asked).toHaveLength(MOST_KEYS);
  });

  test('where a search is cut, also where little of it matters', async () => {
    const old = Array.from({ length: MOST_KEYS + 1 }, (_, at) => ({
      ...grant(`ASIA${at}`, 'AKIA'),
      until: NOON - 19 * HOUR,
      at: NOON - 20 * HOUR,
    }));
    const trace = await traceActivity(
      { subject: subjectOf('bob'), period: PERIOD },
      logOf((search) => (search.kind === 'subject' ? old : [])),
    );
    expect([trace.endedAt, trace.chains.size]).toEqual(['keys', 0]);
  });

  test('where forged records lead in a circle, without saying anything', async () => {
    const log = logOf((search) => {
      if (search.kind === 'subject') return [grant('ASIAA', 'ASIAB')];
      return [grant('ASIAA', 'ASIAB'), grant('ASIAB', 'ASIAA')];
    });
    const trace = await traceActivity({ subject: subjectOf('bob'), period: PERIOD }, log);
    expect([trace.endedAt, trace.chains.size]).toEqual([undefined, 2]);
    expect(log.searches.length).toBeLessThan(5);
  });

  test('back at whoever has a key for good; beginnings are looked for as long ago as keys live', async () => {
    const log = logOf((search) => {
      if (search.kind !== 'origins') return [];
      return search.keys[0] === 'ASIAGRANTEDKEXAMPLE'
        ? [grant('ASIAGRANTEDKEXAMPLE', 'ASIAPARENTKEXAMPLE')]
        : [grant('ASIAPARENTKEXAMPLE', 'AKIA')];
    });
    const trace = await traceActivity({ subject: subjectOf('ASIAGRANTEDKEXAMPLE'), period: PERIOD }, log);
    expect(trace.chains.tree().map(({ grant: { key } }) => key)).toEqual([
      'ASIAPARENTKEXAMPLE',
      'ASIAGRANTEDKEXAMPLE',
    ]);
    const origins = log.searches.filter((search) => search.kind === 'origins');
    expect(origins.map((search) => search.from)).toEqual([NOON - 36 * HOUR, NOON - 72 * HOUR]);
  });

  test('a key is looked for where it acts: in the account of its role, and a root everywhere', async () => {
    const log = logOf((search) => (search.kind === 'subject' ? [grant('ASIAA', 'AKIA')] : []));
    await traceActivity({ subject: subjectOf('bob'), period: PERIOD }, log);
    const [use] = log.searches.flatMap((search) => (search.kind === 'keys' ? search.keys : []));
    expect(use).toMatchObject({ key: 'ASIAA', account: '444455556666', from: NOON - HOUR / 12 });
    const root = { ...grant('ASIAROOT', 'AKIA'), how: 'AssumeRoot', roleArn: null };
    const other = logOf((search) => (search.kind === 'subject' ? [root] : []));
    await traceActivity({ subject: subjectOf('bob'), period: PERIOD }, other);
    expect(other.searches.at(-1)).toMatchObject({ keys: [{ key: 'ASIAROOT', account: null }] });
  });
});

describe('a chain of keys that began before the period', () => {
  const given = (
    key: string,
    byKey: string,
    hours: { readonly at: number; readonly until: number },
  ): Grant => ({
    ...grant(key, byKey),
    ...{ at: NOON + hours.at * HOUR, until: NOON + hours.until * HOUR },
  });
  const all = [
    given('ASIAFIRST', 'AKIABOB', { at: -3, until: -1 }),
    given('ASIASECOND', 'ASIAFIRST', { at: -2, until: 1 }),
    given('ASIAENDED', 'ASIAFIRST', { at: -2, until: -1 }),
  ];
  const log = () =>
    logOf((search) => {
      if (search.kind === 'subject') return all.filter(({ byKey }) => byKey === 'AKIABOB');
      if (search.kind === 'origins') return all.filter(({ key }) => search.keys.includes(key));
      return search.keys.flatMap(({ key, from, to }) =>
        all.filter(({ byKey, at }) => byKey === key && at >= from && at < to),
      );
    });

  test.each([['bob'], ['AKIABOBIIIIIIEXAMPLE']])('is followed into it, from %s', async (who) => {
    const asked = log();
    const search: ActivityLog['search'] = (wanted) =>
      asked.search(
        wanted.kind === 'keys'
          ? {
              ...wanted,
              keys: wanted.keys.map((it) => (it.key.startsWith('AKIA') ? { ...it, key: 'AKIABOB' } : it)),
            }
          : wanted,
      );
    const trace = await traceActivity({ subject: subjectOf(who), period: PERIOD }, { ...asked, search });
    // What had ended before the period is told where something came from it that had not.
    expect(trace.chains.tree().map(({ grant: { key } }) => key)).toEqual(['ASIAFIRST', 'ASIASECOND']);
  });
});

test('a key that is asked for twice is looked for at both times', async () => {
  const row = (event_time: number, event_id: string) => ({
    ...{ event_time, event_id, access_key_id: 'ASIAA', event_source: 's3.amazonaws.com', event_name: 'X' },
    ...{ account_id: '111122223333', aws_region: 'eu-west-1' },
  });
  const engine = await worldLake([row(NOON, 'a'), row(NOON + 5 * HOUR, 'b'), row(NOON + 9 * HOUR, 'c')]);
  const log = lakeActivity(engine, 10);
  for (const from of [NOON + 5 * HOUR, NOON])
    await log.search({ kind: 'keys', keys: [{ key: 'ASIAA', account: null, from, to: from + HOUR }] });
  const found: (string | null)[] = [];
  for await (const events of log.timeline()) found.push(...events.map(({ eventId }) => eventId));
  expect(found).toEqual(['a', 'b']);
  await engine.close();
});

test('thousands of keys are found in a lake, in parts that follow one another in time', async () => {
  const keys = Array.from({ length: 6_000 }, (_, at) => ({
    ...{ key: `ASIA${String(at).padStart(9, '0')}EXAMPLE`, account: null },
    ...{ from: PERIOD.from, to: PERIOD.from + (at % 24) * HOUR + 60_000 },
  }));
  const rows = keys
    .filter((_, at) => at % 300 === 0)
    .map(({ key, to }, at) => ({
      ...{ event_time: at % 2 === 0 ? to - 1 : to, event_id: `e${at}`, access_key_id: key, event_name: 'X' },
      ...{ event_source: 's3.amazonaws.com', account_id: '111122223333', aws_region: 'eu-west-1' },
    }));
  const engine = await worldLake(rows);
  const asked: string[] = [];
  const counting = {
    ...engine,
    query: (sql: string) => {
      asked.push(sql);
      return engine.query(sql);
    },
  };
  const log = lakeActivity(counting, 10);
  expect(await log.search({ kind: 'keys', keys })).toEqual([]);
  const found: (string | null)[] = [];
  for await (const events of log.timeline()) found.push(...events.map(({ eventId }) => eventId));
  const inTime = rows.filter(({ event_time }, at) => at % 2 === 0 && event_time < PERIOD.to);
  expect(found.toSorted()).toEqual(inTime.map(({ event_id }) => event_id).toSorted());
  expect(asked.length).toBeGreaterThan(3 + 2);
  for (const sql of asked) expect(Buffer.byteLength(sql)).toBeLessThanOrEqual(262_144);
  await engine.close();
});
