import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { run } from '../support/command-line.ts';
import { makeTrail, truthOf } from '../support/log-files.ts';
import { BOTH } from '../support/memory-ingest.ts';
import { TrailFolder } from '../support/trail-folder.ts';

const TRAIL = makeTrail(6, 2);

describe('an ingest takes care of what is not its own', () => {
  let folder: TrailFolder;
  beforeEach(async () => {
    folder = await TrailFolder.of(TRAIL);
  });

  test("leaves other people's files alone, wherever they lie in the folder of the lake", async () => {
    const places = [
      'athena_events/report.csv',
      'athena_events/g=0000/year=2026/month=01/day=05/mine.parquet',
    ];
    for (const place of places) {
      await mkdir(join(folder.lake, place, '..'), { recursive: true });
      await writeFile(join(folder.lake, place), 'mine');
    }
    expect((await folder.ingest()).code).toBe(0);
    expect((await folder.ingest()).code).toBe(0);
    for (const place of places) expect(await readFile(join(folder.lake, place), 'utf8')).toBe('mine');
  });

  test('does not take a lake whose state is missing for an empty one', async () => {
    await folder.ingest();
    await rm(join(folder.lake, '_meta/state'), { recursive: true });
    const ended = await folder.ingest();
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('LAKE_FORMAT');
    // The catalog still tells what there is, and the data files are all there.
    expect(await folder.rows()).toEqual(truthOf(TRAIL, BOTH));
  });

  test.each([
    ['lake', ['ingest', 'trail', '--lake', '']],
    ['source', ['ingest', '', '--lake', 'lake']],
    ['--out', ['demo', '--out', '']],
  ])('does not take an empty name of a %s for the current folder', async (_, args) => {
    const ended = await run(args);
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('is empty');
  });

  test('lists a file once that two arguments name', async () => {
    await writeFile(join(folder.trail, 'loose.json'), '{"Records":[]}');
    await symlink(join(folder.trail, 'loose.json'), join(folder.root, 'link.json'));
    const paths = [
      join(folder.trail, 'loose.json'),
      join(folder.root, 'link.json'),
      join(folder.root, '*.json'),
    ];
    const ended = await run(['ingest', ...paths, '--lake', folder.lake, '--output', 'json']);
    expect(JSON.parse(ended.out).log_files).toMatchObject({ listed: 1, ingested: 1 });
  });

  test('is not stopped by a query id that no key can hold', async () => {
    const record = {
      eventTime: new Date().toISOString().replace(/\.\d+/, ''),
      eventSource: 'athena.amazonaws.com',
      eventName: 'StartQueryExecution',
      awsRegion: 'us-east-1',
      recipientAccountId: '111122223333',
      responseElements: { queryExecutionId: 'x'.repeat(5_000) },
    };
    await writeFile(join(folder.trail, 'odd.json.gz'), gzipSync(JSON.stringify({ Records: [record] })));
    expect((await folder.ingest()).code).toBe(0);
  });

  test('says what asks a query history for what is settled', async () => {
    const history = join(folder.root, 'history.json');
    await writeFile(history, '{"QueryExecutions":[]}');
    await folder.ingest();
    const ended = await run([...folder.args(BOTH), '--query-history', history]);
    expect(ended.code).toBe(0);
    expect(ended.err).toContain('`audit-lake resolve --query-history` asks for their queries');
  });
});
