import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AuditLakeError, messageOf } from '../errors.js';

/** Where the demo keeps its trail, its lake and its query history. */
export type DemoFolder = {
  readonly trail: string;
  readonly lake: string;
  readonly history: string;
  /** Writes the objects of a trail, and the query history beside it. */
  write(
    files: readonly { readonly key: string; readonly bytes: Uint8Array }[],
    history: unknown,
  ): Promise<void>;
};

const MARK = '.audit-lake-demo';

/**
 * The folder of the demo, emptied of what an earlier demo left. A folder that holds a `trail` or `lake` of somebody
 * else is left alone. @throws AuditLakeError USAGE, LAKE_WRITE_FAILED
 */
export async function demoFolder(out: string): Promise<DemoFolder> {
  if (out === '') throw new AuditLakeError('USAGE', '--out is empty: name a folder');
  const folder = {
    trail: join(out, 'trail'),
    lake: join(out, 'lake'),
    history: join(out, 'query-history.json'),
  };
  const own = existsSync(join(out, MARK));
  if (!own && Object.values(folder).some((path) => existsSync(path))) {
    throw new AuditLakeError('USAGE', `${out} holds a trail or a lake that no demo made: name another --out`);
  }
  try {
    await rm(folder.trail, { recursive: true, force: true });
    await rm(folder.lake, { recursive: true, force: true });
    await mkdir(out, { recursive: true });
    await writeFile(join(out, MARK), 'Made by `audit-lake demo`, which may replace it.\n');
  } catch (error) {
    throw new AuditLakeError('LAKE_WRITE_FAILED', `cannot write to ${out}: ${messageOf(error)}`, error);
  }
  return { ...folder, write: (files, history) => write(folder, files, history) };
}

async function write(
  folder: { readonly trail: string; readonly history: string },
  files: Parameters<DemoFolder['write']>[0],
  history: unknown,
): Promise<void> {
  for (const { key, bytes } of files) {
    const path = join(folder.trail, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  await writeFile(folder.history, `${JSON.stringify(history, null, 1)}\n`);
}
