import * as z from 'zod';
import { AuditLakeError } from '../../errors.js';
import { COLUMNS } from './inventory-row.js';

/** A data file of an inventory. */
export type InventoryFile = {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Hex MD5 of its bytes. */
  readonly md5: string;
};

/** What an inventory lists, and the files that it consists of. */
export type InventoryManifest = {
  /** Where it was read, for messages. */
  readonly location: string;
  /** When S3 began to make it, milliseconds since 1970; undefined where it does not tell. */
  readonly made: number | undefined;
  readonly sourceBucket: string;
  /** The bucket that S3 delivered the data files to. */
  readonly destinationBucket: string;
  readonly format: 'CSV' | 'Parquet';
  /** The columns of the data files in their order, as they are written there. */
  readonly columns: readonly string[];
  readonly files: readonly InventoryFile[];
};

/** S3 User Guide, "Locating your inventory list": what else stands there is of no use to us. */
const Shape = z.object({
  sourceBucket: z.string().min(1),
  destinationBucket: z.string().regex(/^arn:[a-z-]+:s3:::[^/:]+$/),
  creationTimestamp: z
    .string()
    .regex(/^\d{1,13}$/)
    .transform(Number)
    .optional(),
  fileFormat: z.string(),
  fileSchema: z.string(),
  files: z.array(
    z.object({ key: z.string().min(1), size: z.number().int().nonnegative(), MD5checksum: z.string() }),
  ),
});

const NEEDED = COLUMNS.slice(0, 3);

/**
 * The manifest.json of an S3 Inventory.
 * @throws AuditLakeError USAGE for anything else, for ORC, and for an inventory without keys or sizes
 */
export function parseManifest(text: string, location: string): InventoryManifest {
  const manifest = shapeOf(text, location);
  const {
    creationTimestamp: made,
    sourceBucket,
    destinationBucket,
    fileFormat,
    fileSchema,
    files,
  } = manifest;
  const format = formatOf(fileFormat, location);
  const columns = format === 'CSV' ? csvColumns(fileSchema) : parquetColumns(fileSchema);
  const missing = NEEDED.filter((name) => columnOf(columns, name) === undefined);
  if (missing.length > 0) {
    const what = `${location} lists no ${missing.join(' and no ')}: its columns are ${columns.join(', ') || 'unknown'}`;
    throw new AuditLakeError(
      'USAGE',
      `${what}. Add Size to the fields of the inventory, or leave --inventory out`,
    );
  }
  return {
    ...{ location, made, sourceBucket, format, columns },
    destinationBucket: destinationBucket.slice(destinationBucket.lastIndexOf(':') + 1),
    files: files.map(({ key, size, MD5checksum }) => ({ key, size, md5: MD5checksum.toLowerCase() })),
  };
}

/** The name in a file of what {@link COLUMNS} calls `name`: `StorageClass` is `storage_class` in Parquet. */
export function columnOf(columns: readonly string[], name: string): string | undefined {
  return columns.find((column) => column.replaceAll('_', '').toLowerCase() === name.toLowerCase());
}

function shapeOf(text: string, location: string): z.infer<typeof Shape> {
  try {
    return Shape.parse(JSON.parse(text));
  } catch (error) {
    const message = `${location} is no manifest of an S3 Inventory. Name the manifest.json that S3 wrote`;
    throw new AuditLakeError('USAGE', message, error);
  }
}

function formatOf(fileFormat: string, location: string): InventoryManifest['format'] {
  if (fileFormat === 'CSV' || fileFormat === 'Parquet') return fileFormat;
  const next = 'Choose CSV or Parquet in the inventory configuration of the bucket and wait for the next one';
  throw new AuditLakeError(
    'USAGE',
    `${location} is an inventory in ${fileFormat}, which we do not read. ${next}`,
  );
}

/** `Bucket, Key, VersionId, Size` */
function csvColumns(schema: string): readonly string[] {
  return schema.split(',').map((name) => name.trim());
}

/** `message s3.inventory { required binary bucket (UTF8); optional int64 size; }` */
function parquetColumns(schema: string): readonly string[] {
  return [...schema.matchAll(/\b(?:required|optional)\s+\w+\s+(\w+)/g)].map(([, name = '']) => name);
}
