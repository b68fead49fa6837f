import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dayOf } from '../../src/lake/partition.js';
import { batchToken, partitionLocation } from '../../src/lake/partition-ddl.js';
import { TABLE_NAMES, TABLES } from '../../src/lake/tables.js';
import { VIEW_NAMES } from '../../src/lake/views.js';
import type { Catalog, StatementOutcome } from '../../src/ports/catalog.js';
import { AwsError, denied } from '../support/aws/aws-error.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import {
  CATALOGS,
  type CatalogUnderTest,
  catalogUnderTest,
  DATABASE,
  inProcess,
  LAKE,
  putPartition,
  RESULTS,
  WITH_TOKENS,
} from '../support/catalogs.ts';

const DAY = { table: 'athena_events', day: '2026-01-08' } as const;
const NEXT = { table: 'athena_events', day: '2026-01-09' } as const;
const HERE = 's3://amzn-s3-demo-bucket/old/';
const OWN = (generation: number) => ({ kind: 'own', generation });
const ALWAYS = { times: Number.POSITIVE_INFINITY };

const batchOf = (days: readonly string[], attempt = 0) => ({
  table: 'athena_events' as const,
  names: days,
  token: batchToken({ table: 'athena_events', names: days, attempt }),
});
const daysFrom = (count: number) => Array.from({ length: count }, (_, at) => dayOf(at * 86_400_000));

/** Asks and waits, as the registrar does. */
async function added(catalog: Catalog, days: readonly string[], attempt = 0): Promise<StatementOutcome> {
  const id = await catalog.startAdding(batchOf(days, attempt));
  if (id === undefined) throw new Error('the token stands for another statement');
  for (let look = 0; look < 20; look++) {
    const outcome = await catalog.outcomeOf(id);
    if (outcome.kind !== 'running') return outcome;
  }
  throw new Error('the statement does not end');
}

for (const kind of ['athena', 'glue'] as const) {
  describe(`P4: a database that another lake uses (${kind})`, () => {
    test('keeps its tables: none is taken for ours, added to, listed or moved', async () => {
      const world = new AwsWorld();
      const first = catalogUnderTest(kind, world, world.clients).catalog;
      await first.ensureTable('athena_events');
      expect(await added(first, [DAY.day])).toEqual({ kind: 'succeeded' });
      const lake = 's3://amzn-s3-demo-lake/second';
      const second = catalogUnderTest(kind, world, { ...world.clients, lake }).catalog;
      const refused = { code: 'LAKE_FORMAT', message: expect.stringContaining('--database') };
      await expect(second.ensureTable('athena_events')).rejects.toMatchObject(refused);
      await expect(second.list('athena_events')).rejects.toMatchObject(refused);
      expect((await first.list('athena_events')).get(DAY.day)).toEqual(OWN(0));
    });
  });
}

