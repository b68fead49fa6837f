import { describe, expect, test } from 'vitest';
import type { AwsLake } from '../support/aws-lake/aws-lake.ts';
import { badLuck, latency } from '../support/aws-lake/bad-luck.ts';
import { FATES } from '../support/aws-lake/one-fault.ts';
import { ResolveDay, type ResolveDayOptions } from '../support/aws-lake/resolve-day.ts';
import { RESOLVE_MUTANTS } from '../support/aws-lake/resolve-mutants.ts';
import { SEED } from '../support/seed.ts';

const SEEDS = Number(process.env['SEEDS'] ?? 60);
const seeds = Array.from({ length: SEEDS }, (_, n) => SEED + n);

/** What is wrong with a day: what it breaks on the way, or leaves behind. */
async function wrongWith(options: ResolveDayOptions): Promise<readonly string[]> {
  try {
    return await new ResolveDay(options).run();
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

async function effects(): Promise<readonly string[]> {
  const day = new ResolveDay({ seed: SEED });
  expect(await day.run()).toEqual([]);
  return day.effects;
}

/** Two runs at once, whose effects come in an order that the seed draws; with bad luck, or without. */
const raced = (seed: number, isLucky: boolean): ResolveDayOptions => ({
  ...{ seed, runs: 2, latency: ({ random }: AwsLake) => latency(random, { isSleepy: false }) },
  ...(!isLucky && { luck: (effect: string, { random }: AwsLake) => badLuck(effect, random) }),
});

describe('law: however often resolving breaks off in S3 and DynamoDB, every query ends once', () => {
  test('the harness reaches every effect that the adapters have', async () => {
    expect([...new Set(await effects())].sort()).toEqual([
      'dynamodb.BatchGetItem PART',
      'dynamodb.BatchGetItem TXT',
      'dynamodb.PutItem ENR',
      'dynamodb.PutItem TXT',
      'dynamodb.Query ENR',
      'dynamodb.Query ENRDAYS',
      'dynamodb.TransactWriteItems commit',
      'dynamodb.UpdateItem PART',
      's3.DeleteObject staged',
      's3.PutObject data file',
      's3.PutObject staged',
    ]);
  });

  for (const fate of FATES) {
    test(`D17 O4: ${fate}, the n-th effect for every n`, async () => {
      const wrong: string[] = [];
      for (const [at, effect] of (await effects()).entries()) {
        const found = await wrongWith({ seed: SEED, fault: { at, fate } });
        wrong.push(...found.map((it) => `${at} ${effect}: ${it}`));
      }
      expect(wrong).toEqual([]);
    });
  }

  for (const isLucky of [true, false]) {
    test(`D2 X3: two runs at once, ${isLucky ? 'nothing fails' : 'with bad luck'}`, async () => {
      const wrong: string[] = [];
      for (const seed of seeds) {
        const found = await wrongWith(raced(seed, isLucky));
        wrong.push(...found.map((it) => `SEED=${seed}: ${it}`));
      }
      expect(wrong).toEqual([]);
    });
  }
});

describe('the law notices what it is there for', () => {
  for (const mutant of RESOLVE_MUTANTS) {
    test(`${mutant.name}: ${mutant.meaning}`, async () => {
      const found: string[] = [];
      for (const seed of seeds) {
        found.push(...(await wrongWith({ ...raced(seed, false), mutant })));
        if (found.length > 0) break;
      }
      expect(found.join('\n')).toMatch(mutant.breaks);
    });
  }
});
