import { basename, dirname, resolve } from 'node:path';
import { S3InventoryFiles } from '../adapters/aws/s3-inventory-files.js';
import { folderOf, mustBePlace, parsePlace, type S3Place } from '../adapters/aws/s3-place.js';
import { InventoryArchive } from '../adapters/inventory/inventory-archive.js';
import { type InventoryManifest, parseManifest } from '../adapters/inventory/inventory-manifest.js';
import type { InventoryPlace } from '../adapters/inventory/inventory-places.js';
import { FsInventoryFiles } from '../adapters/local/fs-inventory-files.js';
import { AuditLakeError } from '../errors.js';
import type { Archive } from '../ports/archive.js';
import type { InventoryFiles } from '../ports/inventory-files.js';
import type { AwsSettings } from './client-options.js';
import { realTime } from './real-time.js';
import { s3Client } from './s3-lake.js';

export type InventoryOptions = {
  /** Its manifest.json: `s3://bucket/key` or a path. */
  readonly manifest: string;
  /** `s3://` places of log files: what the inventory knows below them is surveyed. */
  readonly sources: readonly string[];
  readonly lake: string;
  readonly settings: AwsSettings;
};

/** No manifest of an inventory is as large: it has a line or five for each data file. */
const MOST_MANIFEST_BYTES = 64 << 20;

/**
 * The archive that an S3 Inventory lists. Single slices are listed as they are now.
 * @throws AuditLakeError USAGE for no manifest, one that we cannot read or whose bucket is not that of the sources;
 *   READ_FAILED, AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
 */
export async function openInventory(
  options: InventoryOptions,
  listing: Pick<Archive, 'list'>,
): Promise<Archive> {
  const { manifest: location, sources, lake, settings } = options;
  const { name, filesIn } = location.startsWith('s3://') ? inS3(location, settings) : inFolder(location);
  const manifest = parseManifest(await textOf(filesIn().read(name), location), location);
  const places = sources.map((source) => placeIn(manifest, source));
  const lakePlace = parsePlace(lake);
  const isThere = lakePlace?.bucket === manifest.sourceBucket;
  return new InventoryArchive({
    ...{ manifest, places, listing },
    files: filesIn(manifest.destinationBucket),
    lake: lakePlace && isThere ? folderOf(lakePlace.prefix) : undefined,
  });
}

type Manifest = {
  readonly name: string;
  /** The files in the bucket that the manifest tells; first of all those where it lies itself. */
  readonly filesIn: (bucket?: string) => InventoryFiles;
};

/** The account that owns the bucket of inventories need not be the one that owns the log files. */
function inS3(location: string, settings: AwsSettings): Manifest {
  const place = mustBePlace(location);
  const client = s3Client(settings);
  const filesIn = (bucket = place.bucket) => new S3InventoryFiles({ client, bucket, waiting: realTime });
  return { name: place.prefix, filesIn };
}

function inFolder(location: string): Manifest {
  const path = resolve(location);
  const files = new FsInventoryFiles(dirname(path));
  return { name: basename(path), filesIn: () => files };
}

/** @throws AuditLakeError USAGE */
function placeIn({ sourceBucket, location }: InventoryManifest, source: string): InventoryPlace {
  const { bucket, prefix }: S3Place = mustBePlace(source);
  const folder = folderOf(prefix);
  if (bucket === sourceBucket) return { folder, object: folder === prefix ? undefined : prefix };
  const message = `${location} is the inventory of s3://${sourceBucket}, and the source is ${source}`;
  throw new AuditLakeError(
    'USAGE',
    `${message}. Name a source in that bucket, or an inventory of s3://${bucket}`,
  );
}

async function textOf(bytes: AsyncIterable<Uint8Array>, location: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of bytes) {
    pieces.push(piece);
    size += piece.length;
    if (size > MOST_MANIFEST_BYTES) {
      throw new AuditLakeError('USAGE', `${location} is too large to be a manifest.json of an S3 Inventory`);
    }
  }
  return Buffer.concat(pieces).toString();
}