for (const [name, make] of Object.entries(CATALOGS)) {
  describe(`Catalog: ${name}`, () => {
    let made: CatalogUnderTest;
    let catalog: Catalog;
    beforeEach(async () => {
      made = await make();
      catalog = made.catalog;
    });
    afterEach(() => made.end());

    test('makes a missing table once; a missing one has no partitions', async () => {
      expect((await catalog.list('athena_events')).size).toBe(0);
      expect((await catalog.locations('athena_events', [DAY.day])).size).toBe(0);
      expect(await catalog.ensureTable('athena_events')).toBe('created');
      expect(await catalog.ensureTable('athena_events')).toBe('there');
      expect((await catalog.list('athena_events')).size).toBe(0);
      expect(await catalog.ensureTable('cloudtrail_events')).toBe('created');
    });

    test('makes the database, then tables, then the views over them, each once', async () => {
      expect(await catalog.ensureDatabase()).toBe('created');
      expect(await catalog.ensureDatabase()).toBe('there');
      for (const table of TABLE_NAMES) expect(await catalog.ensureTable(table)).toBe('created');
      for (const made of ['created', 'there']) {
        for (const view of VIEW_NAMES) expect(await catalog.ensureView(view)).toBe(made);
      }
    });

    test('adds days in generation 0, and shows those that were asked after', async () => {
      await catalog.ensureTable('athena_events');
      expect(await added(catalog, [DAY.day, NEXT.day])).toEqual({ kind: 'succeeded' });
      expect([...(await catalog.list('athena_events'))]).toEqual([
        [DAY.day, OWN(0)],
        [NEXT.day, OWN(0)],
      ]);
      expect([...(await catalog.locations('athena_events', [NEXT.day, '2026-01-10']))]).toEqual([
        [NEXT.day, OWN(0)],
      ]);
    });

    test('adds 50 days at once', async () => {
      await catalog.ensureTable('athena_events');
      expect(await added(catalog, daysFrom(50))).toEqual({ kind: 'succeeded' });
      expect((await catalog.list('athena_events')).size).toBe(50);
    });

    test('P4: leaves what exists where it is, and says where that is', async () => {
      await catalog.ensureTable('athena_events');
      await made.putElsewhere(DAY, HERE);
      expect(await added(catalog, [DAY.day, NEXT.day])).toEqual({ kind: 'succeeded' });
      const shown = await catalog.locations('athena_events', [DAY.day, NEXT.day]);
      expect(shown.get(DAY.day)).toMatchObject({ kind: 'foreign', location: HERE });
      expect(shown.get(NEXT.day)).toEqual(OWN(0));
    });

    test('P5: adds again what was dropped', async () => {
      await catalog.ensureTable('athena_events');
      await added(catalog, [DAY.day]);
      await made.drop(DAY);
      expect((await catalog.list('athena_events')).size).toBe(0);
      expect(await added(catalog, [DAY.day], 1)).toEqual({ kind: 'succeeded' });
      expect((await catalog.list('athena_events')).get(DAY.day)).toEqual(OWN(0));
    });

    test('P3: fails for a table that is missing', async () => {
      await catalog.ensureTable('cloudtrail_events');
      expect(await added(catalog, [DAY.day])).toMatchObject({
        kind: 'failed',
        reason: expect.stringMatching(/table/i),
      });
    });

    test('moves a partition to a generation, from wherever it is', async () => {
      await catalog.ensureTable('athena_events');
      await made.putElsewhere(DAY, HERE);
      await catalog.move(DAY, 0);
      expect((await catalog.list('athena_events')).get(DAY.day)).toEqual(OWN(0));
      await catalog.move(DAY, 12);
      expect((await catalog.list('athena_events')).get(DAY.day)).toEqual(OWN(12));
    });

    test('cannot move what it does not have', async () => {
      await catalog.ensureTable('athena_events');
      await expect(catalog.move(DAY, 1)).rejects.toMatchObject({ code: 'AWS_FAILED' });
    });

    if (!WITH_TOKENS.includes(name)) return;

    test('P2: the same token is the same execution', async () => {
      await catalog.ensureTable('athena_events');
      const first = await catalog.startAdding(batchOf([DAY.day]));
      expect(await catalog.startAdding(batchOf([DAY.day]))).toBe(first);
      expect(await catalog.startAdding(batchOf([DAY.day], 1))).not.toBe(first);
    });

    test('a token that stands for other days is told', async () => {
      await catalog.ensureTable('athena_events');
      await catalog.startAdding(batchOf([DAY.day]));
      expect(
        await catalog.startAdding({ ...batchOf([NEXT.day]), token: batchOf([DAY.day]).token }),
      ).toBeUndefined();
    });
  });
}

