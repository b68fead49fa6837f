import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AuditLakeError } from '../../src/errors.js';
import { dayOf, type PartitionKey } from '../../src/lake/partition.js';
import { Chaos, Crash, HAPPENINGS } from '../support/chaos.ts';
import { elsewhere, otherwise } from '../support/memory-catalog.ts';
import { RegistrarWorld, type RunOptions } from '../support/registrar-world.ts';
import { SEED } from '../support/seed.ts';

const FIRST = { table: 'athena_events', day: '2026-01-08' } as const;
const SECOND = { table: 'athena_events', day: '2026-01-09' } as const;
const OTHER = { table: 'cloudtrail_events', day: '2026-01-09' } as const;
const THREE: readonly PartitionKey[] = [FIRST, SECOND, OTHER];
const MINUTE = 60_000;

const days = (count: number): readonly PartitionKey[] =>
  Array.from({ length: count }, (_, at) => ({ table: 'athena_events', day: dayOf(at * 86_400_000) }));

/** A run that may crash, or fail to read the register; anything else than those two is a defect. */
async function survive(run: Promise<unknown>): Promise<void> {
  await run.catch((error: unknown) => {
    const expected =
      error instanceof Crash || (error instanceof AuditLakeError && error.code === 'AWS_FAILED');
    if (!expected) throw error;
  });
}

async function effectsOf(make: () => RegistrarWorld): Promise<readonly string[]> {
  const chaos = new Chaos();
  await make().run({ chaos });
  return chaos.effects;
}

describe('the registrar', () => {
  test('makes a missing table, adds what is PENDING, and notes what the catalog shows', async () => {
    const world = new RegistrarWorld(THREE);
    expect(await world.run()).toEqual({ issued: 3, registered: 3, pending: 0, blocked: 0, warnings: [] });
    expect(await world.faults({ settled: true })).toEqual([]);
    expect(world.catalog.executions.map(({ names }) => names)).toEqual([
      [SECOND.day, FIRST.day],
      [OTHER.day],
    ]);
  });

  test('costs one read a table where nothing is due', async () => {
    const world = new RegistrarWorld(THREE);
    await world.run();
    const chaos = new Chaos();
    await world.run({ chaos });
    expect(chaos.effects).toEqual(['register.open', 'register.open']);
  });

  test('P2: 50 registrars meet at midnight, and one statement asks for each partition', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (s, forgets) => {
        const world = new RegistrarWorld(THREE);
        if (forgets) world.catalog.tokenMemoryMs = 0;
        const turn = (effect: string) => s.schedule(Promise.resolve(), effect);
        const runs = Array.from({ length: 50 }, () => world.run({ chaos: new Chaos({ turn }) }));
        const reports = await s.waitFor(Promise.all(runs));
        expect(reports.reduce((sum, { registered }) => sum + registered, 0)).toBe(3);
        expect(reports.flatMap(({ warnings }) => warnings)).toEqual([]);
        expect(await world.faults({ settled: true })).toEqual([]);
      }),
      { seed: SEED, numRuns: 20 },
    );
  });

  test('P7: 2,000 days of a backfill are 40 statements, the newest days first', async () => {
    const world = new RegistrarWorld(days(2_000));
    const report = await world.run({ budgetMs: 60 * MINUTE });
    expect(report).toMatchObject({ issued: 2_000, registered: 2_000, pending: 0 });
    expect(world.catalog.executions.map((it) => it.names.length)).toEqual(Array(40).fill(50));
    expect(world.catalog.executions[0]?.names[0]).toBe(dayOf(1_999 * 86_400_000));
    expect(await world.faults({ settled: true })).toEqual([]);
  });

  test('begins nothing new when its time is up, and says what is left', async () => {
    const world = new RegistrarWorld(days(200));
    const report = await world.run({ budgetMs: 2_000 });
    expect(report.registered).toBeGreaterThan(0);
    expect(report.issued).toBe(100);
    expect(report.pending).toBe(200 - report.registered);
    expect(await world.settle()).toMatchObject({ pending: 0 });
    expect(await world.faults({ settled: true })).toEqual([]);
  });
});

