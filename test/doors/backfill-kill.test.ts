import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { createRandom } from '../../src/demo/random.js';
import { SMALL_ARCHIVE } from '../support/archive/archive-shape.ts';
import { contradictionsOf, differencesOf, NO_DIFFERENCES } from '../support/archive/check-lake.ts';
import { bucketScene, endpointScene, folderScene, type KillScene } from '../support/archive/kill-scenes.ts';
import { type Ended, run, start, summaryOf } from '../support/command-line.ts';
import { SEED } from '../support/seed.ts';

/** How many backfills are killed: `KILLS=50 FILES_PER_DAY=4` is `npm run prove:backfill`. */
const KILLS = Number(process.env['KILLS'] ?? 6);
const FEW = Math.max(2, Math.round(KILLS / 3));
const SHAPE = { ...SMALL_ARCHIVE, filesPerDay: Number(process.env['FILES_PER_DAY'] ?? 1) };
const MONTHS = { ...SHAPE, from: '2026-04-01' };
/** A bundle is closed after two seconds of work (protocol 4.8). */
const BUNDLE_MS = 2_000;
/** Committing one, on a busy machine: at least. */
const SLACK_MS = 2_500;
const MINUTES = 60_000;

let scene: KillScene;
afterEach(() => scene.end());

const command = (lake: number) => [
  ...['backfill', 'run', scene.source, ...scene.place(lake)],
  ...['--concurrency', '2', '--quiet', '--output', 'json'],
];

const backfill = (lake: number): Promise<Ended> => run(command(lake), { env: scene.env });

/** Log files read from the source, at moments of a run. */
type Sample = { readonly at: number; readonly reads: number };

/** Starts a backfill and kills it after a while: what it had read, and when. */
async function killed(lake: number, afterMs: number): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const sample = async () => {
    const reads = await scene.reads();
    if (reads !== undefined) samples.push({ at: performance.now(), reads });
  };
  await sample();
  const { child, ended } = start(command(lake), { env: scene.env });
  for (const until = performance.now() + afterMs; performance.now() < until; ) {
    await pause(Math.max(0, Math.min(100, until - performance.now())));
    await sample();
  }
  child.kill('SIGKILL');
  await ended;
  await sample();
  return samples;
}

/** A run that was killed, in milliseconds since 1970, and how long one takes that is not. */
type Run = { readonly began: number; readonly ended: number; readonly usual: number };

/** How long a bundle may be open: what is slow here and now is slow in each run. */
const openBundleMs = (usual: number) => BUNDLE_MS + Math.max(SLACK_MS, usual / 3);

/** What was read is settled, but for open bundles: so many log files, and what was read in the last two seconds. */
function onlyOpenBundlesAreLost(samples: readonly Sample[], settled: number, usual: number): void {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return;
  const parked = scene.truth.failures.size;
  expect(last.reads - first.reads - settled).toBeLessThanOrEqual(scene.openFiles + parked);
  const old = samples.findLast(({ at }) => at <= last.at - openBundleMs(usual)) ?? first;
  expect(old.reads - first.reads - settled).toBeLessThanOrEqual(parked);
}

/** Once a backfill into a folder has made data files, more come every few seconds until it is killed. */
function dataFilesKeptComing(lake: number, { began, ended, usual }: Run): void {
  const times = [...(scene.dataFiles(lake)?.values() ?? [])]
    .filter((at) => at >= began)
    .sort((a, b) => a - b);
  for (const [at, time] of times.entries()) {
    expect((times[at + 1] ?? ended) - time).toBeLessThan(openBundleMs(usual));
  }
}

/** The same command ends it exactly as the independent count says; one more writes nothing. Gives the time it took. */
async function endsExact(lake: number): Promise<number> {
  const { truth, bucket } = scene;
  const began = performance.now();
  const last = summaryOf(await backfill(lake));
  const took = performance.now() - began;
  expect(last.interrupted).toBe(false);
  expect(differencesOf(await scene.contents(lake), truth, bucket)).toEqual(NO_DIFFERENCES);
  const before = scene.dataFiles(lake);
  const again = summaryOf(await backfill(lake));
  expect(again).toMatchObject({ data_files: 0, log_files: { ingested: 0, failed: truth.failures.size } });
  expect(differencesOf(await scene.contents(lake), truth, bucket)).toEqual(NO_DIFFERENCES);
  expect(scene.dataFiles(lake)).toEqual(before);
  return took;
}

/** Kills backfills at random moments, each continued by the next; a lake that is finished is followed by another. */
async function killAndContinue(kills: number, isPublishedAtOnce: boolean): Promise<void> {
  const { truth, bucket } = scene;
  const random = createRandom(SEED);
  const usual = await endsExact(0);
  let lake = 1;
  let settledBefore = 0;
  for (let kill = 0; kill < kills; kill++) {
    const began = Date.now();
    const samples = await killed(lake, (usual * random.between(20, 100)) / 100);
    dataFilesKeptComing(lake, { began, ended: Date.now(), usual });
    const contents = await scene.contents(lake);
    const { lost, ...others } = contradictionsOf(contents, truth, bucket);
    expect(others).toEqual({ surplus: [], ledger: [], strange: 0 });
    // In S3 a bundle is committed before it is published: whoever comes next publishes it.
    if (isPublishedAtOnce) expect(lost).toEqual([]);
    const settled = contents.ledger.size;
    expect(settled).toBeGreaterThanOrEqual(settledBefore);
    onlyOpenBundlesAreLost(samples, settled - settledBefore, usual);
    settledBefore = settled;
    if (settled < truth.ledger.size) continue;
    await endsExact(lake++);
    settledBefore = 0;
  }
  await endsExact(lake);
}

describe('a backfill that is killed again and again', { timeout: 60 * MINUTES }, () => {
  test(`B1 B2: ${KILLS} times, of a folder: every row once, ledger as planned, a further run writes nothing`, async () => {
    scene = folderScene(SHAPE);
    await killAndContinue(KILLS, true);
  });

  test(`B1 B2: ${FEW} times, from an endpoint into a folder: only what lay in open bundles is read again`, async () => {
    scene = await endpointScene(MONTHS);
    await killAndContinue(FEW, true);
  });

  test(`B1 B2: ${FEW} times, from an endpoint into a lake in S3: nothing is lost or doubled`, async () => {
    scene = await bucketScene(MONTHS);
    await killAndContinue(FEW, false);
  });
});