describe('both catalogs on AWS', () => {
  test.each(TABLE_NAMES)('make the same table of %s', async (name) => {
    const tables = [];
    for (const kind of ['athena', 'glue'] as const) {
      const { world, made } = inProcess(kind);
      await made.catalog.ensureTable(name);
      const { StorageDescriptor: shape, PartitionKeys, TableType } = world.glue.table(DATABASE, name).input;
      tables.push({
        columns: shape?.Columns?.map((column) => [column.Name, column.Type]),
        keys: PartitionKeys?.map((column) => [column.Name, column.Type]),
        library: shape?.SerdeInfo?.SerializationLibrary,
        ...{ location: shape?.Location, input: shape?.InputFormat, output: shape?.OutputFormat, TableType },
      });
    }
    expect(tables[1]).toEqual(tables[0]);
    expect(tables[1]?.columns).toHaveLength(TABLES[name].columns.length);
    expect(tables[1]?.location).toBe(`${LAKE}/${name}/`);
  });

  for (const kind of ['athena', 'glue'] as const) {
    test(`${kind}: partitions have the location of the lake and the shape of their table`, async () => {
      const { world, made } = inProcess(kind);
      await made.catalog.ensureTable('athena_events');
      await added(made.catalog, [DAY.day]);
      const table = world.glue.table(DATABASE, 'athena_events');
      const { StorageDescriptor } = world.glue.partition(table, ['2026', '01', '08']).input;
      const Location = partitionLocation(LAKE, { ...DAY, generation: 0 });
      expect(StorageDescriptor).toEqual({ ...table.input.StorageDescriptor, Location });
    });

    test(`${kind}: reads page after page, and asks again after what was left unread`, async () => {
      const { world, made } = inProcess(kind);
      await made.catalog.ensureTable('athena_events');
      for (const day of daysFrom(1_200)) {
        putPartition(
          world,
          { table: 'athena_events', day },
          partitionLocation(LAKE, { ...DAY, day, generation: 3 }),
        );
      }
      world.glue.pageSize = 500;
      const shown = await made.catalog.list('athena_events');
      expect(shown.size).toBe(1_200);
      expect([...shown.values()].every((it) => it.kind === 'own' && it.generation === 3)).toBe(true);
      world.fail(({ operation }) => operation === 'BatchGetPartition', { processed: 7 }, { times: 3 });
      expect(await made.catalog.locations('athena_events', daysFrom(1_200))).toEqual(shown);
    });

    test(`${kind}: a partition of somebody else, whose values are no day, is not ours to show`, async () => {
      const { world, made } = inProcess(kind);
      await made.catalog.ensureTable('athena_events');
      for (const Values of [
        ['2026', '1', '8'],
        ['2026', '02', '30'],
        ['x', 'y', 'z'],
      ]) {
        world.glue.addPartition(world.glue.table(DATABASE, 'athena_events'), { Values });
      }
      expect((await made.catalog.list('athena_events')).size).toBe(0);
    });

    test(`${kind}: names the action and the thing where permission is missing`, async () => {
      const { world, made } = inProcess(kind);
      await made.catalog.ensureTable('athena_events');
      world.fail(() => true, denied, ALWAYS);
      const table = `table ${DATABASE}.athena_events`;
      const asked =
        kind === 'glue' ? `glue:GetTable on ${table}` : 'athena:StartQueryExecution on workgroup primary';
      for (const [call, words] of [
        [() => made.catalog.ensureTable('athena_events'), `glue:GetTable on ${table}`],
        [() => made.catalog.startAdding(batchOf([DAY.day])), asked],
        [() => made.catalog.locations('athena_events', [DAY.day]), `glue:BatchGetPartition on ${table}`],
        [() => made.catalog.list('athena_events'), `glue:GetTable on ${table}`],
      ] as const) {
        await expect(call()).rejects.toMatchObject({
          code: 'AWS_DENIED',
          message: expect.stringContaining(words),
        });
      }
    });
  }
});

