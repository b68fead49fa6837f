import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run, summaryOf } from '../support/command-line.ts';
import { makeLogFile, makeTrail, truthOf } from '../support/log-files.ts';
import { BOTH } from '../support/memory-ingest.ts';
import { setClock } from '../support/set-clock.ts';
import { TrailFolder } from '../support/trail-folder.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TRAIL = makeTrail(200, 10);
const NEW = makeLogFile(700, [{ service: 'athena', day: 2 }]);

let folder: TrailFolder;
beforeEach(async () => {
  folder = await TrailFolder.of(TRAIL);
});
afterEach(() => folder.remove());

/** A command under a clock that is wrong by so much. */
async function backfill(verb: 'plan' | 'run' | 'status', ...jumps: readonly number[]) {
  const named = verb === 'status' ? [] : [folder.trail, ...BOTH.flatMap((name) => ['--dataset', name])];
  const args = ['backfill', verb, ...named, '--lake', folder.lake, '--output', 'json'];
  return run(args, jumps.length > 0 ? { node: setClock(jumps) } : {});
}
const planned = async (...jumps: readonly number[]): Promise<string> =>
  JSON.parse((await backfill('plan', ...jumps)).out).plan;
const status = async (...jumps: readonly number[]) => JSON.parse((await backfill('status', ...jumps)).out);

describe('a clock that is set, and a backfill', () => {
  test('B1: that jumps by days while it runs loses nothing, doubles nothing, and hurries nobody', async () => {
    await planned(-DAY);
    const began = performance.now();
    const ended = await backfill('run', 0, -DAY, 60 * DAY, -HOUR);
    const took = (performance.now() - began) / 1000;
    expect([ended.code, ended.err.replace(/^(Going on|Made).*\n/, '')]).toEqual([0, '']);
    const summary = JSON.parse(ended.out);
    expect(summary).toMatchObject({ log_files: { listed: 200, ingested: 200, failed: 0 } });
    expect(summary.seconds).toBeGreaterThan(0);
    expect(summary.seconds).toBeLessThan(took);
    expect(await folder.rows()).toEqual(truthOf(TRAIL, BOTH));
    for (const jump of [0, -DAY, 60 * DAY]) {
      const told = await status(jump);
      expect(told).toMatchObject({ state: 'done', log_files: { done: 200, to_do: 0 }, eta_seconds: null });
      expect(told.files_per_second).toBeGreaterThanOrEqual(0);
    }
    expect(summaryOf(await backfill('run', -DAY)).log_files).toMatchObject({ listed: 0, ingested: 0 });
  });

  test('that was ahead when a plan was made: the next plan is still the newest, and it is gone on with', async () => {
    const ahead = JSON.parse((await backfill('run', 60 * DAY)).out).plan;
    await folder.write([NEW]);
    const next = await planned();
    expect(next > ahead).toBe(true);
    expect(await status()).toMatchObject({ plan: next, state: 'not_started', log_files: { to_do: 1 } });
    const first = JSON.parse((await backfill('run', -DAY)).out);
    expect(first).toMatchObject({ plan: next, log_files: { ingested: 1 } });
    const second = JSON.parse((await backfill('run')).out);
    expect(second.plan > next).toBe(true);
    expect(second).toMatchObject({ log_files: { listed: 0 } });
    expect(await folder.rows()).toEqual(truthOf([...TRAIL, NEW], BOTH));
  });
});
