import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { createRandom } from '../../src/demo/random.js';
import { run, start, summaryOf } from '../support/command-line.ts';
import { makeTrail, truthOf } from '../support/log-files.ts';
import { BOTH } from '../support/memory-ingest.ts';
import { SEED } from '../support/seed.ts';
import { TrailFolder } from '../support/trail-folder.ts';

/** How many ingests are killed: `KILLS=500` for a long run. */
const KILLS = Number(process.env['KILLS'] ?? 12);
const FILES = 300;

let folder: TrailFolder;
afterEach(() => folder.remove());

const trail = makeTrail(FILES, 6);
const truth = truthOf(trail, BOTH);
const isLake = () => existsSync(join(folder.lake, '_meta/lake.json'));

/** What a reader sees now is true, whole and not double. */
async function readerIsContent(): Promise<number> {
  if (!isLake()) return 0;
  const rows = await folder.rows();
  expect(new Set(rows).size).toBe(rows.length);
  const known = new Set(truth);
  expect(rows.filter((row) => !known.has(row))).toEqual([]);
  return rows.length;
}

/** Reads again and again until it is told to stop. */
function keepReading(): { stop(): Promise<void> } {
  let stopped = false;
  const reading = (async () => {
    while (!stopped) {
      await readerIsContent();
      await pause(5);
    }
  })();
  reading.catch(() => undefined);
  return {
    stop: () => {
      stopped = true;
      return reading;
    },
  };
}

/** The last run makes it exact, and the one after it has nothing to do. */
async function endsExact(): Promise<void> {
  const last = await folder.ingest();
  expect(last.err).toBe('');
  expect(last.code).toBe(0);
  expect(await folder.rows()).toEqual(truth);
  expect(await folder.litter()).toEqual([]);
  const before = await folder.dataFiles();
  const again = summaryOf(await folder.ingest());
  expect(again.log_files).toMatchObject({ ingested: 0, skipped: FILES, failed: 0 });
  expect(await folder.dataFiles()).toEqual(before);
}

describe('kill -9', () => {
  test(`O1 L2: ${KILLS} times at random moments, readers always find a part of the truth, each row once`, async () => {
    const random = createRandom(SEED);
    folder = await TrailFolder.of(trail);
    const began = performance.now();
    await run([
      'ingest',
      folder.trail,
      '--lake',
      join(folder.root, 'other'),
      '--quiet',
      '--concurrency',
      '6',
    ]);
    const usual = performance.now() - began;
    const readers = keepReading();
    let before = 0;
    for (let kills = 0; kills < KILLS; kills++) {
      const { child, ended } = start(folder.args(BOTH, '--concurrency', String(1 + (kills % 7))));
      await pause((usual * random.between(30, 110)) / 100);
      child.kill('SIGKILL');
      await ended;
      const count = await readerIsContent();
      expect(count).toBeGreaterThanOrEqual(before);
      if (kills % 6 === 5 && isLake()) await askedCountIs(count);
      before = count;
      if (count < truth.length) continue;
      await endsExact();
      folder.lake = join(folder.root, `lake-${kills}`);
      before = 0;
    }
    await readers.stop();
    await endsExact();
  });

  test('O1: at the n-th system call that writes, for every n until none is left', async ({ skip }) => {
    folder = await TrailFolder.of(trail);
    const trace = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=none'];
    const strace = await run(['--help'], { through: ['strace', ...trace] }).catch(() => undefined);
    if (strace?.code !== 0) return skip('strace is not here, or may not trace');
    const step = KILLS > 100 ? 1 : 9;
    for (const call of ['fsync', 'fdatasync', 'link', 'unlink', 'pwrite64', 'rename']) {
      for (let n = 1; ; n += step) {
        await folder.removeLake();
        const inject = ['-e', `inject=${call}:signal=SIGKILL:when=${n}`];
        const options = {
          through: ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, ...inject],
        };
        const { code } = await run(folder.args(BOTH, '--concurrency', '3'), options);
        await readerIsContent();
        if (code === 0) break;
        await endsExact();
      }
    }
  });

  test('a reader that is killed leaves nothing that disturbs later readers or writers', async () => {
    folder = await TrailFolder.of(trail);
    await folder.ingest();
    for (let kills = 0; kills < KILLS; kills++) {
      const { child, ended } = start([
        'query',
        '--lake',
        folder.lake,
        'SELECT count(*) FROM cloudtrail_events',
      ]);
      await pause(100 + kills * 20);
      child.kill('SIGKILL');
      await ended;
    }
    await askedCountIs(truth.length);
    await endsExact();
  });
});

/** `audit-lake query` finds so many rows, each of another log file or index. */
async function askedCountIs(count: number): Promise<void> {
  const one = (table: string) => `SELECT '${table}' AS t, source_key, record_index FROM ${table}`;
  const all = BOTH.map(one).join(' UNION ALL ');
  const sql = `SELECT count(*) AS n, count(DISTINCT (t, source_key, record_index)) AS d FROM (${all})`;
  const { code, out, err } = await run(['query', '--lake', folder.lake, sql]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toEqual({ n: count, d: count });
}
