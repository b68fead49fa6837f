import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Cell, Column, Group, Row } from '../datasets/column.js';
import { SCHEMA_VERSION } from '../datasets/columns.js';
import type { TextMode } from '../datasets/text-privacy.js';
import type { Table } from './tables.js';

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];
type ColumnSource = Parameters<ParquetWriter['write']>[0]['columnData'][number];

/** gzip level of data pages: 4 is a third faster than 6 for 3 % more bytes (npm run bench). */
const GZIP_LEVEL = 4;
/** Bounds in statistics are cut to this length: 32 hex digits of an address must fit. */
const STATISTICS_BYTES = 40;

/** A finished data file, in memory. */
export type DataFile = {
  readonly bytes: Uint8Array;
  readonly rows: number;
  /** Hex SHA-256 of the bytes. */
  readonly sha256: string;
  /** Sum modulo 2^64 of the hashes of its rows, 16 hex digits, whatever their order. */
  readonly rowHashSum: string;
};

/**
 * Writes rows of one table into one Parquet file: every file carries the full, closed schema, GZIP pages,
 * timestamps as INT64 milliseconds UTC. Holds the rows of one call and the compressed bytes so far.
 */
export class DataFileWriter {
  readonly #table: Table;
  readonly #bytes = new ByteWriter();
  readonly #parquet: ParquetWriter;
  #rows = 0;
  #hashSum = 0n;

  /** `textMode`: how its query texts are kept, told in its metadata. */
  constructor(table: Table, textMode: TextMode = 'full') {
    this.#table = table;
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: parquetSchema(table.columns),
      codec: 'GZIP',
      compressors: { GZIP: (page) => gzipSync(page, { level: GZIP_LEVEL }) },
      statisticsTruncateLength: STATISTICS_BYTES,
      kvMetadata: [
        { key: 'audit_lake.schema_version', value: String(SCHEMA_VERSION) },
        { key: 'audit_lake.query_text', value: textMode },
      ],
      createdBy: 'athena-audit-lake',
    });
  }

  /** Bytes written so far: what the file will weigh, less its footer. */
  get size(): number {
    return this.#bytes.offset;
  }

  get rows(): number {
    return this.#rows;
  }

  /** One row group of these rows, ordered by time so that readers can skip by min and max. */
  write(rows: readonly Row[]): void {
    if (rows.length === 0) return;
    const ordered = [...rows].sort((a, b) => timeOf(a) - timeOf(b));
    const columnData = GROUPS.flatMap((group) =>
      (this.#table.groups[group] ?? []).map((column) => columnSource(group, column, ordered)),
    );
    this.#parquet.write({ columnData, rowGroupSize: ordered.length });
    for (const row of ordered) this.#hashSum = BigInt.asUintN(64, this.#hashSum + rowHash(row));
    this.#rows += rows.length;
  }

  finish(): DataFile {
    this.#parquet.finish();
    const bytes = this.#bytes.getBytes().slice();
    return {
      bytes,
      rows: this.#rows,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      rowHashSum: this.#hashSum.toString(16).padStart(16, '0'),
    };
  }
}

/** In the order of Table.columns. */
const GROUPS: readonly Group[] = ['event', 'who', 'query', 'evidence'];

const timeOf = ({ event, query }: Row) => Number(event['event_time'] ?? query?.['submission_time'] ?? 0);

/**
 * 64 bits of SHA-256 over what identifies a row and what it holds: of an event its source and the record's own bytes,
 * of a query its name and all that was told of it.
 */
function rowHash({ event, query, evidence }: Row): bigint {
  const raw = evidence['raw_event'];
  const hash = createHash('sha256');
  if (typeof raw === 'string' || raw instanceof Uint8Array) {
    const { source_bucket, source_key, record_index } = evidence;
    hash.update(`${source_bucket}\n${source_key}\n${record_index}\n`).update(raw);
  } else {
    const cells = Object.entries({ ...event, ...query }).sort(([a], [b]) => (a < b ? -1 : 1));
    hash.update(cells.map(([name, cell]) => `${name}=${cell}`).join('\n'));
  }
  return hash.digest().readBigUInt64BE(0);
}

/** Plain pages where values hardly repeat; no gzip where there is but one value, or none. */
function columnSource(group: Group, column: Column, rows: readonly Row[]): ColumnSource {
  const data: Cell[] = new Array(rows.length);
  let varies = false;
  for (let at = 0; at < rows.length; at++) {
    const cell = toParquet(column, rows[at]?.[group]?.[column.name] ?? null);
    data[at] = cell;
    varies ||= cell !== data[0];
  }
  return {
    name: column.name,
    data,
    offsetIndex: false,
    ...(column.scattered ? { encoding: 'PLAIN', statistics: false } : {}),
    ...(varies ? {} : { codec: 'UNCOMPRESSED' }),
  };
}

/** INT64 columns take bigint only; a value that no column of its type can hold is a defect of ours. */
function toParquet(column: Column, cell: Cell): Cell {
  if (cell === null || typeof cell !== 'number') return cell;
  return column.type === 'bigint' || column.type === 'timestamp' ? BigInt(cell) : cell;
}

function parquetSchema(columns: readonly Column[]): SchemaElement[] {
  return [{ name: 'row', num_children: columns.length }, ...columns.map(schemaElement)];
}

/** Annotated both ways, since Athena's readers know the old annotations best (AWS facts, 5.3). */
function schemaElement({ name, type }: Column): SchemaElement {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  switch (type) {
    case 'string':
      return { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
    case 'timestamp':
      return {
        ...optional,
        type: 'INT64',
        converted_type: 'TIMESTAMP_MILLIS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      };
    case 'boolean':
      return { ...optional, type: 'BOOLEAN' };
    case 'int':
      return { ...optional, type: 'INT32' };
    case 'bigint':
      return { ...optional, type: 'INT64' };
  }
}
