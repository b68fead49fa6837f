import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { urlEncoded } from './aws/s3-listing.ts';
import { numbersFrom } from './chunks.ts';

/** A version of an object, as an inventory tells of it. */
export type InventoryEntry = {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly storageClass?: string;
  readonly tier?: string;
  /** Only in an inventory of all versions. */
  readonly isLatest?: boolean;
  readonly isDeleteMarker?: boolean;
};

export type InventoryShape = {
  readonly format: 'CSV' | 'Parquet';
  readonly bucket: string;
  /** Where S3 delivers it. */
  readonly destination?: string;
  /** Whether it lists all versions. */
  readonly versions?: boolean;
  /** Columns that were not chosen in its configuration. */
  readonly without?: readonly string[];
  readonly rowsPerFile?: number;
  /** Rows of one row group of Parquet. */
  readonly rowsPerGroup?: number;
};

/** Takes a file of an inventory; `key` is the one that S3 would give it. */
export type Put = (key: string, bytes: Uint8Array) => void | Promise<void>;

type Kind = 'text' | 'number' | 'time' | 'flag';
type Column = readonly [csv: string, parquet: string, kind: Kind, value: (entry: InventoryEntry) => unknown];

const DELIVERED = Date.UTC(2026, 0, 9, 3, 4, 5);

/** In the order in which S3 writes them. */
const COLUMNS: readonly Column[] = [
  ['Bucket', 'bucket', 'text', () => undefined],
  ['Key', 'key', 'text', ({ key }) => key],
  ['VersionId', 'version_id', 'text', ({ etag }) => etag.slice(0, 8)],
  ['IsLatest', 'is_latest', 'flag', ({ isLatest = true }) => isLatest],
  ['IsDeleteMarker', 'is_delete_marker', 'flag', ({ isDeleteMarker = false }) => isDeleteMarker],
  ['Size', 'size', 'number', ({ size, isDeleteMarker }) => (isDeleteMarker ? undefined : size)],
  ['LastModifiedDate', 'last_modified_date', 'time', () => DELIVERED],
  ['ETag', 'e_tag', 'text', ({ etag, isDeleteMarker }) => (isDeleteMarker ? undefined : etag)],
  ['StorageClass', 'storage_class', 'text', ({ storageClass = 'STANDARD' }) => storageClass],
  ['IsMultipartUploaded', 'is_multipart_uploaded', 'flag', () => false],
  ['EncryptionStatus', 'encryption_status', 'text', () => 'SSE-S3'],
  ['IntelligentTieringAccessTier', 'intelligent_tiering_access_tier', 'text', ({ tier }) => tier],
];
const OF_VERSIONS = ['VersionId', 'IsLatest', 'IsDeleteMarker'];

/**
 * Makes an inventory of these entries as S3 writes it, file by file, and gives the key of its manifest.json. Holds
 * the rows of one data file.
 */
export async function makeInventory(
  entries: Iterable<InventoryEntry>,
  shape: InventoryShape,
  put: Put,
): Promise<string> {
  const { format, bucket, destination = 'amzn-s3-demo-inventory', rowsPerFile = 250_000 } = shape;
  const columns = columnsOf(shape);
  const root = `inventory/${bucket}/all`;
  const files: { key: string; size: number; MD5checksum: string }[] = [];
  for (const rows of inParts(entries, rowsPerFile)) {
    const bytes = format === 'CSV' ? csvFile(rows, columns, shape) : parquetFile(rows, columns, shape);
    const key = `${root}/data/part-${files.length}.${format === 'CSV' ? 'csv.gz' : 'parquet'}`;
    await put(key, bytes);
    files.push({ key, size: bytes.length, MD5checksum: createHash('md5').update(bytes).digest('hex') });
  }
  const manifestKey = `${root}/2026-01-10T01-00Z/manifest.json`;
  const manifest = {
    sourceBucket: bucket,
    destinationBucket: `arn:aws:s3:::${destination}`,
    version: '2016-11-30',
    creationTimestamp: String(DELIVERED),
    fileFormat: format,
    fileSchema: schemaText(columns, format),
    files,
  };
  await put(manifestKey, Buffer.from(JSON.stringify(manifest, null, 2)));
  return manifestKey;
}

function columnsOf({ versions = false, without = [] }: InventoryShape): readonly Column[] {
  return COLUMNS.filter(([name]) => !without.includes(name) && (versions || !OF_VERSIONS.includes(name)));
}

