import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Share } from './generate-worker.ts';
import { BENCH_TRAIL, type TrailSpec } from './trail.ts';
import type { TrailSize } from './write-log-file.ts';

/** Raised whenever the generator writes other bytes for the same seed. */
const GENERATOR_VERSION = 1;

const NOTHING: TrailSize = { files: 0, records: 0, athenaRecords: 0, compressed: 0, inflated: 0 };

const add = (a: TrailSize, b: TrailSize): TrailSize => ({
  files: a.files + b.files,
  records: a.records + b.records,
  athenaRecords: a.athenaRecords + b.athenaRecords,
  compressed: a.compressed + b.compressed,
  inflated: a.inflated + b.inflated,
});

const WORKER = fileURLToPath(new URL('./generate-worker.ts', import.meta.url));

/** A child process rather than a thread: tsx compiles TypeScript in the one and not in the other. */
const runShare = (share: Share): Promise<readonly TrailSize[]> =>
  new Promise((resolve, reject) => {
    const child = fork(WORKER);
    child.once('message', (sizes) => resolve(sizes as TrailSize[]));
    child.once('exit', (code) => reject(new Error(`the generator ended with exit code ${code}`)));
    child.send(share);
  });

/** Writes an organization trail in the real key layout, on every core. */
export const writeTrail = async (spec: TrailSpec): Promise<TrailSize> => {
  const threads = Math.min(availableParallelism(), spec.files);
  const shares = Array.from({ length: threads }, (_, first) => runShare({ spec, first, step: threads }));
  return (await Promise.all(shares)).flat().reduce(add, NOTHING);
};

/** A trail on disk, with what it holds. */
export type Trail = { readonly folder: string; readonly size: TrailSize; readonly seconds: number };

/** The benchmark's trail of that size: from the cache in the temporary folder, else written now. */
export const benchTrail = async (files: number, recordsPerFile: number): Promise<Trail> => {
  const name = `trail-v${GENERATOR_VERSION}-${BENCH_TRAIL.seed}-${files}x${recordsPerFile}`;
  const home = join(tmpdir(), 'audit-lake-bench', name);
  const folder = join(home, 'trail');
  const done = join(home, 'size.json');
  if (existsSync(done))
    return { folder, size: JSON.parse(readFileSync(done, 'utf8')) as TrailSize, seconds: 0 };

  await rm(home, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const began = performance.now();
  const size = await writeTrail({ ...BENCH_TRAIL, folder, files, recordsPerFile });
  const seconds = (performance.now() - began) / 1000;
  await writeFile(`${done}.new`, JSON.stringify(size));
  await rename(`${done}.new`, done);
  return { folder, size, seconds };
};
