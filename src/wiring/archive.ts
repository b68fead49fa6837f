import { AuditLakeError } from '../errors.js';
import type { Archive } from '../ports/archive.js';
import type { Source } from './source.js';

/** Log files of years, in folders or in S3. */
export type ArchiveSource = Extract<Source, { readonly paths: unknown } | { readonly locations: unknown }>;

/** How many folders are listed before their turn. */
const LIST_AHEAD = { local: 1, s3: 16 };

export const listAheadOf = ({ reading }: ArchiveSource): number => LIST_AHEAD[reading.kind];

/**
 * The archive that a source names, without what lies in the lake. With an S3 Inventory its survey takes the place of
 * listings. @throws AuditLakeError USAGE
 */
export async function openArchive(
  source: ArchiveSource,
  lake: string,
  inventory?: string | undefined,
): Promise<Archive> {
  if ('paths' in source) {
    if (inventory !== undefined) {
      throw new AuditLakeError('USAGE', 'an inventory is of a bucket: name the source as s3://bucket/prefix');
    }
    const { FsArchive } = await import('../adapters/local/fs-archive.js');
    return new FsArchive(source.paths, lake);
  }
  const { s3Archive } = await import('./s3-source.js');
  const { settings } = source.reading;
  const listing = s3Archive(source.locations, lake, settings);
  if (inventory === undefined) return listing;
  const { openInventory } = await import('./inventory.js');
  return openInventory({ manifest: inventory, sources: source.locations, lake, settings }, listing);
}
