import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchDataFiles } from '../adapters/aws/s3-data-files.js';
import { mustBePlace } from '../adapters/aws/s3-place.js';
import { openDuckDb } from '../adapters/local/duckdb-query-engine.js';
import { askedTables } from '../lake/asked-tables.js';
import type { CommittedDay } from '../ports/lake-state.js';
import type { QueryEngine } from '../ports/query-engine.js';
import { orLakeMissing } from './missing-lake.js';
import { realTime } from './real-time.js';
import { mustBeOurs, type S3LakeSettings, s3Client, s3Lake } from './s3-lake.js';

/** What is told of a fetch: at its begin, how much it is, and at its end, how many files were not there yet. */
export type FetchNews =
  | { readonly kind: 'begins'; readonly files: number; readonly bytes: number }
  | { readonly kind: 'ended'; readonly files: number; readonly missing: number };

export type FetchOptions = {
  /** Decides which tables are fetched: the engine answers this question and no other. */
  readonly sql: string;
  readonly tell: (news: FetchNews) => void;
  readonly signal: AbortSignal;
  /** Of DuckDB, such as `1GB`: beyond it, it spills to the disk. Most of the machine where nothing is said. */
  readonly memoryLimit?: string;
};

/**
 * DuckDB over a copy of those data files of a lake in S3 that a question may need, in a folder of this user alone,
 * which goes when the engine is closed.
 * @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT, LAKE_WRITE_FAILED, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function openS3DuckDb(settings: S3LakeSettings, options: FetchOptions): Promise<QueryEngine> {
  const listed = await committedDays(settings, options.sql);
  const root = await mkdtemp(join(tmpdir(), 'audit-lake-copy-'));
  const remove = () => rm(root, { recursive: true, force: true });
  try {
    const days = await fetched(listed, { root, settings, options });
    const { memoryLimit } = options;
    const engine = await openDuckDb({ root, days, ...(memoryLimit !== undefined && { memoryLimit }) });
    return {
      query: (sql) => engine.query(sql),
      close: () => engine.close().finally(remove),
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function committedDays(settings: S3LakeSettings, sql: string): Promise<readonly CommittedDay[]> {
  const lake = s3Lake(settings);
  const read = async () => {
    await mustBeOurs(lake);
    return Promise.all(askedTables(sql).map((table) => lake.state.committedList(table)));
  };
  try {
    return (await orLakeMissing(settings, read)).flat();
  } finally {
    lake.close();
  }
}

type Fetch = { readonly root: string; readonly settings: S3LakeSettings; readonly options: FetchOptions };

async function fetched(days: readonly CommittedDay[], { root, settings, options }: Fetch) {
  const { tell, signal } = options;
  const place = mustBePlace(settings.lake);
  const client = s3Client(settings);
  const before = filesOf(days);
  tell({ kind: 'begins', files: before.length, bytes: before.reduce((sum, { bytes }) => sum + bytes, 0) });
  try {
    const expectedOwner = settings.lakeOwner;
    const there = await fetchDataFiles(days, root, {
      client,
      place,
      expectedOwner,
      waiting: realTime,
      signal,
    });
    const files = filesOf(there).length;
    tell({ kind: 'ended', files, missing: before.length - files });
    return there;
  } finally {
    client.destroy();
  }
}

const filesOf = (days: readonly CommittedDay[]) => days.flatMap(({ files }) => files);
