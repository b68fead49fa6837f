import { beforeAll, describe, expect, test } from 'vitest';
import { identityCells } from '../../src/datasets/identity.js';
import { generateTrail, type Trail } from '../../src/demo/trail.js';
import type { KeyUse, Search } from '../../src/ports/activity-log.js';
import { idsIn, scanned } from '../support/raw-scan.ts';
import { TRAIL } from '../support/raw-world.ts';
import { eventsOf, readable, type TraceFile, TraceWorld } from '../support/trace-world.ts';

const AS_OF = Date.UTC(2026, 10, 1, 12);
const DAY = 86_400_000;
const FORTNIGHT = { from: AS_OF - 14 * DAY, to: AS_OF };

let trail: Trail;
let files: readonly TraceFile[];
let root: string;
let world: TraceWorld;
beforeAll(async () => {
  trail = generateTrail({ asOf: AS_OF });
  files = readable(trail.files);
  root = `s3://${TRAIL}/${/^.*?(?=\d{12}\/CloudTrail\/)/.exec(files[0]?.key ?? '')?.[0]}`;
  world = await new TraceWorld(files, root).register();
});

async function traced(searches: readonly Search[], where = world) {
  const log = where.open();
  const before = where.inserts.length;
  const grants = [];
  for (const search of searches) grants.push(...(await log.search(search)));
  const events = await eventsOf(log);
  await log.close();
  const ids = events.map((it) => `${it.account} ${it.region} ${it.eventId}`);
  return { grants, events, ids, inserts: where.inserts.slice(before), work: log.work };
}

const sorted = (texts: readonly string[]) => [...texts].sort();
const subjectSearch = (
  subject: Extract<Search, { kind: 'subject' }>['subject'],
  period = FORTNIGHT,
): Search => ({
  ...{ kind: 'subject', subject },
  ...period,
});

const keyUses = (): readonly KeyUse[] =>
  trail.sessions.map(({ key, at, until }) => ({
    key,
    from: at - 300_000,
    to: until + 300_000,
    account: null,
  }));

describe('what is found in the raw table', () => {
  test.each<Extract<Search, { kind: 'subject' }>['subject']>([
    { kind: 'name', name: 'BOB' },
    { kind: 'name', name: 'devops' },
    { kind: 'role', arn: 'arn:aws:iam::111122223333:role/it' },
    { kind: 'arn', arn: 'arn:aws:sts::111122223333:assumed-role/devops/bob' },
    { kind: 'key', id: 'ASIABOBCHAINAEXAMPLE' },
  ])('by %j is what a plain scan of all log files finds', async (subject) => {
    const search = subjectSearch(subject);
    const { ids } = await traced([search]);
    expect(ids.length).toBeGreaterThan(1);
    expect(sorted(ids)).toEqual(sorted(idsIn(scanned({ files, root }, search))));
  });

  test('under keys, each in its own time, in one timeline by time', async () => {
    const keys = keyUses();
    const { events, ids } = await traced([{ kind: 'keys', keys }]);
    expect(sorted(ids)).toEqual(sorted(idsIn(scanned({ files, root }, { kind: 'keys', keys }))));
    const planted = trail.sessions.flatMap(({ calls }) => calls);
    expect(planted.length).toBeGreaterThan(10);
    expect(sorted(events.map(({ eventId }) => eventId ?? ''))).toEqual(sorted(planted));
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort((a, b) => a - b));
  });

  test('is told with the cells of the event, and who acted by the rule of user_name', async () => {
    const search = subjectSearch({ kind: 'name', name: 'bob' });
    const { events } = await traced([search]);
    const records = new Map(files.flatMap((it) => it.records).map((it) => [it['eventID'], it]));
    for (const event of events) {
      const record = records.get(event.eventId ?? '') ?? {};
      const request = record['requestParameters'];
      expect(event).toEqual({
        at: Date.parse(String(record['eventTime'])),
        eventId: record['eventID'],
        account: record['recipientAccountId'],
        region: record['awsRegion'],
        source: record['eventSource'],
        name: record['eventName'],
        error: record['errorCode'] ?? null,
        ip: record['sourceIPAddress'],
        agent: record['userAgent'],
        userName: identityCells(record)['user_name'],
        userArn: identityCells(record)['user_arn'],
        key: identityCells(record)['access_key_id'],
        request: request ? JSON.stringify(request) : null,
      });
    }
  });

  test('tells the credentials that were planted: how, by which key, until when', async () => {
    const { grants } = await traced([subjectSearch({ kind: 'name', name: 'bob' })]);
    const bobs = trail.sessions.filter(({ key, grants: seen }) => /^ASIABOB/.test(key) && seen.length > 0);
    const told = new Map(grants.map((grant) => [grant.key, grant]));
    expect([...told.keys()].sort()).toEqual(bobs.map(({ key }) => key).sort());
    for (const { key, how, at, until, roleArn, grants: ids } of bobs) {
      expect(told.get(key)).toMatchObject({ how, at, until, roleArn });
      expect(grants.filter((it) => it.key === key).map(({ eventId }) => eventId)).toEqual([...ids]);
    }
    expect(grants.map(({ at }) => at)).toEqual(grants.map(({ at }) => at).sort((a, b) => a - b));
  });

  test('is told once, however often it was delivered and however many searches found it', async () => {
    const search = subjectSearch({ kind: 'name', name: 'bob' });
    const twice = trail.sessions
      .filter(({ key }) => key === 'ASIABOBDEVOPBEXAMPLE')
      .flatMap(({ calls }) => calls);
    const copies = files.flatMap(({ records }) =>
      records.filter((it) => twice.includes(String(it['eventID']))),
    );
    expect(copies).toHaveLength(2 * twice.length);
    const { events, grants } = await traced([search, { kind: 'keys', keys: keyUses() }, search]);
    for (const id of twice) expect(events.filter(({ eventId }) => eventId === id)).toHaveLength(1);
    const ids = events.map(({ eventId }) => eventId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(grants.filter(({ key }) => key === 'ASIABOBDEVOPBEXAMPLE')).toHaveLength(2);
  });

  test('twice with an id in other words is told once', async () => {
    const [file] = files.filter(({ records }) =>
      records.some((it) => identityCells(it)['user_name'] === 'bob'),
    );
    const changed = (file?.records ?? []).map((it) => ({ ...it, userAgent: 'another', eventVersion: '9' }));
    const more = { key: `${file?.key.replace('.json.gz', 'b.json.gz')}`, records: changed };
    const doubled = await new TraceWorld([...files, more], root).register();
    const search = subjectSearch({ kind: 'name', name: 'bob' });
    const [once, now] = [await traced([search]), await traced([search], doubled)];
    expect(now.ids).toEqual(once.ids);
    expect(now.grants.map(({ eventId }) => eventId)).toEqual(once.grants.map(({ eventId }) => eventId));
  });
});

