import { existsSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArchiveEndpoint, AWS_ENV, archiveEndpoint, LAKE, TRAIL } from './archive-endpoint.ts';
import type { ArchiveShape } from './archive-shape.ts';
import { type ArchiveTruth, truthOfArchive } from './archive-truth.ts';
import { archiveOf } from './generate-archive.ts';
import { folderLakeContents, type LakeContents, NO_LAKE } from './lake-contents.ts';
import { writeIntoFolder } from './write-archive.ts';

/** An archive somewhere, and lakes to be made of it: where a backfill is killed. */
export type KillScene = {
  readonly truth: ArchiveTruth;
  /** Of the log files, as the ledger names them. */
  readonly bucket: string;
  readonly source: string;
  readonly env: { readonly [name: string]: string };
  /** Arguments that name a lake and where it is. The same number is the same lake. */
  readonly place: (lake: number) => readonly string[];
  /** Nothing where the lake has not been begun. */
  readonly contents: (lake: number) => Promise<LakeContents>;
  /** Log files read from the source so far; undefined where nobody counts. */
  readonly reads: () => Promise<number | undefined>;
  /** When data files were made, milliseconds since 1970; undefined where nobody knows. */
  readonly dataFiles: (lake: number) => ReadonlyMap<string, number> | undefined;
  /** The most log files that lie in open bundles, of two workers: what a kill may cost. */
  readonly openFiles: number;
  readonly end: () => Promise<void>;
};

/**
 * A bundle of a lake in a folder: 2,000 log files, read ahead as many again, on two cores. Of one in S3: what a
 * transaction holds, in four lanes a core.
 */
const OPEN_FILES = { folder: 2 * 2 * 2_000, bucket: 2 * 4 * 99 };

/** Archive and lake in folders. */
export function folderScene(shape: ArchiveShape): KillScene {
  const root = mkdtempSync(join(tmpdir(), 'backfill-kill-'));
  const source = join(root, 'archive');
  writeIntoFolder(archiveOf(shape), source);
  return {
    truth: truthOfArchive(archiveOf(shape), 'folder'),
    bucket: 'file',
    source,
    env: {},
    ...lakesIn(root),
    reads: async () => undefined,
    end: () => rm(root, { recursive: true }),
  };
}

/** The archive behind an endpoint, the lake in a folder. */
export async function endpointScene(shape: ArchiveShape): Promise<KillScene> {
  const root = mkdtempSync(join(tmpdir(), 'backfill-kill-'));
  const aws = await archiveEndpoint({ shape });
  const { place, ...lakes } = lakesIn(root);
  const end = async () => {
    aws.end();
    await rm(root, { recursive: true });
  };
  return { ...behind(aws, shape), ...lakes, place: (lake) => [...place(lake), ...at(aws)], end };
}

/** Archive, lake and ledger behind an endpoint. */
export async function bucketScene(shape: ArchiveShape): Promise<KillScene> {
  const aws = await archiveEndpoint({ shape });
  const table = (lake: number) => `audit-lake-state-${lake}`;
  const root = (lake: number) => `s3://${LAKE}/audit-${lake}`;
  return {
    ...behind(aws, shape),
    place: (lake) => [
      ...['--lake', root(lake), '--state-table', table(lake), '--database', `audit_lake_${lake}`],
      ...at(aws),
    ],
    contents: (lake) => aws.lake({ prefix: `audit-${lake}`, table: table(lake) }),
    dataFiles: () => undefined,
    openFiles: OPEN_FILES.bucket,
    end: async () => aws.end(),
  };
}

const at = ({ endpoint }: ArchiveEndpoint) => ['--endpoint-url', endpoint];

const behind = (aws: ArchiveEndpoint, shape: ArchiveShape) => ({
  truth: truthOfArchive(archiveOf(shape), 'bucket'),
  bucket: TRAIL,
  source: `s3://${TRAIL}`,
  env: AWS_ENV,
  reads: async () => (await aws.calls(TRAIL)).reads,
});

function lakesIn(root: string): Pick<KillScene, 'place' | 'contents' | 'dataFiles' | 'openFiles'> {
  const folder = (lake: number) => join(root, `lake-${lake}`);
  return {
    openFiles: OPEN_FILES.folder,
    place: (lake) => ['--lake', folder(lake)],
    contents: async (lake) =>
      existsSync(join(folder(lake), '_meta/lake.json')) ? await folderLakeContents(folder(lake)) : NO_LAKE,
    dataFiles: (lake) => {
      if (!existsSync(folder(lake))) return new Map();
      const paths = readdirSync(folder(lake), { recursive: true, encoding: 'utf8' });
      const parquet = paths
        .filter((path) => path.endsWith('.parquet'))
        .map((path) => join(folder(lake), path));
      return new Map(parquet.map((path) => [path, statSync(path).mtimeMs]));
    },
  };
}
