import { cp, open, readFile, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { run, type Summary, summaryOf } from '../support/command-line.ts';
import { damaged, type MadeLogFile, makeLogFile, makeTrail, truthOf } from '../support/log-files.ts';
import { BOTH } from '../support/memory-ingest.ts';
import { TrailFolder } from '../support/trail-folder.ts';

let folder: TrailFolder;
afterEach(() => folder.remove());

const ATHENA = ['athena_events'] as const;
const RECORDS = [
  { service: 'athena', day: 0 },
  { service: 's3', day: 1 },
];
const [ONE, TWO, THREE] = [1, 2, 3].map((n) => makeLogFile(n, RECORDS)) as [
  MadeLogFile,
  MadeLogFile,
  MadeLogFile,
];

/** Other bytes of the same size, and the same time of change: whoever reads the body fails. */
async function makeUnreadable(path: string): Promise<void> {
  const { atime, mtime, size } = await stat(path);
  const file = await open(path, 'r+');
  await file.write(Buffer.alloc(size));
  await file.close();
  await utimes(path, atime, mtime);
}

/** The time of change to the nanosecond is lost by utimes, so it is set to whole seconds before. */
async function settleTimes(paths: readonly string[]): Promise<void> {
  for (const path of paths) await utimes(path, 1_767_000_000, 1_767_000_000);
}

const filesOf = ({ log_files }: Summary) => log_files;
const codesOf = ({ failures }: Summary) => failures.map(({ code }) => code);

describe('ingest again', () => {
  test('writes no data file and reads no body that is settled', async () => {
    const trail = makeTrail(40, 4);
    folder = await TrailFolder.of(trail);
    await settleTimes(trail.map((file) => folder.pathOf(file)));
    expect((await folder.ingest()).code).toBe(0);
    const before = await folder.dataFiles();
    for (const file of trail) await makeUnreadable(folder.pathOf(file));
    const again = await folder.ingest();
    expect(again.code).toBe(0);
    const nothing = { listed: 40, ingested: 0, skipped: 40, failed: 0, foreign: 0 };
    expect(summaryOf(again)).toMatchObject({ log_files: nothing, data_files: 0, records: { read: 0 } });
    expect(await folder.dataFiles()).toEqual(before);
    expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
  });

  test('the same content with another time of change is read once more, then known', async () => {
    folder = await TrailFolder.of([ONE, TWO]);
    await folder.ingest();
    await settleTimes([folder.pathOf(ONE)]);
    expect(filesOf(summaryOf(await folder.ingest()))).toMatchObject({ ingested: 0, skipped: 2, failed: 0 });
    await makeUnreadable(folder.pathOf(ONE));
    const third = await folder.ingest();
    expect(third.code).toBe(0);
    expect(filesOf(summaryOf(third))).toMatchObject({ skipped: 2 });
    expect(await folder.rows()).toEqual(truthOf([ONE, TWO], BOTH));
  });

  test('other content under the same key is a conflict each time: the first stays, exit code 1', async () => {
    folder = await TrailFolder.of([ONE, TWO]);
    await folder.ingest();
    await folder.write([makeLogFile(1, [...RECORDS, ...RECORDS], { salt: 'forged' })]);
    for (let times = 0; times < 2; times++) {
      const again = await folder.ingest();
      expect(again.code).toBe(1);
      expect(codesOf(summaryOf(again))).toEqual(['SOURCE_CONFLICT']);
      expect(filesOf(summaryOf(again))).toMatchObject({ ingested: 0, skipped: 1, failed: 1 });
      expect(await folder.rows()).toEqual(truthOf([ONE, TWO], BOTH));
    }
    await folder.write([ONE]);
    expect((await folder.ingest()).code).toBe(0);
  });

  test('two copies of a trail below one folder are one trail', async () => {
    const trail = makeTrail(30, 3);
    folder = await TrailFolder.of([]);
    await folder.write(trail, 'trail/first');
    await folder.write(trail, 'trail/second/with/prefix');
    const first = await folder.ingest();
    expect(first.code).toBe(0);
    expect(filesOf(summaryOf(first))).toMatchObject({ listed: 60, ingested: 30, skipped: 30 });
    expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
    const again = await folder.ingest();
    expect(filesOf(summaryOf(again))).toMatchObject({ listed: 60, ingested: 0, skipped: 60 });
    expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
  });

  test('two copies of a trail below one folder are not read again by a second run', async () => {
    const trail = makeTrail(4, 2);
    folder = await TrailFolder.of([]);
    await folder.write(trail, 'trail/first');
    await folder.write(trail, 'trail/second');
    await settleTimes(trail.map((file) => folder.pathOf(file, 'trail/first')));
    await folder.ingest();
    for (const file of trail) await makeUnreadable(folder.pathOf(file, 'trail/first'));
    expect((await folder.ingest()).code).toBe(0);
  });

  test('two copies that differ in a log file: one is in the lake, the other one is a conflict', async () => {
    const forged = makeLogFile(1, RECORDS, { salt: 'forged' });
    folder = await TrailFolder.of([]);
    await folder.write([ONE, TWO], 'trail/first');
    await folder.write([forged, TWO], 'trail/second');
    const ended = await folder.ingest();
    expect(ended.code).toBe(1);
    expect(filesOf(summaryOf(ended))).toMatchObject({ ingested: 2, skipped: 1, failed: 1 });
    expect(codesOf(summaryOf(ended))).toEqual(['SOURCE_CONFLICT']);
    expect(await folder.rows()).toEqual(truthOf([ONE, TWO], BOTH));
  });

  test('a dataset added later finds its log files unsettled, and no other row is written again', async () => {
    const trail = makeTrail(30, 3);
    folder = await TrailFolder.of(trail);
    expect((await folder.ingest(ATHENA)).code).toBe(0);
    const before = await folder.dataFiles();
    const both = summaryOf(await folder.ingest());
    expect(both.rows_written).toEqual({
      athena_events: 0,
      cloudtrail_events: truthOf(trail, ['cloudtrail_events']).length,
    });
    expect(both.log_files).toMatchObject({ ingested: 30, skipped: 0 });
    expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
    expect(await folder.dataFiles()).toMatchObject(before);
  });

  test('another selection of event sources is refused with exit code 2, and changes nothing', async () => {
    folder = await TrailFolder.of([ONE]);
    await folder.ingest();
    const lakeFile = await readFile(join(folder.lake, '_meta/lake.json'), 'utf8');
    for (const dry of [[], ['--dry-run']]) {
      const refused = await run([...folder.args(), '--event-source', 's3.amazonaws.com', ...dry]);
      expect(refused.code).toBe(2);
      expect(refused.err).toContain('DATASET_SELECTION');
    }
    expect(await readFile(join(folder.lake, '_meta/lake.json'), 'utf8')).toBe(lakeFile);
    expect((await folder.ingest()).code).toBe(0);
  });

  test('a parked log file is tried by every run, and taken once it was repaired', async () => {
    folder = await TrailFolder.of([ONE, damaged(TWO)]);
    for (let times = 0; times < 2; times++) {
      const ended = await folder.ingest();
      expect(ended.code).toBe(1);
      expect(codesOf(summaryOf(ended))).toEqual(['BAD_GZIP']);
      expect(await folder.rows()).toEqual(truthOf([ONE], BOTH));
    }
    await folder.write([TWO]);
    const repaired = await folder.ingest();
    expect(repaired.code).toBe(0);
    expect(filesOf(summaryOf(repaired))).toMatchObject({ ingested: 1, skipped: 1, failed: 0 });
    expect(await folder.rows()).toEqual(truthOf([ONE, TWO], BOTH));
  });

  test('a settled log file that vanished is not missed; one that was damaged later fails', async () => {
    folder = await TrailFolder.of([ONE, TWO, THREE]);
    await folder.ingest();
    await unlink(folder.pathOf(ONE));
    await writeFile(folder.pathOf(TWO), damaged(TWO).bytes);
    const again = await folder.ingest();
    expect(again.code).toBe(1);
    expect(codesOf(summaryOf(again))).toEqual(['BAD_GZIP']);
    expect(await folder.rows()).toEqual(truthOf([ONE, TWO, THREE], BOTH));
  });

  test('in another order, grouping and concurrency the lake has the same rows', async () => {
    const trail = makeTrail(60, 5);
    folder = await TrailFolder.of(trail);
    const days = ['07', '05', '09', '06', '08'];
    const base = `${folder.trail}/AWSLogs/111122223333/CloudTrail/us-east-1/2026/01`;
    for (const [at, day] of days.entries()) {
      const args = folder.args(BOTH, '--concurrency', String(at + 1));
      const ended = await run(['ingest', `${base}/${day}`, ...args.slice(2)]);
      expect(ended.code).toBe(0);
    }
    expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
    const whole = await run(folder.args(BOTH, '--concurrency', '4'));
    expect(filesOf(summaryOf(whole))).toMatchObject({ ingested: 0, skipped: 60 });
  });
});

describe('a dry run', () => {
  /** What is the same however fast the machine is. */
  const toldBy = ({ log_files, records, rows_written, partitions, failures }: Summary) => ({
    ...{ log_files, records, rows_written, partitions, failures },
  });

  test('makes no lake, and tells what the real run then does', async () => {
    folder = await TrailFolder.of([...makeTrail(20, 3), damaged(makeLogFile(99, RECORDS))]);
    const before = await folder.below(folder.root);
    const dry = await run(folder.args(BOTH, '--dry-run'));
    expect(await folder.below(folder.root)).toEqual(before);
    const real = await folder.ingest();
    expect(toldBy(summaryOf(dry))).toEqual(toldBy(summaryOf(real)));
    expect([dry.code, real.code]).toEqual([1, 1]);
  });

  test('over a lake leaves every file of it as it was, and tells the same as the real run', async () => {
    const trail = makeTrail(20, 3);
    folder = await TrailFolder.of(trail.slice(0, 12));
    await folder.ingest(ATHENA);
    await folder.write([
      ...trail.slice(12),
      makeLogFile(3, RECORDS, { salt: 'forged', key: trail[3]?.key ?? '' }),
    ]);
    const before = await contents(folder);
    const dry = await run(folder.args(BOTH, '--dry-run'));
    expect(await contents(folder)).toEqual(before);
    const real = await folder.ingest();
    expect(toldBy(summaryOf(dry))).toEqual(toldBy(summaryOf(real)));
    expect([dry.code, real.code]).toEqual([1, 1]);
  });

  test('tells two copies of a trail as one, as the real run does', async () => {
    const trail = makeTrail(20, 3);
    folder = await TrailFolder.of(trail);
    await cp(join(folder.trail, 'AWSLogs'), join(folder.trail, 'copy/AWSLogs'), { recursive: true });
    const dry = await run(folder.args(BOTH, '--dry-run'));
    expect(toldBy(summaryOf(dry))).toEqual(toldBy(summaryOf(await folder.ingest())));
  });
});

/** Every file of the lake but the table of readers, which each reader signs. */
async function contents({ lake, below }: TrailFolder): Promise<{ readonly [path: string]: string }> {
  const paths = (await below(lake)).filter((path) => !path.endsWith('lock.mdb'));
  const texts = await Promise.all(paths.map((path) => readFile(join(lake, path), 'latin1')));
  return Object.fromEntries(paths.map((path, at) => [path, texts[at] ?? '']));
}
