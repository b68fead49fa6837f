import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchDataFiles } from '../../src/adapters/aws/s3-data-files.js';
import { openDuckDb } from '../../src/adapters/local/duckdb-query-engine.js';
import type { CommittedDay } from '../../src/ports/lake-state.js';
import { denied, throttled } from '../support/aws/aws-error.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { commit, rowsOf, type SmallLake, smallLake } from '../support/small-lake.ts';

const BUCKET = 'amzn-s3-demo-lake';
const PLACE = { bucket: BUCKET, prefix: 'audit' };
const DAY = 86_400_000;
const AT = Date.UTC(2026, 0, 9, 23, 30);
const FIRST = 'athena_events/g=0000/year=2026/month=01/day=09/b-bundle0.parquet';

let world: AwsWorld;
let lake: SmallLake;
let folder: string;
const waits: number[] = [];

/** A lake in a folder, and the same data files in S3. */
beforeEach(async () => {
  world = new AwsWorld();
  world.s3.createBucket(BUCKET);
  lake = await smallLake();
  folder = await mkdtemp(join(tmpdir(), 'data-files-'));
  waits.length = 0;
  for (let at = 0; at < 3; at++) {
    const time = AT + at * DAY;
    await commit(lake, 'athena_events', { at: time, rows: [{ event_id: `e${at}`, event_time: time }] });
  }
  await commit(lake, 'athena_query_details', {
    at: AT,
    rows: [{ query_execution_id: 'q', query_text: 'x' }],
  });
  for (const path of pathsOf(lake.days)) {
    world.s3.put(BUCKET, `audit/${path}`, await readFile(join(lake.root, path)));
  }
});

afterEach(async () => {
  expect(world.s3.openBodies()).toBe(0);
  await lake.remove();
  await rm(folder, { recursive: true });
});

const pathsOf = (days: readonly CommittedDay[]) => days.flatMap(({ files }) => files.map(({ path }) => path));

const waiting = {
  pause: async (millis: number) => void waits.push(millis),
  random: () => 1,
};

const fetch = (days: readonly CommittedDay[] = lake.days, more: object = {}) =>
  fetchDataFiles(days, folder, {
    client: world.clients.s3,
    place: PLACE,
    waiting,
    signal: new AbortController().signal,
    ...more,
  });

/** A day of sixty small files, which are there. */
function sixtyFiles(): readonly CommittedDay[] {
  const path = (at: number) => FIRST.replace('bundle0', `many${at}`);
  const files = Array.from({ length: 60 }, (_, at) => ({ path: path(at), rows: 0, bytes: 3 }));
  for (const file of files) world.s3.put(BUCKET, `audit/${file.path}`, Buffer.from('abc'));
  return [{ table: 'athena_events', day: '2026-01-09', files }];
}

/** The files below the folder. */
async function kept(): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((it) => it.isFile()).map((it) => it.name);
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error) => error.code,
  );

describe('data files that are fetched from S3', () => {
  test('answer as the lake in a folder does, table by table and through the view', async () => {
    const days = await fetch();
    expect(days).toEqual(lake.days);
    const copy = await openDuckDb({ root: folder, days });
    const local = await openDuckDb({ root: lake.root, days: lake.days });
    for (const sql of [
      'SELECT * FROM athena_events ORDER BY event_id',
      'SELECT * FROM athena_query_details',
      "SELECT event_id FROM athena_audit_logs WHERE day = '10'",
    ]) {
      const rows = await rowsOf(copy, sql);
      expect(rows.length).toBeGreaterThan(0);
      expect(rows).toEqual(await rowsOf(local, sql));
    }
    await copy.close();
    await local.close();
  });

  test('can be read by their user alone', async () => {
    await fetch();
    expect(statSync(join(folder, FIRST)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'athena_events')).mode & 0o777).toBe(0o700);
  });

  test('that are committed but not published yet are left out (protocol 4.8)', async () => {
    world.s3.remove(BUCKET, `audit/${FIRST}`);
    const days = await fetch();
    expect(pathsOf(days)).toEqual(pathsOf(lake.days).filter((path) => path !== FIRST));
    expect(existsSync(join(folder, FIRST))).toBe(false);
  });

  test('are asked of the bucket of the expected owner only', async () => {
    await fetch(lake.days, { expectedOwner: '111122223333' });
    const other = fetch(lake.days, { expectedOwner: '444455556666' });
    await expect(other).rejects.toMatchObject({
      code: 'AWS_DENIED',
      message: expect.stringContaining(`s3:GetObject on s3://${BUCKET}/audit/athena_events/`),
    });
  });

  test('sixteen side by side at most', async () => {
    const days = sixtyFiles();
    let [now, most] = [0, 0];
    const client = {
      send: async (...given: Parameters<typeof world.clients.s3.send>) => {
        most = Math.max(most, ++now);
        await new Promise(setImmediate);
        now -= 1;
        return await world.clients.s3.send(...given);
      },
    };
    await fetch(days, { client });
    expect(most).toBe(16);
    expect(await kept()).toHaveLength(60);
  });
});

