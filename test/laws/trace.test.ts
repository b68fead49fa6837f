import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lakeActivity } from '../../src/adapters/lake-activity.js';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import { identityCells } from '../../src/datasets/identity.js';
import { createRandom } from '../../src/demo/random.js';
import { MOST_KEYS, traceActivity } from '../../src/jobs/trace-activity.js';
import type { QueryEngine } from '../../src/ports/query-engine.js';
import { pathText } from '../../src/trace/chains.js';
import type { Span } from '../../src/trace/key-window.js';
import { subjectOf } from '../../src/trace/subject-of.js';
import type { TraceRow } from '../../src/trace/trace-row.js';
import { type DemoLake, demoLake, recordsOf } from '../support/questions/demo-lake.ts';
import { SEED } from '../support/seed.ts';
import { plainSearch } from '../support/trace/plain-search.ts';
import { randomWorld, WORLD_BEGINS, WORLD_DAYS } from '../support/trace/random-world.ts';
import { worldLake } from '../support/trace/world-lake.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function traced(engine: QueryEngine, who: string, period: Span) {
  const trace = await traceActivity({ subject: subjectOf(who), period }, lakeActivity(engine, MOST_KEYS));
  const rows: TraceRow[] = [];
  for await (const chunk of trace.rows) rows.push(...chunk);
  return { trace, rows };
}

const idsOf = (rows: readonly TraceRow[]) => rows.map(({ eventId }) => eventId ?? '').sort();

describe('a trace in a world of chance', () => {
  const WORLDS = 4;
  test.each(Array.from({ length: WORLDS }, (_, world) => [world]))(
    'finds the events that a plain search of the graph finds, each once and in order (world %i)',
    async (world) => {
      const random = createRandom(SEED + world);
      const { rows, grants, subjects } = randomWorld(random);
      const engine = await worldLake(rows);
      const ends = new Map(grants.map(({ key, end }) => [key, end]));
      let longest = 0;
      for (const who of new Set(subjects)) {
        const from = WORLD_BEGINS + random.between(0, 3 * 24) * HOUR;
        const to = Math.min(from + random.between(12, 96) * HOUR, WORLD_BEGINS + (WORLD_DAYS + 2) * DAY);
        const period = { from, to };
        const found = await traced(engine, who, period);
        expect(idsOf(found.rows), who).toEqual(plainSearch(rows, ends, { who, period }));
        const times = found.rows.map(({ at }) => at);
        expect(times, who).toEqual([...times].sort((a, b) => a - b));
        longest = Math.max(longest, ...found.trace.chains.tree().map(({ depth }) => depth));
      }
      expect(longest).toBeGreaterThan(0);
      await engine.close();
    },
    60_000,
  );
});

