import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AuditLakeError } from '../../src/errors.js';
import { Chaos, Crash, type Fault, HAPPENINGS } from '../support/chaos.ts';
import { type MemoryResolve, type Planted, ResolvingLake } from '../support/memory-resolve.ts';
import {
  athenaOfStory,
  faultsAtTheEnd,
  faultsOnTheWay,
  TOLD_BEFORE,
  TRUTH,
} from '../support/resolve-story.ts';
import { SEED } from '../support/seed.ts';

const HOUR = 3_600_000;
/** So that the story takes several bundles. */
const MOST_ITEMS = 7;

async function beginning(bug?: Planted): Promise<ResolvingLake> {
  const lake = new ResolvingLake({ athena: athenaOfStory(), ...(bug && { bug }) });
  const { query, answer } = TOLD_BEFORE;
  if (answer.kind === 'execution') {
    await lake.lake.items.known.learn([{ ...query, execution: answer.execution }]);
  }
  await lake.open(...TRUTH.map((truth) => truth.query));
  return lake;
}

/** A run that may crash or fail; anything else than those two is a defect. */
async function survive(lake: ResolvingLake, options: MemoryResolve): Promise<void> {
  await lake.resolve({ mostItems: MOST_ITEMS, ...options }).catch((error: unknown) => {
    const isExpected =
      error instanceof Crash || (error instanceof AuditLakeError && error.code !== 'INTERNAL');
    if (!isExpected) throw error;
  });
}

const told = async (lake: ResolvingLake) => {
  const open = [];
  for await (const query of lake.lake.items.queries.openQueries()) open.push(query);
  return { rows: await lake.rows(), open };
};

/** What is wrong after what happened so far, and after the runs that come by themselves. */
async function faults(lake: ResolvingLake): Promise<readonly string[]> {
  const onTheWay = faultsOnTheWay(await told(lake));
  for (let runs = 0; runs < 6; runs++) {
    lake.now += 7 * HOUR;
    await lake.resolve({ mostItems: MOST_ITEMS, all: runs % 2 === 0 });
  }
  return [...onTheWay, ...faultsAtTheEnd(await told(lake))];
}

async function effects(): Promise<readonly string[]> {
  const chaos = new Chaos();
  await survive(await beginning(), { chaos });
  return chaos.effects;
}

/** One run of which one effect goes wrong. */
async function faultsAfter(fault: Fault, bug?: Planted): Promise<readonly string[]> {
  const lake = await beginning(bug);
  await survive(lake, { chaos: new Chaos({ fault }) });
  return faults(lake);
}

const faultOf = fc.record({ at: fc.nat(45), happening: fc.constantFrom(...HAPPENINGS) });

/** Two runs at once, whose effects come in an order that the scheduler draws; one of them may go wrong. */
async function faultsAfterRace(
  s: fc.Scheduler,
  { bug, fault }: { readonly bug?: Planted; readonly fault?: Fault | null } = {},
): Promise<readonly string[]> {
  const lake = await beginning(bug);
  const turn = (effect: string) => s.schedule(Promise.resolve(), effect);
  const runs = [{}, fault ? { fault } : {}].map((more) =>
    survive(lake, { chaos: new Chaos({ turn, ...more }) }),
  );
  await s.waitFor(Promise.all(runs));
  return faults(lake);
}

describe('law: however often resolving breaks off, every query ends once, and no text is lost', () => {
  test('without any fault', async () => {
    expect(await faults(await beginning())).toEqual([]);
  });

  test('the harness reaches every effect of the ports', async () => {
    expect([...new Set(await effects())].sort()).toEqual([
      ...['bundles.publish', 'bundles.stage', 'history.lookup', 'known.find', 'known.learn'],
      ...['queries.list', 'queries.postpone', 'state.commit', 'state.openPartitions'],
    ]);
  });

  for (const happening of HAPPENINGS) {
    test(`D17 O4: ${happening}, the n-th effect for every n`, async () => {
      const wrong: string[] = [];
      for (const [at, effect] of (await effects()).entries()) {
        const found = await faultsAfter({ at, happening });
        wrong.push(...found.map((it) => `${at} ${effect}: ${it}`));
      }
      expect(wrong).toEqual([]);
    });
  }

  test('any number of faults, one run after another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(faultOf, { maxLength: 6 }), async (history) => {
        const lake = await beginning();
        for (const fault of history) {
          await survive(lake, { chaos: new Chaos({ fault }) });
          expect(faultsOnTheWay(await told(lake))).toEqual([]);
          lake.now += HOUR;
        }
        expect(await faults(lake)).toEqual([]);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  test('D2: two runs at once over one state, neither holding a lock, one of which may die', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.option(faultOf), async (s, fault) => {
        expect(await faultsAfterRace(s, { fault })).toEqual([]);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});

describe('the law notices what it is there for', () => {
  const raced: readonly [Planted, RegExp, string][] = [
    ['no-query-check', /TWICE/, 'a commit that does not ask whether its queries are open'],
    ['no-query-end', /OPEN|TWICE/, 'rows that are committed while their queries stay open'],
    ['postpone-reopens', /OPEN|TWICE/, 'another try that is noted of a query which ended meanwhile'],
  ];
  for (const [bug, breaks, meaning] of raced) {
    test(`${bug}: ${meaning}`, async () => {
      const found: string[] = [];
      const result = await fc.check(
        fc.asyncProperty(fc.scheduler(), async (s) => {
          const wrong = await faultsAfterRace(s, { bug });
          found.push(...wrong);
          return wrong.length === 0;
        }),
        { seed: SEED, numRuns: 200, endOnFailure: true },
      );
      expect(result.failed).toBe(true);
      expect(found.join('\n')).toMatch(breaks);
    });
  }

  test('learn-overwrites: an answer without a text that takes the place of one', async () => {
    const found: string[] = [];
    for (const at of (await effects()).keys()) {
      found.push(...(await faultsAfter({ at, happening: 'crash after' }, 'learn-overwrites')));
    }
    expect(found.join('\n')).toMatch(/told once/);
  });
});
