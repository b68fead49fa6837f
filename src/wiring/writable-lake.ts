import type { CommitPorts } from '../jobs/commit-bundle.js';
import { type BundleSize, FULL } from '../jobs/open-bundle.js';
import type { Kept } from '../lake/lake-file.js';
import type { KnownQueries } from '../ports/known-queries.js';
import type { OpenQueries } from '../ports/open-queries.js';
import type { SliceProgress } from '../ports/slice-progress.js';
import type { CatalogSettings } from './catalog.js';
import type { Registered } from './register-now.js';
import { S3_BATCH_FILES, S3_BUNDLE } from './s3-bundle.js';
import type { S3LakeSettings } from './s3-lake.js';

/** The lake that is written to. */
export type LakeTarget =
  | { readonly kind: 'folder'; readonly lake: string; readonly lockWaitSeconds: number }
  | ({ readonly kind: 's3' } & S3LakeSettings & CatalogSettings);

/** A lake that may be written to, until it is released. */
export type WritableLake = {
  readonly ports: CommitPorts;
  /** The queries that are asked about again. */
  readonly queries: OpenQueries;
  /** What was learned of queries. */
  readonly known: KnownQueries;
  /** How far backfills are. */
  readonly progress: SliceProgress;
  /** Lets what engines see catch up with what was committed. */
  readonly follow: () => Promise<void>;
  readonly release: () => Promise<void>;
};

export type OpenLakeOptions = Kept & {
  readonly dryRun: boolean;
  readonly isStopped: () => boolean;
  /** Talk for people, a line at a time. */
  readonly say: (text: string) => void;
  /** What became of the catalog of a lake in S3 at the end. */
  readonly tellRegistered: (registered: Registered) => void;
};

/** How many log files a lane takes at once; undefined where nothing limits them. */
export function batchOf({ kind }: LakeTarget): number | undefined {
  return kind === 'folder' ? undefined : S3_BATCH_FILES;
}

/** How large the bundles of a lake are. */
export function bundleSizeOf({ kind }: LakeTarget): BundleSize {
  return kind === 'folder' ? FULL : S3_BUNDLE;
}

/**
 * Opens a lake for an ingest, making what is missing; a dry run reads what is there and makes nothing.
 * @throws AuditLakeError of disposition `stop`
 */
export async function openLake(target: LakeTarget, options: OpenLakeOptions): Promise<WritableLake> {
  if (target.kind === 's3') {
    const { openS3LakeForDryRun, openS3LakeForWriting } = await import('./s3-lake-writing.js');
    return options.dryRun ? openS3LakeForDryRun(target, options) : openS3LakeForWriting(target, options);
  }
  const { openLakeForDryRun, openLakeForWriting } = await import('./local.js');
  const { lake, lockWaitSeconds: waitSeconds } = target;
  return options.dryRun
    ? openLakeForDryRun(lake, options)
    : openLakeForWriting(lake, { ...options, waitSeconds });
}
