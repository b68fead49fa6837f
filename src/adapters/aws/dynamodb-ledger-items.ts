import { FILE_STATUSES } from '../../lake/file-status.js';
import type { FileId } from '../../lake/names.js';
import type { PartitionKey } from '../../lake/partition.js';
import { TABLE_NAMES } from '../../lake/tables.js';
import type { CommitPart, LedgerEntry } from '../../ports/lake-state.js';
import { given, ITEM_VERSION, type Item, ItemReader, list, map, text, whole } from './dynamodb-attributes.js';

/** Items of the ledger and their keys, as protocol 4.1 names them: FILE, PARKED, BUNDLE, MEM. */

const version = whole(ITEM_VERSION);

export const fileKey = (fid: FileId): Item => ({ pk: text(`FILE#${fid}`), sk: text('FILE') });
export const bundleKey = (bid: string): Item => ({ pk: text(`BUNDLE#${bid}`), sk: text('BUNDLE') });
/** All parked log files stand behind one key, so that they can be listed. */
export const PARKED = text('PARKED');
/** The members of one generation of a partition. */
export const membersOf = ({ table, day }: PartitionKey, generation: number) =>
  text(`MEM#${table}#${day}#${String(generation).padStart(4, '0')}`);

export function fileItem(entry: LedgerEntry): Item {
  const { fid, status, etag, rows, read, ignored, rejected } = entry;
  return {
    ...fileKey(fid),
    ver: version,
    st: text(status),
    etag: text(etag),
    rows: whole(rows),
    in: whole(read),
    filtered: whole(ignored),
    bad: whole(rejected),
    ...given({
      bid: entry.bid === undefined ? undefined : text(entry.bid),
      sha256: entry.sha256 === undefined ? undefined : text(entry.sha256),
      code: entry.code === undefined ? undefined : text(entry.code),
      bucket: entry.source && text(entry.source.bucket),
      key: entry.source && text(entry.source.key),
    }),
  };
}

/** @throws AuditLakeError LAKE_FORMAT */
export function readFile(item: Item): LedgerEntry {
  const reader = ItemReader.ofItem(item);
  const [bid, sha256, code] = ['bid', 'sha256', 'code'].map((name) => reader.optionalText(name));
  const [conflict, bucket, key] = ['conflict', 'bucket', 'key'].map((name) => reader.optionalText(name));
  const aliases = reader.texts('aliases');
  return {
    fid: reader.text('pk').slice('FILE#'.length),
    status: reader.word('st', FILE_STATUSES),
    etag: reader.text('etag'),
    rows: reader.whole('rows'),
    read: reader.whole('in'),
    ignored: reader.whole('filtered'),
    rejected: reader.whole('bad'),
    ...(bid !== undefined && { bid }),
    ...(sha256 !== undefined && { sha256 }),
    ...(code !== undefined && { code }),
    ...(conflict !== undefined && { conflict }),
    ...(bucket !== undefined && key !== undefined && { source: { bucket, key } }),
    ...(aliases.length > 0 && { aliases }),
  };
}

export function parkedItem({ fid }: LedgerEntry): Item {
  return { pk: PARKED, sk: text(fid), ver: version };
}

export function bundleItem(bid: string, parts: readonly CommitPart[], files: number): Item {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return {
    ...bundleKey(bid),
    ver: version,
    st: text('COMMITTED'),
    files: whole(files),
    rows: whole(rows),
    parts: list(parts.map((part) => map(partFields(part)))),
  };
}

export function abortedBundle(bid: string): Item {
  return { ...bundleKey(bid), ver: version, st: text('ABORTED') };
}

function partFields(part: CommitPart): Item {
  return {
    tbl: text(part.table),
    date: text(part.day),
    g: whole(part.generation),
    ...(part.copy === undefined ? {} : { copy: whole(part.copy) }),
    files: whole(part.files),
    rows: whole(part.rows),
    len: whole(part.bytes),
    sha256: text(part.sha256),
    rowHashSum: text(part.rowHashSum),
  };
}

/** @throws AuditLakeError LAKE_FORMAT */
export function readBundle(item: Item): 'aborted' | readonly CommitPart[] {
  const reader = ItemReader.ofItem(item);
  if (reader.word('st', ['COMMITTED', 'ABORTED']) === 'ABORTED') return 'aborted';
  return reader.maps('parts').map((part) => {
    const copy = part.optionalWhole('copy');
    return {
      table: part.word('tbl', TABLE_NAMES),
      day: part.text('date'),
      generation: part.whole('g'),
      ...(copy !== undefined && { copy }),
      files: part.whole('files'),
      rows: part.whole('rows'),
      bytes: part.whole('len'),
      sha256: part.text('sha256'),
      rowHashSum: part.text('rowHashSum'),
    };
  });
}

export function memberItem(bid: string, part: CommitPart): Item {
  return {
    pk: membersOf(part, part.generation),
    sk: text(bid),
    ver: version,
    files: whole(part.files),
    rows: whole(part.rows),
    len: whole(part.bytes),
    sha256: text(part.sha256),
    rowHashSum: text(part.rowHashSum),
  };
}

/** @throws AuditLakeError LAKE_FORMAT */
export function readMember(item: Item): { bid: string; files: number; rows: number; bytes: number } {
  const reader = ItemReader.ofItem(item);
  const [files, rows, bytes] = [reader.whole('files'), reader.whole('rows'), reader.whole('len')];
  return { bid: reader.text('sk'), files, rows, bytes };
}
