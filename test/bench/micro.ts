/** In-process speeds of single parts, over one log file of the large set: `npx tsx test/bench/micro.ts`. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import parquetjs from 'parquetjs-lite';
import { parseEventTime } from '../../src/cloudtrail/event-time.js';
import { gunzip } from '../../src/cloudtrail/gzip.js';
import { parseKey } from '../../src/cloudtrail/log-file-ref.js';
import { RecordSplitter } from '../../src/cloudtrail/record-splitter.js';
import { CheapTest } from '../../src/datasets/cheap-test.js';
import type { Cell, Column, Row } from '../../src/datasets/column.js';
import { ATHENA, type Dataset, rowOf } from '../../src/datasets/dataset.js';
import { DataFileWriter } from '../../src/lake/data-file.js';
import { TABLES } from '../../src/lake/tables.js';
import { benchTrail } from './generate.ts';

/** Runs `fn` for about a second and prints its best speed over `bytes` bytes of input. */
const measure = async (name: string, bytes: number, fn: () => unknown): Promise<void> => {
  const until = performance.now() + 1000;
  let best = Number.POSITIVE_INFINITY;
  do {
    const began = performance.now();
    await fn();
    best = Math.min(best, performance.now() - began);
  } while (performance.now() < until);
  const speed = bytes / 1e6 / (best / 1000);
  process.stdout.write(
    `${name.padEnd(44)} ${speed.toFixed(0).padStart(6)} MB/s ${best.toFixed(1).padStart(7)} ms\n`,
  );
};

const PARQUETJS: { readonly [type in Column['type']]: string } = {
  string: 'UTF8',
  timestamp: 'TIMESTAMP_MILLIS',
  boolean: 'BOOLEAN',
  int: 'INT32',
  bigint: 'INT64',
};

const { folder } = await benchTrail(60, 4000);
const [key = ''] = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.gz')).sort();
const file = await readFile(join(folder, key));
const bytes = gunzipSync(file);
const athena: Dataset = { name: 'athena_events', eventSources: [ATHENA] };

const split = (sink: ConstructorParameters<typeof RecordSplitter>[0]) => {
  const splitter = new RecordSplitter(sink);
  splitter.push(bytes);
  splitter.end();
};

await measure('gunzip, one member, CRC held', bytes.length, async () => {
  // The last chunk is given back after the loop: nothing of it may be kept.
  for await (const _ of gunzip(file));
});
await measure('SHA-256', bytes.length, () => createHash('sha256').update(bytes).digest());
await measure('splitting into records', bytes.length, () => split({ record: () => {}, rejected: () => {} }));
await measure('splitting, and the cheap test', bytes.length, () => {
  const test = new CheapTest([athena]);
  split({ record: (slice) => test.mayTake(slice), rejected: () => {} });
});
await measure('JSON.parse of the whole file', bytes.length, () => JSON.parse(bytes.toString()));

const kind = parseKey('file', key);
if (kind.kind !== 'log-file') throw new Error(`${key} is no log file`);
const context = { ref: kind.ref, ingestedAt: 0, ownRoleArns: new Set<string>() };
const records: { bytes: Uint8Array; json: { [field: string]: unknown }; index: number }[] = [];
split({
  record: ({ chunk, start, end }) => {
    const own = chunk.slice(start, end);
    records.push({ bytes: own, json: JSON.parse(Buffer.from(own).toString()), index: records.length });
  },
  rejected: () => {},
});
const makeRows = (): Row[] =>
  records.map((record) => {
    const eventTime = parseEventTime(record.json['eventTime']) ?? 0;
    return rowOf(athena, { ...record, eventTime, delivered: record.json }, context);
  });
const rows = makeRows();
await measure(`records to rows (${rows.length})`, bytes.length, makeRows);
await measure('rows to a data file', bytes.length, () => {
  const writer = new DataFileWriter(TABLES.athena_events);
  writer.write(rows);
  return writer.finish();
});
await measure('the same rows by parquetjs-lite', bytes.length, () => writeByParquetjs(rows));

/** With the settings under which its answers are right: version 1 pages, no statistics of text. */
async function writeByParquetjs(all: readonly Row[]): Promise<void> {
  const { columns } = TABLES.athena_events;
  const field = ({ name, type }: Column) =>
    [name, { type: PARQUETJS[type], optional: true, compression: 'GZIP', statistics: false }] as const;
  const sink = new PassThrough().resume();
  const schema = new parquetjs.ParquetSchema(Object.fromEntries(columns.map(field)));
  const writer = await parquetjs.ParquetWriter.openStream(schema, sink, { useDataPageV2: false });
  for (const { event, who, query, evidence } of all) {
    await writer.appendRow(textOnly({ ...event, ...who, ...query, ...evidence }));
  }
  await writer.close();
}

function textOnly(cells: { readonly [column: string]: Cell }): { [column: string]: unknown } {
  const told = Object.entries(cells).filter(([, cell]) => cell !== null);
  return Object.fromEntries(
    told.map(([name, cell]) => [name, cell instanceof Uint8Array ? Buffer.from(cell).toString() : cell]),
  );
}
