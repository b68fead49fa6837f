import { describe, expect, test } from 'vitest';
import { SOURCE } from '../support/aws-lake/aws-lake.ts';
import { COMMIT, DirectedLake, LOG_FILE } from '../support/aws-lake/directed.ts';
import { itemsOf } from '../support/aws-lake/lake-items.ts';
import { Simulation } from '../support/aws-lake/simulation.ts';
import { SEED } from '../support/seed.ts';

/** SEEDS=5000 runs as many; a seed that fails is told, and SEED=<it> SEEDS=1 repeats it alone. */
const SEEDS = Number(process.env['SEEDS'] ?? 200);
const TIMEOUT_MS = 60_000 + SEEDS * 1_000;

async function wrongWith(simulation: Simulation): Promise<readonly string[]> {
  try {
    return await simulation.run();
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** What at least one seed must have met, or the simulation proves less than it says. */
function encountersOf({ lake }: Simulation): readonly string[] {
  const met = lake.time.trace.map((line) => line.replace(/^.*: /, '').replace(/\d+/g, 'n'));
  const { bundles, files } = itemsOf(lake);
  for (const parts of bundles.values()) {
    if (parts === 'aborted') met.push('a bundle that a sweep aborted');
    else if (parts.some(({ copy }) => copy !== undefined)) met.push('a commit into a sealed partition');
  }
  if ([...files.values()].some(({ status }) => status === 'MISSING')) met.push('a log file that was gone');
  return met;
}

describe('six workers, two registrars, a sweeper and a reconciler, on failing AWS, for two weeks', () => {
  test(
    `P-1 P-3 P-4 P-5 P-6, D1 D2 D4 D11 D13 D15 D17 P1 P2 P3 P6 X1 X3: ${SEEDS} seeds`,
    async () => {
      const wrong: string[] = [];
      const met = new Set<string>();
      for (let seed = SEED; seed < SEED + SEEDS; seed++) {
        const simulation = new Simulation({ seed });
        wrong.push(...(await wrongWith(simulation)).map((it) => `SEED=${seed}: ${it}`));
        for (const it of encountersOf(simulation)) met.add(it);
      }
      expect(wrong).toEqual([]);
      if (SEEDS < 100) return;
      expect([...met]).toEqual(
        expect.arrayContaining([
          ...['crash before', 'crash after', 'not done', 'done, response lost', 'behind'],
          ...['refused (throttled)', 'refused (internal)', 'ConditionalRequestConflict'],
          ...[
            'a bundle that a sweep aborted',
            'a commit into a sealed partition',
            'a log file that was gone',
          ],
        ]),
      );
    },
    TIMEOUT_MS,
  );

  test('the same seed gives the same trace, another seed another one', async () => {
    const hashOf = async (seed: number) => {
      const simulation = new Simulation({ seed });
      await wrongWith(simulation);
      return simulation.lake.time.hash();
    };
    for (let seed = SEED; seed < SEED + 5; seed++) {
      const hash = await hashOf(seed);
      expect(await hashOf(seed)).toBe(hash);
      expect(await hashOf(seed + 5)).not.toBe(hash);
    }
  });
});

describe('what the simulation has found', () => {
  test('P-3: who finds a log file gone that others have just committed, makes its rows visible before the ack', async () => {
    const story = new DirectedLake();
    const { world } = story.lake;
    const owner = {
      name: 'owner',
      latency: (effect: string) => (effect === COMMIT ? 50 : 1),
      fateOf: (effect: string) => (effect === COMMIT ? ('crash after' as const) : ('done' as const)),
    };
    const other = { name: 'other', latency: (effect: string) => (effect.endsWith('log file') ? 60 : 1) };
    const acknowledged = story.ingest(30, other);
    const removed = story.lake.time.pass(29).then(() => world.s3.remove(SOURCE, LOG_FILE.key));
    await story.run(story.ingest(0, owner), removed, acknowledged);
    expect(await acknowledged).toEqual(LOG_FILE.rows.map(({ name }) => name));
  });
});
