import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AuditLakeError } from '../../src/errors.js';
import { type ReconcilerReport, reconcilePartitions } from '../../src/jobs/reconcile-partitions.js';
import type { Day, PartitionKey } from '../../src/lake/partition.js';
import type { Catalog } from '../../src/ports/catalog.js';
import { elsewhere, otherwise } from '../support/memory-catalog.ts';
import { RegistrarWorld } from '../support/registrar-world.ts';
import { SEED } from '../support/seed.ts';

const TABLES = ['athena_events', 'cloudtrail_events'] as const;
const FIRST = { table: 'athena_events', day: '2026-01-08' } as const;
const SECOND = { table: 'athena_events', day: '2026-01-09' } as const;
const OTHER = { table: 'cloudtrail_events', day: '2026-01-09' } as const;
const THREE: readonly PartitionKey[] = [FIRST, SECOND, OTHER];
const HERE = 's3://amzn-s3-demo-bucket/old/';

/** A world whose days have folders, all registered. */
async function registered(): Promise<{ readonly world: RegistrarWorld; readonly lake: Lake }> {
  const world = new RegistrarWorld(THREE);
  await world.run();
  const lake = new Lake();
  for (const { table, day } of THREE) lake.folders.push({ table, day, generation: 0 });
  return { world, lake };
}

class Lake {
  readonly folders: (PartitionKey & { readonly generation: number })[] = [];

  async *list(table: string): AsyncIterable<{ readonly generation: number; readonly day: Day }> {
    for (const folder of this.folders) if (folder.table === table) yield folder;
  }
}

type Options = { readonly repair?: boolean; readonly dryRun?: boolean; readonly catalog?: Catalog };

function reconcile(world: RegistrarWorld, lake: Lake, options: Options = {}): Promise<ReconcilerReport> {
  const { repair = false, dryRun = false, catalog = world.catalog } = options;
  const state = {
    openPartitions: async (keys: readonly PartitionKey[]) => {
      for (const key of keys) world.items.open(key);
      return [];
    },
  };
  return reconcilePartitions(
    TABLES,
    { days: lake, state, register: world.register, catalog },
    { repair, dryRun },
  );
}

const kinds = ({ drift }: ReconcilerReport) =>
  drift.map(({ table, day, kind, healed }) => [table, day, kind, healed]);
const seenIn = async (world: RegistrarWorld, { table, day }: PartitionKey) =>
  (await world.catalog.list(table)).get(day);

describe('the reconciler', () => {
  test('finds nothing where all agree', async () => {
    const { world, lake } = await registered();
    expect(await reconcile(world, lake)).toEqual({
      checked: 3,
      drift: [],
      locationRegressed: 0,
      warnings: [],
    });
  });

  test('P5: a partition dropped by hand comes back with the run after it', async () => {
    const { world, lake } = await registered();
    world.catalog.drop(FIRST);
    expect(kinds(await reconcile(world, lake))).toEqual([[...Object.values(FIRST), 'dropped', true]]);
    expect(world.items.get(FIRST)).toMatchObject({ registration: 'PENDING' });
    expect(await world.run()).toMatchObject({ registered: 1, pending: 0 });
    expect(await seenIn(world, FIRST)).toEqual({ kind: 'own', generation: 0 });
    expect(world.catalog.statementsFor(FIRST)).toHaveLength(2);
  });

  test('P5: whatever is dropped, tables too, comes back in one pass', async () => {
    const drops = fc.record({ days: fc.subarray([...THREE]), tables: fc.subarray([...TABLES]) });
    await fc.assert(
      fc.asyncProperty(fc.array(drops, { maxLength: 4 }), async (rounds) => {
        const { world, lake } = await registered();
        for (const { days, tables } of rounds) {
          for (const key of days) world.catalog.drop(key);
          for (const table of tables) world.catalog.tables.delete(table);
          await reconcile(world, lake);
          expect(await world.run()).toMatchObject({ pending: 0, blocked: 0, warnings: [] });
          for (const key of THREE) expect(await seenIn(world, key)).toEqual({ kind: 'own', generation: 0 });
        }
      }),
      { seed: SEED, numRuns: 50 },
    );
  });

  test('P5: days of the lake that the register does not know are registered', async () => {
    const world = new RegistrarWorld();
    const lake = new Lake();
    for (const { table, day } of THREE) lake.folders.push({ table, day, generation: 0 });
    expect((await reconcile(world, lake)).drift.map(({ kind }) => kind)).toEqual(
      Array(3).fill('unregistered'),
    );
    expect(await world.run()).toMatchObject({ registered: 3 });
    expect(await world.faults({ settled: true })).toEqual([]);
  });

  test('does not let a new entry hide a compacted day: it asks for the backup', async () => {
    const world = new RegistrarWorld();
    const lake = new Lake();
    for (const generation of [1, 0]) lake.folders.push({ ...FIRST, generation });
    const report = await reconcile(world, lake);
    expect(kinds(report)).toEqual([[...Object.values(FIRST), 'state-lost', false]]);
    expect(report.drift[0]?.reason).toContain('backup');
    expect(world.items.parts.size).toBe(0);
  });

  test('what the catalog has and the register waits for is noted without a statement', async () => {
    const { world, lake } = await registered();
    const part = world.items.get(FIRST);
    for (const registration of ['PENDING', 'BLOCKED'] as const) {
      world.items.parts.set('athena_events 2026-01-08', { ...part, registration });
      expect(kinds(await reconcile(world, lake))).toEqual([[...Object.values(FIRST), 'unnoted', true]]);
      expect(world.items.get(FIRST).registration).toBe('REGISTERED');
    }
    expect(world.catalog.statementsFor(FIRST)).toHaveLength(1);
  });

  test('leaves alone what a registrar is at', async () => {
    const world = new RegistrarWorld([FIRST]);
    await world.register.claim(FIRST, { owner: 'another', now: world.now, until: world.now + 600_000 });
    expect((await reconcile(world, new Lake())).drift).toEqual([]);
    world.catalog.tables.set('athena_events', new Map([[FIRST.day, { kind: 'own', generation: 0 }]]));
    expect((await reconcile(world, new Lake())).drift).toEqual([]);
    expect(world.items.get(FIRST).registration).toBe('ISSUING');
  });

  test('C5: a regressed location is counted and moved to what readers should see', async () => {
    const world = new RegistrarWorld();
    world.items.open(FIRST, { visible: 2, writing: 2, registration: 'REGISTERED' });
    world.catalog.tables.set('athena_events', new Map([[FIRST.day, { kind: 'own', generation: 1 }]]));
    const report = await reconcile(world, new Lake());
    expect(report.locationRegressed).toBe(1);
    expect(kinds(report)).toEqual([[...Object.values(FIRST), 'regressed', true]]);
    expect(await seenIn(world, FIRST)).toEqual({ kind: 'own', generation: 2 });
  });

  test('leaves a generation that is ahead: it may be that of a compaction', async () => {
    const world = new RegistrarWorld();
    world.items.open(FIRST, { registration: 'REGISTERED' });
    world.catalog.tables.set('athena_events', new Map([[FIRST.day, { kind: 'own', generation: 1 }]]));
    const report = await reconcile(world, new Lake(), { repair: true });
    expect(kinds(report)).toEqual([[...Object.values(FIRST), 'misplaced', false]]);
    expect(await seenIn(world, FIRST)).toEqual({ kind: 'own', generation: 1 });
  });

  test('a sealed day that the catalog already shows compacted is no drift', async () => {
    const world = new RegistrarWorld();
    world.items.open(FIRST, { visible: 0, writing: 1, registration: 'REGISTERED' });
    world.catalog.tables.set('athena_events', new Map([[FIRST.day, { kind: 'own', generation: 1 }]]));
    expect((await reconcile(world, new Lake())).drift).toEqual([]);
  });
});

