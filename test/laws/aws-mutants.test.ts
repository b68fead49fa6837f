import { describe, expect, test } from 'vitest';
import { COMMIT, DirectedLake } from '../support/aws-lake/directed.ts';
import { BUNDLE_MUTANTS, type Mutant, SWEEP_MUTANT } from '../support/aws-lake/lake-mutants.ts';
import { REGISTER_MUTANTS } from '../support/aws-lake/register-mutants.ts';
import { Simulation } from '../support/aws-lake/simulation.ts';
import { SEED } from '../support/seed.ts';

/** The simulation of `aws-simulation.test.ts` must find a planted bug within so many seeds. */
const MOST_SEEDS = 120;

/** What the oracle says of a mutant, from the first seed that shows anything. */
async function verdictOn(mutant: Mutant): Promise<string> {
  for (let n = 0; n < MOST_SEEDS; n++) {
    const found = await new Simulation({ seed: SEED + n, mutant })
      .run()
      .catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
    if (found.length > 0) return found.join('\n');
  }
  return 'nothing';
}

const HOUR = 3_600_000;

/** A worker sleeps between staging and commit, is swept meanwhile, commits and dies; its message comes again. */
async function sweptInItsSleep(mutant?: Mutant): Promise<void> {
  const story = new DirectedLake(mutant);
  const worker = {
    name: 'sleeper',
    latency: (effect: string) => (effect === COMMIT ? 2 * HOUR : 1),
    fateOf: (effect: string) => (effect === COMMIT ? ('crash after' as const) : ('done' as const)),
  };
  await story.run(story.ingest(0, worker), story.sweep(1.5 * HOUR), story.ingest(3 * HOUR, { name: 'next' }));
}

describe('the oracle of the simulation finds what is planted', () => {
  for (const mutant of [...BUNDLE_MUTANTS, ...REGISTER_MUTANTS]) {
    test(`${mutant.name}: ${mutant.meaning}`, async () => {
      expect(await verdictOn(mutant)).toMatch(mutant.breaks);
    });
  }

  test(`${SWEEP_MUTANT.name}: ${SWEEP_MUTANT.meaning}`, async () => {
    await expect(sweptInItsSleep(SWEEP_MUTANT)).rejects.toThrow(SWEEP_MUTANT.breaks);
    await sweptInItsSleep();
  });
});
