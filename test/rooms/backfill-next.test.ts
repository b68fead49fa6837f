import { describe, expect, test } from 'vitest';
import { type Again, planCommand, runCommand, watchCommand } from '../../src/cli/backfill/next.js';
import { EMPTY_PLAN } from '../support/plans.ts';

const BOTH = ['athena_events', 'cloudtrail_events'] as const;
const SOME = ['iam.amazonaws.com', 's3.amazonaws.com'];
const ID = EMPTY_PLAN.id;

/** A plan of these members that lies in its lake, where nothing is set. */
const again = (plan: Partial<Again['plan']> = {}, more: Partial<Again> = {}): Again => ({
  plan: { ...EMPTY_PLAN, ...plan },
  location: `/lake/_meta/plans/${ID}.jsonl`,
  given: () => ({ variables: [], flags: [] }),
  keeps: { datasets: ['athena_events'], eventSources: 'all' },
  ...more,
});

describe('a command that is printed', () => {
  test('names no dataset that every command keeps', () => {
    expect(runCommand(again())).toBe(`audit-lake backfill run ${ID} --lake /lake`);
    expect(planCommand(again())).toBe('audit-lake backfill plan /logs --lake /lake');
  });

  test('names the services of the plan, but for those that were given as flags', () => {
    const plan = { datasets: ['cloudtrail_events'] as const, eventSources: SOME };
    const named =
      '--dataset cloudtrail_events --event-source iam.amazonaws.com --event-source s3.amazonaws.com';
    expect(runCommand(again(plan), 'fleet')).toBe(
      `audit-lake backfill run ${ID} --lake /lake ${named} --on fleet`,
    );
    expect(planCommand(again(plan))).toBe(`audit-lake backfill plan /logs --lake /lake ${named}`);
    const flags = ['--event-source', 's3.amazonaws.com', '--event-source', 'iam.amazonaws.com'];
    expect(runCommand(again(plan, { given: () => ({ variables: [], flags }) }))).toBe(
      `audit-lake backfill run ${ID} --lake /lake --dataset cloudtrail_events ${flags.join(' ')}`,
    );
    expect(watchCommand(again(plan))).toBe(`audit-lake backfill watch ${ID} --lake /lake`);
  });

  test('names the datasets of the plan where other ones are set here', () => {
    const keeps = { datasets: BOTH, eventSources: 'all' as const };
    const one = ' --dataset athena_events';
    expect(runCommand(again({}, { keeps }))).toBe(`audit-lake backfill run ${ID} --lake /lake${one}`);
    expect(planCommand(again({}, { keeps }))).toBe(`audit-lake backfill plan /logs --lake /lake${one}`);
    const both = ' --dataset athena_events --dataset cloudtrail_events';
    expect(runCommand(again({ datasets: BOTH }, { keeps }))).toBe(
      `audit-lake backfill run ${ID} --lake /lake${both}`,
    );
  });

  test('names the file of a plan that does not lie in its lake', () => {
    const moved = again({}, { location: `/mnt/old plans/${ID}.jsonl` });
    expect(runCommand(moved)).toBe(`audit-lake backfill run '/mnt/old plans/${ID}.jsonl' --lake /lake`);
    expect(watchCommand(moved)).toBe(`audit-lake backfill watch '/mnt/old plans/${ID}.jsonl' --lake /lake`);
    const lake = 's3://amzn-s3-demo-lake/audit';
    const inS3 = again({ lake }, { location: `${lake}/_meta/plans/${ID}.jsonl` });
    expect(runCommand(inS3)).toBe(`audit-lake backfill run ${ID} --lake ${lake}`);
  });
});