function* inParts(entries: Iterable<InventoryEntry>, size: number): Generator<InventoryEntry[]> {
  let part: InventoryEntry[] = [];
  for (const entry of entries) {
    part.push(entry);
    if (part.length < size) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

function schemaText(columns: readonly Column[], format: InventoryShape['format']): string {
  if (format === 'CSV') return columns.map(([name]) => name).join(', ');
  const types = { text: 'binary', number: 'int64', time: 'int64', flag: 'boolean' };
  const notes = { text: ' (STRING)', number: '', time: ' (TIMESTAMP(MILLIS,true))', flag: '' };
  const fields = columns.map(([, name, kind]) => `${repetition(name)} ${types[kind]} ${name}${notes[kind]};`);
  return `message s3.inventory {  ${fields.join('  ')}}`;
}

const repetition = (name: string) => (name === 'bucket' || name === 'key' ? 'required' : 'optional');

function csvFile(
  entries: readonly InventoryEntry[],
  columns: readonly Column[],
  { bucket }: InventoryShape,
): Buffer {
  const pieces: Buffer[] = [];
  for (const part of inParts(entries, 10_000)) {
    const lines = part.map((entry) => `${columns.map((it) => csvCell(it, entry, bucket)).join(',')}\n`);
    pieces.push(Buffer.from(lines.join('')));
  }
  return gzipSync(Buffer.concat(pieces), { level: 1 });
}

function csvCell([name, , kind, value]: Column, entry: InventoryEntry, bucket: string): string {
  if (name === 'Bucket') return `"${bucket}"`;
  if (name === 'Key') return `"${urlEncoded(entry.key)}"`;
  const cell = value(entry) ?? '';
  return `"${kind === 'time' ? new Date(Number(cell)).toISOString() : cell}"`;
}

function parquetFile(
  entries: readonly InventoryEntry[],
  columns: readonly Column[],
  { bucket, rowsPerGroup = 50_000 }: InventoryShape,
): Uint8Array {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema: parquetSchema(columns), createdBy: 'parquet-mr' });
  const columnData = columns.map(([, name, kind, value]) => ({
    name,
    data: entries.map((entry) => (name === 'bucket' ? bucket : parquetCell(kind, value(entry)))),
    offsetIndex: false,
  }));
  parquet.write({ columnData, rowGroupSize: rowsPerGroup });
  parquet.finish();
  return writer.getBytes().slice();
}

function parquetCell(kind: Kind, value: unknown) {
  if (value === undefined) return null;
  return kind === 'number' || kind === 'time' ? BigInt(Number(value)) : value;
}

function parquetSchema(columns: readonly Column[]) {
  const elements = columns.map(([, name, kind]) => ({
    name,
    repetition_type: repetition(name) === 'required' ? ('REQUIRED' as const) : ('OPTIONAL' as const),
    ...PARQUET_TYPES[kind],
  }));
  return [{ name: 's3.inventory', num_children: columns.length }, ...elements];
}

const PARQUET_TYPES = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  number: { type: 'INT64' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  flag: { type: 'BOOLEAN' },
} as const;

export type LogFileSpread = {
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
  readonly days?: number;
  readonly seed?: number;
};

const FIRST_DAY = Date.UTC(2024, 0, 1);
const DAY = 86_400_000;

/**
 * `count` log files of an organization's archive in the order of their keys, evenly over accounts, Regions and days
 * from 2024-01-01 on: the same ones each time, and one at a time.
 */
export function* logFileEntries(count: number, spread: LogFileSpread = {}): Generator<InventoryEntry> {
  const { accounts = ['111122223333', '123456789012', '444455556666'], days = 730, seed = 1 } = spread;
  const { regions = ['eu-central-1', 'us-east-1'] } = spread;
  const random = numbersFrom(seed);
  const slices = accounts.length * regions.length * days;
  for (let n = 0; n < count; n++) {
    const slice = Math.floor((n * slices) / count);
    const date = new Date(FIRST_DAY + (slice % days) * DAY).toISOString().slice(0, 10);
    const region = regions[Math.floor(slice / days) % regions.length] ?? '';
    const account = accounts[Math.floor(slice / days / regions.length)] ?? '';
    const folder = `AWSLogs/o-exampleorgid/${account}/CloudTrail/${region}/${date.replaceAll('-', '/')}`;
    const stamp = `${date.replaceAll('-', '')}T${twoDigits(random() * 24)}${twoDigits(random() * 60)}Z`;
    const unique = `${hex(random)}${hex(random)}`;
    yield {
      key: `${folder}/${account}_CloudTrail_${region}_${stamp}_${unique}.json.gz`,
      size: 1_000 + Math.floor(random() * 20_000),
      etag: `${unique}${hex(random)}${hex(random)}`,
    };
  }
}

const twoDigits = (number: number) => String(Math.floor(number)).padStart(2, '0');
const hex = (random: () => number) =>
  Math.floor(random() * 0x1_0000_0000)
    .toString(16)
    .padStart(8, '0');