describe('P4: a partition that lies elsewhere', () => {
  async function misplaced() {
    const made = await registered();
    made.world.catalog.tables.get('athena_events')?.set(FIRST.day, elsewhere(HERE));
    return made;
  }

  test('is told, and stays where it is', async () => {
    const { world, lake } = await misplaced();
    const report = await reconcile(world, lake);
    expect(kinds(report)).toEqual([[...Object.values(FIRST), 'misplaced', false]]);
    expect(report.drift[0]?.reason).toContain(HERE);
    expect(await seenIn(world, FIRST)).toEqual(elsewhere(HERE));
  });

  test('is moved by a repair, also where it is BLOCKED', async () => {
    const { world, lake } = await misplaced();
    await world.register.reopen(FIRST, 'by hand');
    expect(await world.run()).toMatchObject({ blocked: 1 });
    expect(kinds(await reconcile(world, lake, { repair: true }))).toEqual([
      [...Object.values(FIRST), 'misplaced', true],
    ]);
    expect(await seenIn(world, FIRST)).toEqual({ kind: 'own', generation: 0 });
    expect(world.items.get(FIRST).registration).toBe('REGISTERED');
  });

  test('is left alone where the day is none of ours', async () => {
    const { world, lake } = await registered();
    world.catalog.tables.get('athena_events')?.set('2020-01-01', elsewhere(HERE));
    expect((await reconcile(world, lake, { repair: true })).drift).toEqual([]);
    expect(await seenIn(world, { table: 'athena_events', day: '2020-01-01' })).toEqual(elsewhere(HERE));
  });
});

test('a dry run tells everything and changes nothing', async () => {
  const { world, lake } = await registered();
  world.catalog.drop(FIRST);
  world.catalog.tables.get('athena_events')?.set(SECOND.day, elsewhere(HERE));
  lake.folders.push({ table: 'athena_events', day: '2026-01-01', generation: 0 });
  const before = structuredClone([world.items.parts, world.catalog.tables]);
  const report = await reconcile(world, lake, { repair: true, dryRun: true });
  expect(report.drift.map(({ kind }) => kind)).toEqual(['unregistered', 'dropped', 'misplaced']);
  expect(report.drift.some(({ healed }) => healed)).toBe(false);
  expect([world.items.parts, world.catalog.tables]).toEqual(before);
});

test('what cannot be healed now is a warning, and the rest is healed', async () => {
  const { world, lake } = await registered();
  world.catalog.tables.get('athena_events')?.set(FIRST.day, elsewhere(HERE));
  world.catalog.drop(SECOND);
  const catalog = otherwise(world.catalog, {
    move: async () => {
      throw new AuditLakeError('AWS_DENIED', 'glue:UpdatePartition on table audit_lake.athena_events');
    },
  });
  const report = await reconcile(world, lake, { repair: true, catalog });
  expect(kinds(report)).toEqual([
    [...Object.values(FIRST), 'misplaced', false],
    [...Object.values(SECOND), 'dropped', true],
  ]);
  expect(report.warnings).toEqual([
    'athena_events 2026-01-08 not healed: glue:UpdatePartition on table audit_lake.athena_events',
  ]);
});