describe('P3: a statement that does not simply succeed', () => {
  test('FAILED or CANCELLED: another attempt under another token, after a back-off', async () => {
    const world = new RegistrarWorld(THREE);
    world.catalog.courses.push({ fails: 'CANCELLED: by an operator' });
    const report = await world.run();
    expect(report).toMatchObject({ registered: 1, pending: 2 });
    expect(report.warnings).toEqual([
      'athena_events 2026-01-08 to 2026-01-09 (2 days) not registered: CANCELLED: by an operator',
    ]);
    world.now += MINUTE - 10_000;
    const chaos = new Chaos();
    expect(await world.run({ chaos })).toMatchObject({ issued: 0, pending: 2 });
    expect(chaos.effects).toEqual(['register.open', 'register.open']);
    world.now += 10_000;
    expect(await world.run()).toMatchObject({ issued: 2, registered: 2, pending: 0 });
    expect(new Set(world.catalog.executions.map(({ token }) => token)).size).toBe(3);
    expect(await world.faults({ settled: true })).toEqual([]);
  });

  test('QUEUED for hours: no second statement, whoever takes it over', async () => {
    const world = new RegistrarWorld(THREE);
    world.catalog.courses.push({ millis: 240 * MINUTE });
    for (let minute = 0; minute < 300; minute += 5) {
      await world.run();
      expect(await world.faults({ settled: false })).toEqual([]);
      world.now += 5 * MINUTE;
    }
    expect(await world.faults({ settled: true })).toEqual([]);
    expect(world.catalog.statementsFor(FIRST)).toHaveLength(1);
  });

  test('QUEUED: a run waits for it no longer than its budget', async () => {
    const world = new RegistrarWorld([FIRST]);
    world.catalog.courses.push({ millis: 240 * MINUTE });
    const start = world.now;
    await world.run({ budgetMs: 30_000 });
    expect(world.now - start).toBeGreaterThanOrEqual(30_000);
    expect(world.now - start).toBeLessThan(33_000);
  });

  test('what is taken over stays in its own statement, apart from new days and other attempts', async () => {
    const world = new RegistrarWorld([FIRST]);
    world.catalog.tokenMemoryMs = 0;
    await survive(world.run({ chaos: new Chaos({ fault: { at: 5, happening: 'crash after' } }) }));
    world.items.open(SECOND);
    world.items.open({ ...FIRST, day: '2026-01-07' }, { attempt: 3 });
    world.now += 11 * MINUTE;
    expect(await world.run()).toMatchObject({ issued: 2, registered: 3 });
    expect(world.catalog.executions.map((it) => it.names)).toEqual([
      [FIRST.day],
      [SECOND.day],
      ['2026-01-07'],
    ]);
    expect(await world.faults({ settled: true })).toEqual([]);
  });

  test('failing again and again is given up after the ninth time, and goes on when it is reopened', async () => {
    const world = new RegistrarWorld([FIRST]);
    world.catalog.courses.push(...Array(9).fill({ fails: 'FAILED: no data location access' }));
    expect(await world.settle()).toMatchObject({ blocked: 1, pending: 0 });
    expect(world.catalog.executions).toHaveLength(9);
    expect(world.items.get(FIRST)).toMatchObject({
      registration: 'BLOCKED',
      reason: 'FAILED: no data location access',
    });
    expect(await world.settle()).toMatchObject({ blocked: 1, issued: 0 });
    await world.register.reopen(FIRST, 'by hand');
    expect(await world.run()).toMatchObject({ blocked: 0, registered: 1 });
    expect(await world.faults({ settled: true })).toEqual([]);
  });

  test('back-offs double from a minute to an hour', async () => {
    const world = new RegistrarWorld([FIRST]);
    world.catalog.courses.push(...Array(8).fill({ fails: 'FAILED', millis: 0 }));
    const waits: number[] = [];
    for (let round = 0; round < 8; round++) {
      await world.run();
      const { notBefore = 0 } = world.items.get(FIRST);
      waits.push((notBefore - world.now) / MINUTE);
      world.now = notBefore;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  test('a token that stands for another statement is decided by what the catalog shows', async () => {
    const world = new RegistrarWorld([FIRST]);
    await world
      .run({ chaos: new Chaos({ fault: { at: 4, happening: 'crash after' } }) })
      .catch(() => undefined);
    const [execution] = world.catalog.executions;
    if (!execution) throw new Error('the crash came too early');
    Object.assign(execution, { days: [FIRST.day, '2020-01-01'] });
    expect(await world.settle()).toMatchObject({ registered: 1, pending: 0 });
  });
});

describe('a catalog that does not show what it was told', () => {
  test('leaves the partition unregistered with a clear warning, and the run succeeds', async () => {
    const world = new RegistrarWorld(THREE);
    world.catalog.isBlind = true;
    const report = await world.run();
    expect(report).toMatchObject({ issued: 3, registered: 0, pending: 3 });
    expect(report.warnings[0]).toContain('the catalog does not show the partition');
    world.catalog.isBlind = false;
    expect(await world.settle()).toMatchObject({ pending: 0 });
  });

  test('P4: has it elsewhere: BLOCKED, and the reason names both places and the way out', async () => {
    const world = new RegistrarWorld(THREE);
    const place = 's3://amzn-s3-demo-bucket/old/2026-01-08/';
    world.catalog.tables.set('athena_events', new Map([[FIRST.day, elsewhere(place)]]));
    expect(await world.run()).toMatchObject({ registered: 2, blocked: 1, pending: 0 });
    const { registration, reason } = world.items.get(FIRST);
    expect(registration).toBe('BLOCKED');
    expect(reason).toContain(place);
    expect(reason).toContain('s3://amzn-s3-demo-lake/');
    expect(reason).toContain('audit-lake partitions repair');
    expect(world.catalog.tables.get('athena_events')?.get(FIRST.day)).toEqual(elsewhere(place));
  });

  test('has it in a generation that the lake never wrote: BLOCKED', async () => {
    const world = new RegistrarWorld([FIRST]);
    world.catalog.tables.set('athena_events', new Map([[FIRST.day, { kind: 'own', generation: 7 }]]));
    expect(await world.run()).toMatchObject({ registered: 0, blocked: 1 });
  });

  test('gets a dropped day back in the generation that readers should see', async () => {
    const world = new RegistrarWorld();
    world.items.open(FIRST, { visible: 2, writing: 3 });
    expect(await world.run()).toMatchObject({ registered: 1 });
    expect((await world.catalog.list('athena_events')).get(FIRST.day)).toEqual({
      kind: 'own',
      generation: 2,
    });
  });
});

describe('a catalog that refuses', () => {
  test('access denied for a day: a warning each time, nothing given up, healed within an hour of the permission', async () => {
    const world = new RegistrarWorld([FIRST]);
    const catalog = otherwise(world.catalog, {
      startAdding: async () => {
        throw new AuditLakeError('AWS_DENIED', 'athena:StartQueryExecution on workgroup primary');
      },
    });
    for (let minute = 0; minute < 24 * 60; minute += 5) {
      const { warnings, blocked } = await world.run({ catalog });
      expect(blocked).toBe(0);
      expect(warnings.every((it) => it.includes('athena:StartQueryExecution'))).toBe(true);
      world.now += 5 * MINUTE;
    }
    // One hour between two tries after the first few: not a statement, a token and a denied call each minute.
    expect(world.items.batches.size).toBeLessThan(40);
    // What was refused is not held against the partition: a first real failure later gives nothing up.
    expect(world.items.get(FIRST)).toMatchObject({ registration: 'PENDING', failures: 0 });
    world.now += 60 * MINUTE;
    expect(await world.run()).toMatchObject({ registered: 1 });
  });

  test('a statement of another run that cannot be asked after: what the catalog shows counts', async () => {
    const world = new RegistrarWorld([FIRST]);
    const deaf = otherwise(world.catalog, {
      outcomeOf: async () => {
        throw new AuditLakeError('AWS_FAILED', 'athena:GetQueryExecution on another workgroup');
      },
    });
    expect(await world.run({ catalog: deaf })).toMatchObject({ registered: 0 });
    expect(world.items.get(FIRST).registration).toBe('ISSUING');
    world.now += 60 * MINUTE;
    expect(await world.run({ catalog: deaf })).toMatchObject({ registered: 1 });
  });

  test('no table can be made: nothing is claimed', async () => {
    const world = new RegistrarWorld(THREE);
    const chaos = new Chaos({ fault: { at: 1, happening: 'error before' } });
    const report = await world.run({ chaos, code: 'AWS_DENIED' });
    expect(report).toMatchObject({ registered: 1, pending: 2 });
    expect(report.warnings[0]).toContain('athena_events not made');
    expect(world.items.get(FIRST).registration).toBe('PENDING');
    expect(await world.run()).toMatchObject({ registered: 2, pending: 0 });
  });

  test('the register cannot be read: the run fails', async () => {
    const chaos = new Chaos({ fault: { at: 0, happening: 'error before' } });
    await expect(new RegistrarWorld(THREE).run({ chaos })).rejects.toThrow('register.open');
  });
});

describe('P1 D17: whichever effect goes wrong, no partition is forgotten and none is asked for twice', () => {
  const make = () => new RegistrarWorld(THREE);

  test('the harness reaches every effect of a run', async () => {
    expect([...new Set(await effectsOf(make))].sort()).toEqual([
      ...['catalog.ensureTable', 'catalog.locations', 'catalog.outcomeOf', 'catalog.startAdding'],
      ...[
        'register.claim',
        'register.issue',
        'register.noteExecution',
        'register.open',
        'register.registered',
      ],
    ]);
  });

  for (const happening of HAPPENINGS) {
    test(`${happening} the n-th effect, for every n`, async () => {
      const effects = await effectsOf(make);
      for (const [at, effect] of effects.entries()) {
        const world = make();
        world.catalog.tokenMemoryMs = Number.POSITIVE_INFINITY;
        await survive(world.run({ chaos: new Chaos({ fault: { at, happening } }) }));
        expect(await world.faults({ settled: false }), `after ${happening} ${at} ${effect}`).toEqual([]);
        await world.settle();
        expect(await world.faults({ settled: true }), `settled after ${happening} ${at} ${effect}`).toEqual(
          [],
        );
      }
    });
  }

  test('X1: halted before the n-th effect for longer than its lease, while another run takes over', async () => {
    for (const [n, effect] of (await effectsOf(make)).entries()) {
      const world = make();
      world.catalog.tokenMemoryMs = Number.POSITIVE_INFINITY;
      let count = 0;
      const turn = async () => {
        if (count++ !== n) return;
        world.now += 11 * MINUTE;
        await world.run();
      };
      await world.run({ chaos: new Chaos({ turn }) });
      await world.settle();
      expect(await world.faults({ settled: true }), `halted before ${n} ${effect}`).toEqual([]);
    }
  });

  test('the same while a statement fails for good, and while another registrar runs', async () => {
    const faults = fc.record({ at: fc.nat(40), happening: fc.constantFrom(...HAPPENINGS) });
    const courses = fc.array(fc.constantFrom({}, { fails: 'FAILED' }, { millis: 20 * MINUTE }), {
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), faults, courses, async (s, fault, planned) => {
        const world = make();
        world.catalog.tokenMemoryMs = Number.POSITIVE_INFINITY;
        world.catalog.courses.push(...planned);
        const turn = (effect: string) => s.schedule(Promise.resolve(), effect);
        const runs = [{ fault }, {}].map((more) =>
          survive(world.run({ chaos: new Chaos({ turn, ...more }) })),
        );
        await s.waitFor(Promise.all(runs));
        expect(await world.faults({ settled: false })).toEqual([]);
        await world.settle();
        expect(await world.faults({ settled: true })).toEqual([]);
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  test('where Athena forgets tokens at once, a crash may cost a second statement, but no partition', async () => {
    for (const happening of HAPPENINGS) {
      for (const at of (await effectsOf(make)).keys()) {
        const world = make();
        world.catalog.tokenMemoryMs = 0;
        await survive(world.run({ chaos: new Chaos({ fault: { at, happening } }) }));
        await world.settle();
        const faults = await world.faults({ settled: true });
        expect(faults.filter((it) => !it.endsWith('asked for by 2 statements'))).toEqual([]);
      }
    }
  });
});

describe('the oracle notices what it is there for', () => {
  /** Every crash of one registrar, then as many runs as it takes: the traces of modelcheck-registration.mjs. */
  async function faultsWith(
    options: RunOptions,
    tokenMemoryMs = Number.POSITIVE_INFINITY,
  ): Promise<readonly string[]> {
    const found: string[] = [];
    for (let at = 0; at < 30; at++) {
      const world = new RegistrarWorld(THREE);
      world.catalog.tokenMemoryMs = tokenMemoryMs;
      await survive(world.run({ ...options, chaos: new Chaos({ fault: { at, happening: 'crash after' } }) }));
      await world.settle(options).catch((error: Error) => found.push(error.message));
      found.push(...(await world.faults({ settled: true })));
    }
    return found;
  }

  test('the protocol has no fault in any of these', async () => {
    expect(await faultsWith({})).toEqual([]);
  });

  test('P1: put, then ALTER: the partition is forgotten', async () => {
    expect(await faultsWith({ bug: 'put-then-alter' })).toContain(
      'athena_events 2026-01-08 REGISTERED, but not shown',
    );
  });

  test('no takeover: the partition is stuck', async () => {
    expect(await faultsWith({ bug: 'no-takeover' })).toContain('partitions are stuck on their way');
  });

  test('no token: two statements', async () => {
    expect(await faultsWith({}, 0)).toContain('athena_events 2026-01-08 asked for by 2 statements');
  });

  test('no verification: REGISTERED and not there', async () => {
    const world = new RegistrarWorld(THREE);
    world.catalog.courses.push({ fails: 'FAILED' });
    const catalog = otherwise(world.catalog, {
      locations: async () => new Map(THREE.map(({ day }) => [day, { kind: 'own', generation: 0 }])),
    });
    await world.run({ catalog });
    expect(await world.faults({ settled: true })).toContain(
      'athena_events 2026-01-08 REGISTERED, but not shown',
    );
  });

  test('no claim: two registrars ask for the same partition', async () => {
    const result = await fc.check(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const world = new RegistrarWorld(THREE);
        world.catalog.tokenMemoryMs = 0;
        const turn = (effect: string) => s.schedule(Promise.resolve(), effect);
        const runs = [1, 2].map(() => world.run({ bug: 'no-claim', chaos: new Chaos({ turn }) }));
        await s.waitFor(Promise.all(runs));
        expect(await world.faults({ settled: true })).toEqual([]);
      }),
      { seed: SEED, numRuns: 100, endOnFailure: true },
    );
    expect(result.failed).toBe(true);
  });
});
