import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDuckDb } from '../../src/adapters/local/duckdb-query-engine.js';
import { quietSdk } from '../../src/config.js';
import type { QueryEngine } from '../../src/ports/query-engine.js';
import { type EngineTarget, type FetchNews, openEngine } from '../../src/wiring/engine.js';
import { denied } from '../support/aws/aws-error.ts';
import { type AwsServer, startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { commitInS3 } from '../support/lake-in-s3.ts';
import { commit, rowsOf, type SmallLake, smallLake } from '../support/small-lake.ts';

const BUCKET = 'amzn-s3-demo-lake';
const LAKE = `s3://${BUCKET}/audit`;
const TABLE = 'audit-lake-state';
const DAY = 86_400_000;
const AT = Date.UTC(2026, 0, 9, 23, 30);
const EVENTS = 'SELECT event_id, event_time, year, day FROM athena_audit_logs ORDER BY event_id';

quietSdk();

let world: AwsWorld;
let server: AwsServer;
let lake: SmallLake;
let temporary: string;
let news: FetchNews[];
let engine: QueryEngine | undefined;

/** A lake in a folder, and one of the same rows in S3 and DynamoDB, behind the real SDK. */
beforeEach(async () => {
  world = new AwsWorld();
  world.s3.createBucket(BUCKET);
  world.dynamodb.createTable(TABLE);
  server = await startAwsServer(world);
  lake = await smallLake();
  temporary = await mkdtemp(join(tmpdir(), 'engine-'));
  news = [];
  vi.stubEnv('TMPDIR', temporary);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
  for (let at = 0; at < 3; at++) {
    const time = AT + at * DAY;
    await commit(lake, 'athena_events', { at: time, rows: [{ event_id: `e${at}`, event_time: time }] });
  }
  await commit(lake, 'cloudtrail_events', { at: AT, rows: [{ event_id: 'c', event_time: AT }] });
  await commitInS3(world, lake, { bucket: BUCKET, prefix: 'audit', table: TABLE });
});

afterEach(async () => {
  await engine?.close();
  engine = undefined;
  expect(await readdir(temporary)).toEqual([]);
  vi.unstubAllEnvs();
  await server.close();
  await lake.remove();
  await rm(temporary, { recursive: true });
});

async function open(
  sql: string,
  more: { signal?: AbortSignal; stateTable?: string } = {},
): Promise<QueryEngine> {
  const { signal = new AbortController().signal, stateTable = TABLE } = more;
  const target: EngineTarget = {
    kind: 'duckdb over a copy',
    lake: LAKE,
    stateTable,
    region: 'eu-west-1',
    endpointUrl: server.endpoint,
  };
  engine = await openEngine(target, { sql, signal, tell: (it) => void news.push(it) });
  return engine;
}

const asked = () => world.calls.filter(({ operation }) => operation === 'GetObject');

describe('DuckDB over a lake in S3', () => {
  test('answers as over the same lake in a folder', async () => {
    const local = await openDuckDb({ root: lake.root, days: lake.days });
    const rows = await rowsOf(await open(EVENTS), EVENTS);
    expect(rows).toHaveLength(3);
    expect(rows).toEqual(await rowsOf(local, EVENTS));
    await local.close();
  });

  test('fetches the tables that the question names, and tells how much that is', async () => {
    await open(EVENTS);
    expect(asked().map(({ input }) => String(input['Key']).split('/')[1])).toEqual(
      Array.from({ length: 3 }, () => 'athena_events'),
    );
    const bytes = lake.days.slice(0, 3).reduce((sum, { files }) => sum + (files[0]?.bytes ?? 0), 0);
    expect(news).toEqual([
      { kind: 'begins', files: 3, bytes },
      { kind: 'ended', files: 3, missing: 0 },
    ]);
  });

  test('tells of members that are committed but not there yet, and answers without them', async () => {
    world.s3.remove(BUCKET, `audit/${lake.days[1]?.files[0]?.path}`);
    const rows = await rowsOf(await open(EVENTS), EVENTS);
    expect(rows.map(([id]) => id)).toEqual(['e0', 'e2']);
    expect(news[1]).toEqual({ kind: 'ended', files: 2, missing: 1 });
  });

  test('keeps its copy in one private folder, and removes it when it is closed', async () => {
    const opened = await open(EVENTS);
    const folders = (await readdir(temporary)).filter((name) => name.startsWith('audit-lake-copy-'));
    expect(folders).toHaveLength(1);
    const file = join(temporary, folders[0] ?? '', lake.days[0]?.files[0]?.path ?? '');
    expect(await readFile(file)).toEqual(await readFile(join(lake.root, lake.days[0]?.files[0]?.path ?? '')));
    await opened.close();
    engine = undefined;
    expect(await readdir(temporary)).toEqual([]);
  });

  test('leaves nothing behind when the fetch is denied', async () => {
    world.fail(({ operation }) => operation === 'GetObject', denied);
    await expect(open(EVENTS)).rejects.toMatchObject({ code: 'AWS_DENIED' });
    expect(await readdir(temporary)).toEqual([]);
  });

  test('leaves nothing behind when it is stopped', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(open(EVENTS, { signal: stop.signal })).rejects.toThrow('enough');
    expect(asked()).toEqual([]);
  });

  test('says that there is no lake where no table holds its state', async () => {
    await expect(open(EVENTS, { stateTable: 'other' })).rejects.toMatchObject({
      code: 'LAKE_MISSING',
      message: expect.stringMatching(new RegExp(`${LAKE}.*other`)),
    });
  });
});
