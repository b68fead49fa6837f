import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SMALL_ARCHIVE } from '../support/archive/archive-shape.ts';
import { type ArchiveTruth, truthOfArchive } from '../support/archive/archive-truth.ts';
import { differencesOf, NO_DIFFERENCES } from '../support/archive/check-lake.ts';
import { archiveOf } from '../support/archive/generate-archive.ts';
import { folderLakeContents, type LakeContents } from '../support/archive/lake-contents.ts';
import { writeIntoFolder } from '../support/archive/write-archive.ts';
import { type Ended, run, summaryOf } from '../support/command-line.ts';
import { rowsByCommand } from '../support/rows-by-command.ts';

/** The checker of the backfill's proofs, held against the ingest that was there before. */
describe('the generated archive and its independent count', () => {
  const root = mkdtempSync(join(tmpdir(), 'archive-'));
  const lake = join(root, 'lake');
  const trail = join(root, 'trail');
  const shape = { ...SMALL_ARCHIVE, from: '2026-05-01' };
  let truth: ArchiveTruth;
  let ended: Ended;
  let contents: LakeContents;

  beforeAll(async () => {
    truth = truthOfArchive(archiveOf(shape), 'folder');
    writeIntoFolder(archiveOf(shape), trail);
    ended = await run(['ingest', trail, '--lake', lake, '--quiet', '--output', 'json']);
    contents = await folderLakeContents(lake);
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test('two years hold all that can be met: gaps, late and damaged log files, copies, an account that was closed', () => {
    const inBucket = truthOfArchive(archiveOf(SMALL_ARCHIVE), 'bucket');
    expect(inBucket.total.files).toBeGreaterThan(2_500);
    expect(new Set(inBucket.failures.values())).toEqual(
      new Set(['BAD_GZIP', 'GZIP_TRAILING', 'GZIP_MEMBERS', 'LOG_FILE_ARCHIVED']),
    );
    expect(inBucket.rows.length).toBeGreaterThan(inBucket.events + 50);
    expect(inBucket.gaps).toContainEqual(expect.objectContaining({ region: 'eu-west-1', days: 17 }));
    expect([...inBucket.months.keys()].filter((month) => month.startsWith('123456789012')).at(-1)).toBe(
      '123456789012 2025-03',
    );
    expect(truthOfArchive(archiveOf(SMALL_ARCHIVE), 'bucket')).toEqual(inBucket);
  });

  test('agrees with an ingest on every row, every log file and every failure', async () => {
    expect(differencesOf(contents, truth, 'file')).toEqual(NO_DIFFERENCES);
    const { log_files, failures } = summaryOf(ended);
    expect(log_files.foreign).toBe(truth.foreign);
    expect(log_files.listed - log_files.foreign).toBe(truth.total.files);
    expect(new Map(failures.map(({ file, code }) => [file.slice(trail.length + 1), code]))).toEqual(
      truth.failures,
    );
    const [answer] = await rowsByCommand(lake, 'SELECT count(*)::INT AS n FROM athena_audit_logs');
    expect(answer).toEqual({ n: truth.events });
  });

  test('sees a row that was lost, one that was doubled, one in another day, and a ledger that says otherwise', () => {
    const [first = '', ...others] = contents.rows;
    const seen = (changed: Partial<LakeContents>) =>
      differencesOf({ ...contents, ...changed }, truth, 'file');
    expect(seen({ rows: others })).toEqual({ ...NO_DIFFERENCES, lost: [first] });
    expect(seen({ rows: [first, ...contents.rows] })).toEqual({ ...NO_DIFFERENCES, surplus: [first] });
    const moved = first.replace(/\S+$/, '1999-01-01');
    expect(seen({ rows: [moved, ...others] })).toEqual({
      ...NO_DIFFERENCES,
      lost: [first],
      surplus: [moved],
    });
    const [fid = ''] = contents.ledger.keys();
    const ledger = new Map(contents.ledger).set(fid, 'MISSING').set('strange', 'EMPTY');
    expect(seen({ ledger })).toMatchObject({ ledger: [expect.stringContaining('MISSING')], strange: 1 });
  });
});