describe('the catalog behind Athena', () => {
  async function withTable() {
    const { world, made } = inProcess('athena');
    await made.catalog.ensureTable('athena_events');
    return { world, catalog: made.catalog };
  }
  const isStart = ({ operation }: { operation: string }) => operation === 'StartQueryExecution';

  test('makes the database where it is missing, and only there', async () => {
    const { world, catalog } = await withTable();
    await catalog.ensureTable('cloudtrail_events');
    const kinds = world.athena.executions().map(({ sql }) => sql.split(/[`(]/)[0]?.trim());
    expect(kinds).toEqual([
      'CREATE DATABASE IF NOT EXISTS',
      'CREATE EXTERNAL TABLE IF NOT EXISTS',
      'CREATE EXTERNAL TABLE IF NOT EXISTS',
    ]);
  });

  test('sends statements to the workgroup and the results to their place', async () => {
    const { world, catalog } = await withTable();
    await catalog.startAdding(batchOf([DAY.day]));
    expect(world.calls.findLast(isStart)?.input).toMatchObject({
      WorkGroup: 'primary',
      QueryExecutionContext: { Database: DATABASE },
      ResultConfiguration: { OutputLocation: RESULTS },
      ClientRequestToken: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('runs a statement again once Athena has forgotten its token, to no harm', async () => {
    const { world, catalog } = await withTable();
    const start = world.now();
    const first = await catalog.startAdding(batchOf([DAY.day]));
    world.now = () => start + world.athena.tokenMemoryMs + 1;
    const second = await catalog.startAdding(batchOf([DAY.day]));
    expect(second).not.toBe(first);
    expect(await added(catalog, [DAY.day])).toEqual({ kind: 'succeeded' });
    expect((await catalog.list('athena_events')).size).toBe(1);
  });

  test('two lakes in one account do not meet in a token, though their first batches of a day have the same', async () => {
    const { world, catalog } = await withTable();
    const other = catalogUnderTest('athena', world, {
      ...world.clients,
      lake: 's3://amzn-s3-demo-bucket',
    }).catalog;
    const ids = [await catalog.startAdding(batchOf([DAY.day])), await other.startAdding(batchOf([DAY.day]))];
    expect(ids.filter((id) => id !== undefined)).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
  });

  test('P3: tells why a statement FAILED or was CANCELLED', async () => {
    const { world, catalog } = await withTable();
    for (const ends of ['FAILED', 'CANCELLED'] as const) {
      world.fail(isStart, { ends, reason: 'Insufficient Lake Formation permission' });
      const outcome = await added(catalog, [DAY.day], ends === 'FAILED' ? 1 : 2);
      const reason = new RegExp(`^${ends}: Insufficient Lake Formation permission \\(00000000-.*\\)$`);
      expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringMatching(reason) });
    }
  });

  test('takes "already exists" as done: where it lies decides', async () => {
    const { world, catalog } = await withTable();
    const reason = 'AlreadyExistsException(message:Partition already exists.)';
    world.fail(isStart, { ends: 'FAILED', reason });
    expect(await added(catalog, [DAY.day])).toEqual({ kind: 'succeeded' });
  });

  test('a statement that Athena has forgotten has failed: nobody waits for it for ever', async () => {
    const { catalog } = await withTable();
    const outcome = await catalog.outcomeOf('00000000-0000-4000-8000-999999999999');
    expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining('does not know') });
  });

  test('what is not known is running: a state that no version of ours knows', async () => {
    const { world, catalog } = await withTable();
    world.athena.pace = { by: 'polls', queued: 9, running: 9 };
    const id = await catalog.startAdding(batchOf([DAY.day]));
    expect(await catalog.outcomeOf(id ?? '')).toEqual({ kind: 'running' });
  });

  test('P2: waits where twenty statements are active, and gives up where that lasts', async () => {
    const { world, catalog } = await withTable();
    const busy = new AwsError('TooManyRequestsException', 'You have exceeded the limit');
    world.fail(isStart, busy, { times: 5 });
    expect(await added(catalog, [DAY.day])).toEqual({ kind: 'succeeded' });
    world.fail(isStart, busy, ALWAYS);
    await expect(catalog.startAdding(batchOf([NEXT.day]))).rejects.toMatchObject({
      code: 'AWS_FAILED',
      message: expect.stringContaining('TooManyRequestsException'),
    });
  });

  test('shows nothing of statements that went elsewhere', async () => {
    const { world, catalog } = await withTable();
    world.athena.catalogShows = false;
    expect(await added(catalog, [DAY.day])).toEqual({ kind: 'succeeded' });
    expect((await catalog.locations('athena_events', [DAY.day])).size).toBe(0);
  });

  test('a move that the catalog does not show has failed', async () => {
    const { world, catalog } = await withTable();
    await added(catalog, [DAY.day]);
    world.athena.catalogShows = false;
    await expect(catalog.move(DAY, 1)).rejects.toMatchObject({
      code: 'AWS_FAILED',
      message:
        'the catalog does not show generation 1 of table audit_lake.athena_events 2026-01-08 after it was told to',
    });
  });

  test('a table that cannot be made: the message tells why, and no statement is in it', async () => {
    const { world, made } = inProcess('athena');
    world.fail(isStart, { ends: 'FAILED', reason: 'Insufficient Lake Formation permission' });
    const error = await made.catalog.ensureTable('athena_events').catch((it: Error) => it);
    expect(String(error)).toContain('making database audit_lake in workgroup primary: FAILED: Insufficient');
    expect(String(error)).not.toContain('CREATE');
  });

  test('a table that is made for longer than anybody waits is told as still running', async () => {
    const { world, made } = inProcess('athena');
    world.athena.pace = { by: 'polls', queued: 0, running: 10_000 };
    await expect(made.catalog.ensureTable('athena_events')).rejects.toThrow('still running after 120 s');
  });
});

describe('the catalog of Glue alone', () => {
  async function withTable() {
    const { world, made } = inProcess('glue');
    await made.catalog.ensureTable('athena_events');
    return { world, catalog: made.catalog };
  }
  const isCreate = ({ operation }: { operation: string }) => operation === 'BatchCreatePartition';

  test('P6: an error in a 200 answer is a failure that names the day, and the other days are there', async () => {
    const { world, catalog } = await withTable();
    world.fail(isCreate, { processed: 1 });
    expect(await added(catalog, [DAY.day, NEXT.day])).toEqual({
      kind: 'failed',
      reason: 'glue: refused 1 of 2: 2026-01-09 InternalServiceException',
    });
    expect([...(await catalog.list('athena_events')).keys()]).toEqual([DAY.day]);
    expect(await added(catalog, [DAY.day, NEXT.day])).toEqual({ kind: 'succeeded' });
    expect((await catalog.list('athena_events')).size).toBe(2);
  });

  test('P6: names three days at most', async () => {
    const { world, catalog } = await withTable();
    world.fail(isCreate, { processed: 0 });
    const outcome = await added(catalog, daysFrom(50));
    expect(outcome.kind === 'failed' && outcome.reason.match(/\d{4}-\d\d-\d\d/g)).toHaveLength(3);
  });

  test('a table or database that somebody else made a moment ago is there', async () => {
    const { world, made } = inProcess('glue');
    const exists = new AwsError('AlreadyExistsException', 'already exists');
    world.fail(({ operation }) => operation === 'CreateDatabase', exists);
    world.fail(({ operation }) => operation === 'CreateTable', exists);
    expect(await made.catalog.ensureTable('athena_events')).toBe('there');
  });

  test('an execution that Athena named is left to what the catalog shows', async () => {
    const { catalog } = await withTable();
    expect(await catalog.outcomeOf('00000000-0000-4000-8000-000000000001')).toEqual({ kind: 'succeeded' });
  });

  test('calls no Athena', async () => {
    const { world, catalog } = await withTable();
    await added(catalog, [DAY.day]);
    await catalog.move(DAY, 1);
    expect(world.calls.filter(({ service }) => service !== 'glue')).toEqual([]);
  });
});