describe('a data file', () => {
  test('whose body breaks off is fetched again, from its begin', async () => {
    world.fail(({ operation }) => operation === 'GetObject', { breaksAfter: 10 }, { times: 2 });
    const days = await fetch();
    expect(days).toEqual(lake.days);
    expect(waits).toHaveLength(2);
    expect(await readFile(join(folder, FIRST))).toEqual(await readFile(join(lake.root, FIRST)));
  });

  test('whose body always breaks off fails the fetch, and names it', async () => {
    const isFirst = ({ input }: { input: { readonly [member: string]: unknown } }) =>
      input['Key'] === `audit/${FIRST}`;
    world.fail(isFirst, { breaksAfter: 10 }, { times: Number.POSITIVE_INFINITY });
    await expect(fetch()).rejects.toMatchObject({
      code: 'AWS_FAILED',
      message: expect.stringContaining(`s3:GetObject on s3://${BUCKET}/audit/${FIRST}`),
    });
  });

  test.each([
    ['denied', denied, 'AWS_DENIED'],
    ['refused by a throttled bucket', throttled, 'AWS_FAILED'],
  ])('that is %s fails the fetch with its code', async (_, outcome, code) => {
    world.fail(({ operation }) => operation === 'GetObject', outcome);
    expect(await codeOf(fetch())).toBe(code);
  });

  test.each([
    ['longer', Buffer.alloc(1 << 20)],
    ['shorter', Buffer.from('x')],
  ])('that is %s than the committed one is refused', async (_, bytes) => {
    world.s3.put(BUCKET, `audit/${FIRST}`, bytes);
    await expect(fetch()).rejects.toMatchObject({
      code: 'LAKE_FORMAT',
      message: expect.stringContaining('not the file that was committed'),
    });
  });

  test.each([
    '../outside.parquet',
    'athena_events/g=0000/year=2026/month=01/day=09/b-../../../../../../outside.parquet',
    '/etc/passwd',
    'athena_events/g=0000/year=2026/month=01/day=09/b-x.parquet\0',
    'athena_events/g=0000/year=2026/month=01/../day=09/b-x.parquet',
  ])('that a tampered item calls %j is never asked for, nor written (T17)', async (path) => {
    const days = [
      { table: 'athena_events', day: '2026-01-09', files: [{ path, rows: 0, bytes: 3 }] },
    ] as const;
    expect(await codeOf(fetch(days))).toBe('LAKE_FORMAT');
    expect(world.calls).toEqual([]);
    expect(await kept()).toEqual([]);
  });
});

describe('a fetch', () => {
  test('that fails asks for no more files, and writes nothing once it has thrown', async () => {
    const days = sixtyFiles();
    world.fail(({ operation }) => operation === 'GetObject', denied);
    await expect(fetch(days)).rejects.toThrow();
    expect(world.calls).toHaveLength(16);
    const then = await kept();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await kept()).toEqual(then);
  });

  test('that is stopped throws the reason, and asks for nothing more', async () => {
    const stop = new AbortController();
    const client = {
      send: async (...given: Parameters<typeof world.clients.s3.send>) => {
        stop.abort(new Error('enough'));
        return await world.clients.s3.send(...given);
      },
    };
    await expect(fetch(lake.days, { client, signal: stop.signal })).rejects.toThrow('enough');
    const asked = world.calls.length;
    await expect(fetch(lake.days, { signal: stop.signal })).rejects.toThrow('enough');
    expect(world.calls).toHaveLength(asked);
  });

  test('into a folder that takes nothing says which one, and what to do', async () => {
    const nowhere = join(folder, 'file');
    await writeFile(nowhere, '');
    const blocked = fetchDataFiles(lake.days, nowhere, {
      client: world.clients.s3,
      place: PLACE,
      waiting,
      signal: new AbortController().signal,
    });
    await expect(blocked).rejects.toMatchObject({
      code: 'LAKE_WRITE_FAILED',
      message: expect.stringMatching(/file.*TMPDIR/s),
    });
  });
});