describe('a trace over the trail of the demo', () => {
  const AS_OF = Date.UTC(2026, 10, 1, 12);
  const MONTH = { from: Date.UTC(2026, 10, 1) - 30 * DAY, to: AS_OF };
  let lake: DemoLake;
  let records: readonly JsonObject[];
  beforeAll(async () => {
    lake = await demoLake(AS_OF);
    records = recordsOf(lake.trail);
  });
  afterAll(async () => await lake.close());

  const within = (record: JsonObject) => {
    const at = Date.parse(String(record['eventTime']));
    return at >= MONTH.from && at < MONTH.to;
  };
  const idOf = (record: JsonObject) => String(record['eventID']);
  const eventsBy = (of: (cells: ReturnType<typeof identityCells>) => boolean) =>
    records.filter((record) => within(record) && of(identityCells(record))).map(idOf);
  const session = (key: string) => {
    const found = lake.trail.sessions.find((it) => it.key === key);
    if (found) return found;
    throw new Error(`no session has the key ${key}`);
  };
  const all = (...keys: readonly string[]) =>
    keys.flatMap((key) => [...session(key).grants, ...session(key).calls]);
  const once = (ids: readonly string[]) => [...new Set(ids)].sort();
  const paths = ({ chains }: Awaited<ReturnType<typeof traced>>['trace']) =>
    chains.tree().map(({ grant }) => pathText(chains.pathTo(grant.key)));

  test('bob: by himself, in all his roles, in another account, and one session of which nobody saw the beginning', async () => {
    const { trace, rows } = await traced(lake.engine, 'bob', MONTH);
    const keys = lake.trail.sessions.filter(({ key }) => key.startsWith('ASIABOB')).map(({ key }) => key);
    expect(keys).toHaveLength(6);
    const own = eventsBy(({ user_name }) => user_name === 'bob');
    expect(idsOf(rows)).toEqual(once([...own, ...all(...keys)]));
    expect(paths(trace)).toEqual([
      'bob > devops',
      'bob > it (botocore-session-1793000000)',
      'bob > devops',
      'bob > devops > Deploy (deploy-from-analytics)',
      'bob > devops',
    ]);
    expect(trace.unseen().map(({ key }) => key)).toEqual(['ASIABOBITLOSTEXAMPLE']);
    const viaOf = (name: string) => rows.find((row) => row.name === name)?.via;
    expect(viaOf('DeleteBucket')).toBe('bob > devops > Deploy (deploy-from-analytics)');
    expect(viaOf('CreateUser')).toBe('bob > it (botocore-session-1793000000)');
    expect(viaOf('TerminateInstances')).toBe('bob > devops');
    expect(rows.filter(({ error }) => error !== null).map(({ name }) => name)).toEqual(['AssumeRole']);
  });

  test('a key: what was done with it, and the way back to the person', async () => {
    const { trace, rows } = await traced(lake.engine, 'ASIABOBCHAINAEXAMPLE', MONTH);
    const [own, before] = [session('ASIABOBCHAINAEXAMPLE'), session('ASIABOBDEVOPBEXAMPLE')];
    expect(idsOf(rows)).toEqual(once([...own.calls, ...own.grants, ...before.grants]));
    expect(paths(trace)).toEqual(['bob > devops', 'bob > devops > Deploy (deploy-from-analytics)']);
  });

  test('a key for good: the sessions that were asked for with it, and theirs', async () => {
    const { rows } = await traced(lake.engine, 'AKIABOBIIIIIIEXAMPLE', MONTH);
    const keys = [
      'ASIABOBDEVOPAEXAMPLE',
      'ASIABOBITROLAEXAMPLE',
      'ASIABOBDEVOPBEXAMPLE',
      'ASIABOBCHAINAEXAMPLE',
      'ASIABOBDEVOPCEXAMPLE',
    ];
    const own = eventsBy(({ access_key_id }) => access_key_id === 'AKIABOBIIIIIIEXAMPLE');
    const stranger = session('ASIABOBCHAINAEXAMPLE').grants[1];
    expect(idsOf(rows)).toEqual(once([...own, ...all(...keys)]).filter((id) => id !== stranger));
  });

  test.each([
    'arn:aws:iam::444455556666:role/Deploy',
    'arn:aws:sts::444455556666:assumed-role/Deploy',
    'deploy',
  ])('a role, as %s: whoever took it, and what was done in it', async (who) => {
    const { trace, rows } = await traced(lake.engine, who, MONTH);
    const before = session('ASIABOBDEVOPBEXAMPLE');
    expect(idsOf(rows)).toEqual(
      once([...all('ASIABOBCHAINAEXAMPLE', 'ASIAJOBDEPLOYEXAMPLE'), ...before.grants]),
    );
    expect(paths(trace)).toEqual([
      'job/deploy (web identity) > Deploy (job-4711)',
      'bob > devops',
      'bob > devops > Deploy (deploy-from-analytics)',
    ]);
  });

  test('somebody who signs in by SAML, by name', async () => {
    const { trace, rows } = await traced(lake.engine, 'Paulo.Santos@example.com', MONTH);
    const own = eventsBy(({ user_name }) => user_name === 'paulo.santos@example.com');
    expect(idsOf(rows)).toEqual(once([...own, ...all('ASIAPAULOSAMLEXAMPLE')]));
    expect(paths(trace)).toEqual(['paulo.santos@example.com (SAML) > Analyst']);
  });

  test('somebody of Identity Center, by the id of the user: the portal, the sign-in, the session', async () => {
    const { trace, rows } = await traced(lake.engine, '5448a4e8-30b1-70cf-23e3-4ba6510dfa22', MONTH);
    expect(rows.map(({ name }) => name)).toEqual(['GetRoleCredentials', 'AssumeRoleWithSAML', 'GetTables']);
    expect(paths(trace)).toEqual(['li.juan@example.com (SAML) > AWSReservedSSO_Analyst_0123456789abcdef']);
    expect(trace.unseen()).toEqual([]);
  });

  test('a session over midnight, in a period that begins after it: its beginning, and what lies in the period', async () => {
    const midnight = Date.UTC(2026, 9, 31);
    const { rows } = await traced(lake.engine, 'bob', { from: midnight, to: midnight + DAY });
    expect(rows.map(({ name }) => name)).toEqual(['AssumeRole', 'TerminateInstances']);
    expect(rows[0]?.at).toBeLessThan(midnight);
  });

  test('nobody: nothing', async () => {
    const { trace, rows } = await traced(lake.engine, 'nobody', MONTH);
    expect([rows, trace.chains.size, trace.unseen()]).toEqual([[], 0, []]);
  });
});
