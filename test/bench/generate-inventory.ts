import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { logFileEntries, makeInventory } from '../support/inventory-files.ts';

/** Raised whenever the generator writes other bytes. */
const GENERATOR_VERSION = 1;

/** An S3 Inventory in a folder: its manifest.json, and the bucket that it tells of. */
export type BenchInventory = { readonly manifest: string; readonly bucket: string };

/** An inventory of so many log files: from the cache in the temporary folder, else written now. */
export async function benchInventory(files: number, format: 'CSV' | 'Parquet'): Promise<BenchInventory> {
  const bucket = 'amzn-s3-demo-bucket';
  const name = `inventory-v${GENERATOR_VERSION}-${format.toLowerCase()}-${files}`;
  const home = join(tmpdir(), 'audit-lake-bench', name);
  const done = join(home, 'manifest-key');
  if (existsSync(done)) return { manifest: join(home, readFileSync(done, 'utf8')), bucket };
  await rm(home, { recursive: true, force: true });
  const key = await makeInventory(logFileEntries(files), { format, bucket }, async (path, bytes) => {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), bytes);
  });
  await writeFile(`${done}.new`, key);
  await rename(`${done}.new`, done);
  return { manifest: join(home, key), bucket };
}
