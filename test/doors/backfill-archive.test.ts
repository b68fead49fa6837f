import { afterEach, describe, expect, test } from 'vitest';
import { FsPlanStore } from '../../src/adapters/local/fs-plan-store.js';
import type { Plan, PlannedSlice } from '../../src/backfill/plan.js';
import { SMALL_ARCHIVE } from '../support/archive/archive-shape.ts';
import { differencesOf, NO_DIFFERENCES } from '../support/archive/check-lake.ts';
import { endpointScene, folderScene, type KillScene } from '../support/archive/kill-scenes.ts';
import { run, summaryOf } from '../support/command-line.ts';

const MINUTE = 60_000;

let scene: KillScene;
afterEach(() => scene.end());

const backfill = (verb: 'plan' | 'run', ...more: readonly string[]) =>
  run(['backfill', verb, scene.source, ...scene.place(0), '--quiet', '--output', 'json', ...more], {
    env: scene.env,
  });

/** The newest plan as it lies in the lake. */
async function newestPlan(): Promise<{ readonly plan: Plan; readonly slices: readonly PlannedSlice[] }> {
  const plans = new FsPlanStore(scene.place(0)[1] ?? '');
  const [newest = ''] = await plans.ids();
  const { plan, slices } = await plans.read(newest);
  const all: PlannedSlice[] = [];
  for await (const slice of slices()) all.push(slice);
  return { plan, slices: all };
}

const sorted = (list: readonly object[]) => list.map((it) => JSON.stringify(it)).sort();

/** The plan says what the independent count says: log files, bytes, months, silent days. */
async function planAgrees(): Promise<Plan> {
  const { plan, slices } = await newestPlan();
  const { truth } = scene;
  expect(plan.total).toMatchObject(truth.total);
  const months = plan.months.map(({ account = '', month = '', files, bytes }) => ({
    place: `${account} ${month}`,
    files,
    bytes,
  }));
  expect(sorted(months)).toEqual(sorted([...truth.months].map(([place, amount]) => ({ place, ...amount }))));
  expect(sorted(plan.gaps)).toEqual(sorted(truth.gaps));
  expect(slices.length).toBe(plan.slices);
  expect(slices.reduce((sum, { files }) => sum + files, 0)).toBe(truth.total.files);
  expect(slices.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(truth.total.bytes);
  return plan;
}

describe('two years of log files, generated', () => {
  test(
    'in a folder: the plan, and the lake of the backfill, agree with an independent count',
    async () => {
      scene = folderScene(SMALL_ARCHIVE);
      expect(await backfill('plan')).toMatchObject({ code: 0, err: '' });
      expect((await planAgrees()).total).toMatchObject({ settled: 0, archived: 0 });
      const { log_files } = summaryOf(await backfill('run'));
      expect(log_files.listed - log_files.foreign).toBe(scene.truth.total.files);
      expect(differencesOf(await scene.contents(0), scene.truth, scene.bucket)).toEqual(NO_DIFFERENCES);
      expect(await backfill('plan')).toMatchObject({ code: 0 });
      const { total } = await planAgrees();
      expect(total.settled + scene.truth.failures.size).toBe(total.files);
    },
    5 * MINUTE,
  );

  test(
    'behind an endpoint, some of it in Glacier: the plan, and the lake of the backfill, agree with it too',
    async () => {
      scene = await endpointScene(SMALL_ARCHIVE);
      expect(await backfill('plan')).toMatchObject({ code: 0 });
      const archived = [...scene.truth.failures.values()].filter(
        (code) => code === 'LOG_FILE_ARCHIVED',
      ).length;
      const { total, classes } = await planAgrees();
      expect(total).toMatchObject({ settled: 0, archived });
      const away = ['GLACIER', 'DEEP_ARCHIVE'].map((name) => classes[name]);
      expect(away.reduce((sum, it) => sum + (it?.files ?? 0) - (it?.restored ?? 0), 0)).toBe(archived);
      expect(await scene.reads()).toBe(0);
      await backfill('run');
      expect(differencesOf(await scene.contents(0), scene.truth, scene.bucket)).toEqual(NO_DIFFERENCES);
    },
    5 * MINUTE,
  );

  test('a part of it by --from, --to, --account and --region has exactly the log files of that part', async () => {
    scene = folderScene({ ...SMALL_ARCHIVE, from: '2026-06-01' });
    const scope = ['--from', '2026-08-01', '--to', '2026-09-15', '--account', '111122223333'];
    await backfill('run', ...scope, '--region', 'us-east-1');
    const { rows } = await scene.contents(0);
    const isWanted = (row: string) => {
      const [, day = ''] = /_us-east-1_(\d{8})T/.exec(row) ?? [];
      return row.includes('/111122223333_') && day >= '20260801' && day <= '20260915';
    };
    const wanted = scene.truth.rows.filter(isWanted);
    expect(wanted.length).toBeGreaterThan(20);
    expect(rows).toEqual(wanted);
  });
});
