import { describe, expect, test } from 'vitest';
import { FATES, type OneFault, OneFaultDay } from '../support/aws-lake/one-fault.ts';
import { SEED } from '../support/seed.ts';

/** SEED=... tries another order of the effects that a process has side by side. */
const seed = SEED;

async function effectsOf(catalog: OneFault['catalog']): Promise<readonly string[]> {
  const day = new OneFaultDay({ seed, catalog });
  expect(await day.run()).toEqual([]);
  return day.effects;
}

/** What is wrong with a day on which one effect met a fate: what it breaks on the way, or leaves behind. */
async function wrongWith(options: OneFault): Promise<readonly string[]> {
  try {
    return await new OneFaultDay(options).run();
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** The kinds of effects, whoever has them. */
const kindsOf = (effects: readonly string[]) =>
  [...new Set(effects.map((effect) => effect.replace(/^[^:]+: /, '')))].sort();

describe('every effect of ingest, sweep, registrar and reconciler fails once', () => {
  test('the harness reaches every effect that the adapters have', async () => {
    expect(kindsOf(await effectsOf('athena'))).toEqual([
      'athena.GetQueryExecution',
      'athena.StartQueryExecution ALTER TABLE',
      'athena.StartQueryExecution CREATE DATABASE',
      'athena.StartQueryExecution CREATE EXTERNAL TABLE',
      'dynamodb.BatchGetItem FILE',
      'dynamodb.BatchGetItem PART',
      'dynamodb.GetItem BUNDLE',
      'dynamodb.PutItem BUNDLE',
      'dynamodb.PutItem ENR',
      'dynamodb.PutItem FILE',
      'dynamodb.PutItem PARKED',
      'dynamodb.Query PART',
      'dynamodb.TransactWriteItems commit',
      'dynamodb.TransactWriteItems issue',
      'dynamodb.UpdateItem BATCH',
      'dynamodb.UpdateItem ENRDAYS',
      'dynamodb.UpdateItem PART',
      'glue.BatchGetPartition',
      'glue.GetDatabase',
      'glue.GetPartitions',
      'glue.GetTable',
      's3.DeleteObject staged',
      's3.GetObject log file',
      's3.GetObject staged',
      's3.HeadObject staged',
      's3.ListObjectsV2 folders',
      's3.ListObjectsV2 staged',
      's3.PutObject data file',
      's3.PutObject staged',
    ]);
    const ofGlue = kindsOf(await effectsOf('glue')).filter((kind) => /^(?:glue|athena)/.test(kind));
    expect(ofGlue).toEqual([
      'glue.BatchCreatePartition',
      'glue.BatchGetPartition',
      'glue.CreateDatabase',
      'glue.CreateTable',
      'glue.GetDatabase',
      'glue.GetPartitions',
      'glue.GetTable',
    ]);
  });

  for (const catalog of ['athena', 'glue'] as const) {
    for (const fate of FATES) {
      test(`D17 P1 O4: ${fate}, the n-th effect for every n, catalog by ${catalog}`, async () => {
        const effects = await effectsOf(catalog);
        const wrong: string[] = [];
        for (const [at, effect] of effects.entries()) {
          // What comes before the catalog is the same for both.
          if (catalog === 'glue' && !effect.startsWith('register')) continue;
          const found = await wrongWith({ seed, catalog, fault: { at, fate } });
          wrong.push(...found.map((it) => `${at} ${effect}: ${it}`));
        }
        expect(wrong).toEqual([]);
      });
    }
  }

  test('the same seed gives the same trace, another seed another one', async () => {
    const hashOf = async (other: number) => {
      const day = new OneFaultDay({ seed: other, catalog: 'athena', fault: { at: 40, fate: 'not done' } });
      await day.run();
      return day.lake.time.hash();
    };
    expect(await hashOf(seed)).toBe(await hashOf(seed));
    expect(await hashOf(seed + 1)).not.toBe(await hashOf(seed));
  });
});