describe('the partitions that are read', () => {
  const read = (inserts: TraceWorld['inserts']) => inserts.flatMap(({ partitions }) => partitions);

  test('of a subject are all of the period and of the day after it, each once', async () => {
    const { inserts, work } = await traced([subjectSearch({ kind: 'name', name: 'bob' })]);
    const wanted = world.folders.filter(({ day }) => day >= '2026-10-18' && day <= '2026-11-02');
    const names = wanted.map(
      ({ account, region, day }) => `${account}/${region}/${day.replaceAll('-', '/')}`,
    );
    const [first, second] = [inserts.slice(0, 2), inserts.slice(2)];
    expect(sorted(read(first))).toEqual(sorted(names));
    // A key that nobody saw being given out was met on 2026-10-25: what lies 36 hours before is read for it.
    const before = names.filter((name) => /2026\/10\/2[456]$/.test(name));
    expect(sorted(read(second))).toEqual(sorted(before));
    expect(work.partitions).toBe(names.length + before.length);
    expect(work.queries).toBe(3);
    expect(work.bytesScanned).toBeGreaterThan(10_000);
  });

  test('of keys are those of their days and accounts alone', async () => {
    const [first] = trail.sessions;
    const key = {
      key: first?.key ?? '',
      from: first?.at ?? 0,
      to: first?.until ?? 0,
      account: '111122223333',
    };
    const { inserts } = await traced([{ kind: 'keys', keys: [key] }]);
    const day = new Date(key.from).toISOString().slice(0, 10);
    const next = new Date(key.from + DAY).toISOString().slice(0, 10);
    const wanted = world.folders.filter((it) => it.account === key.account && [day, next].includes(it.day));
    expect(wanted.length).toBeGreaterThan(1);
    expect(sorted(read(inserts))).toEqual(
      sorted(wanted.map((it) => `${it.account}/${it.region}/${it.day.replaceAll('-', '/')}`)),
    );
  });

  test('of accounts and Regions that are named are theirs', async () => {
    const log = world.open({ accounts: ['444455556666'], regions: ['eu-west-1'] });
    const before = world.inserts.length;
    await log.search(subjectSearch({ kind: 'name', name: 'bob' }));
    await log.close();
    const places = read(world.inserts.slice(before)).map((it) => it.split('/').slice(0, 2).join('/'));
    expect(new Set(places)).toEqual(new Set(['444455556666/eu-west-1']));
  });

  test('of more accounts than an expression of Glue may name are theirs, too', async () => {
    const many = Array.from({ length: 300 }, (_, at) => `123456789${String(at).padStart(3, '0')}`);
    const search = subjectSearch({ kind: 'name', name: 'bob' });
    const few = await world.open({ accounts: ['444455556666'] }).plan(search);
    expect(few.partitions).toBeGreaterThan(5);
    expect(await world.open({ accounts: [...many, '444455556666'] }).plan(search)).toEqual(few);
  });

  test('that nobody registered cost nothing, and their days are told', async () => {
    const log = world.open();
    const search = subjectSearch({ kind: 'name', name: 'bob' }, { from: AS_OF - 30 * DAY, to: AS_OF });
    const plan = await log.plan(search);
    const days = new Set(world.folders.map(({ day }) => day));
    const all = Array.from({ length: 31 }, (_, at) =>
      new Date(AS_OF - (30 - at) * DAY).toISOString().slice(0, 10),
    );
    expect(plan.notCovered).toEqual(all.filter((day) => !days.has(day)));
    expect(plan.notCovered.length).toBeGreaterThan(15);
    expect(plan).toMatchObject({ queries: 2, isComputed: false });
    const statements = world.aws.athena.executions().length;
    await log.close();
    expect(world.aws.athena.executions()).toHaveLength(statements);
  });

  test('of a period without any partition are none: no table is made, nothing is found', async () => {
    const search = subjectSearch({ kind: 'name', name: 'bob' }, { from: 0, to: DAY });
    const { ids, inserts, work } = await traced([search]);
    expect([ids, inserts, work.queries]).toEqual([[], [], 0]);
    expect(work.notCovered).toEqual(['1970-01-01']);
  });

  test('are asked of Glue once a month, in pages', async () => {
    world.aws.glue.pageSize = 7;
    const log = world.open();
    const search = subjectSearch({ kind: 'name', name: 'bob' });
    const first = await log.plan(search);
    const calls = world.aws.count('GetPartitions');
    expect(await log.plan(search)).toEqual(first);
    expect(world.aws.count('GetPartitions')).toBe(calls);
    world.aws.glue.pageSize = 1_000;
    expect(await world.open().plan(search)).toEqual(first);
  });
});
