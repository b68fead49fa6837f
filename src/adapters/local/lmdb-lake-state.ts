import { isSettled } from '../../lake/file-status.js';
import { dataFilePath, type FileId } from '../../lake/names.js';
import type { PartitionKey } from '../../lake/partition.js';
import { TABLE_NAMES, type TableName } from '../../lake/tables.js';
import type {
  Commit,
  CommitPart,
  CommittedDay,
  LakeState,
  LedgerEntry,
  OpenPartition,
  Verdict,
} from '../../ports/lake-state.js';
import {
  type BundleItem,
  FencedItems,
  type FileItem,
  type LmdbItems,
  type MemberItem,
  type PartItem,
} from './lmdb-items.js';
import { LmdbKnownQueries } from './lmdb-known-queries.js';
import { LmdbOpenQueries } from './lmdb-open-queries.js';
import { LmdbSliceProgress } from './lmdb-slice-progress.js';

/** How many etags of one log file's copies are remembered. */
const MOST_ALIASES = 8;

const fileKey = (fid: FileId) => `FILE#${fid}`;
const partKey = ({ table, day }: PartitionKey) => `PART#${table}#${day}`;
/** Members of one generation of a partition; their bundle ids follow. */
export const memberPrefix = ({ table, day }: PartitionKey, generation: number) =>
  `MEM#${table}#${day}#${String(generation).padStart(4, '0')}#`;
const bundleKey = (bid: string) => `BUNDLE#${bid}`;
/**
 * Ledger and registry of a lake in a folder, in LMDB: a transaction holds the only writer's lock of the whole
 * store, so the conditions of a commit are checked and its items written in one step. `writer` is the token that
 * must still hold the lake when a commit happens; without one the state can only be read.
 */
export class LmdbLakeState implements LakeState {
  readonly mostItems = Number.POSITIVE_INFINITY;
  /** The queries that are asked about again, in the same items. */
  readonly queries: LmdbOpenQueries;
  /** What was learned of queries, in the same items. */
  readonly known: LmdbKnownQueries;
  /** How far backfills are, in the same items. */
  readonly progress: LmdbSliceProgress;
  readonly #fenced: FencedItems;
  readonly #items: LmdbItems;

  /** `now` gives milliseconds since 1970. */
  constructor(items: LmdbItems, options: { readonly writer?: string; readonly now: () => number }) {
    this.#fenced = new FencedItems(items, options.writer);
    this.#items = items;
    this.queries = new LmdbOpenQueries(this.#fenced, options.now);
    this.known = new LmdbKnownQueries(this.#fenced);
    this.progress = new LmdbSliceProgress(this.#fenced);
  }

  async lookup(fids: readonly FileId[]): Promise<ReadonlyMap<FileId, LedgerEntry>> {
    const found = new Map<FileId, LedgerEntry>();
    for (const fid of fids) {
      const entry = this.#entry(fid);
      if (entry) found.set(fid, entry);
    }
    return found;
  }

  async openPartitions(keys: readonly PartitionKey[]): Promise<readonly OpenPartition[]> {
    const known = keys.map((key) => this.#part(key));
    if (known.every((part) => part !== undefined)) return known.map(openPartition);
    return this.#fenced.write(() => keys.map((key) => openPartition(this.#part(key) ?? this.#newPart(key))));
  }

  async commit(commit: Commit): Promise<Verdict> {
    return this.#fenced.write(() => this.#refusal(commit) ?? this.#apply(commit));
  }

  async noteDelivery(
    fid: FileId,
    seen: { readonly etag: string; readonly conflict: boolean },
  ): Promise<void> {
    this.#fenced.write(() => {
      const entry = this.#entry(fid);
      if (!entry) return;
      const aliases = [...(entry.aliases ?? []), seen.etag].slice(-MOST_ALIASES);
      const noted = seen.conflict ? { ...entry, conflict: seen.etag } : { ...entry, aliases };
      this.#items.putSync(fileKey(fid), itemOf(noted));
    });
  }

  async committedList(table?: TableName): Promise<readonly CommittedDay[]> {
    // One turn of the event loop is one read transaction of LMDB: PART and MEM are of one moment.
    return (table ? [table] : TABLE_NAMES).flatMap((name) => this.#daysOf(name));
  }

  async *parked(): AsyncIterable<LedgerEntry> {
    for (const entry of entriesOf(this.#items)) if (!isSettled(entry)) yield entry;
  }

  async close(): Promise<void> {
    await this.#items.close();
  }

  #daysOf(table: TableName): CommittedDay[] {
    const days: CommittedDay[] = [];
    const prefix = `PART#${table}#`;
    for (const { key, value } of this.#items.getRange({ start: prefix, end: `${prefix}~` })) {
      const partition = { table, day: key.slice(prefix.length) };
      const { v, w } = value as PartItem;
      const files = [...new Set([v, w])].flatMap((generation) => this.#members(partition, generation));
      if (files.length > 0) days.push({ ...partition, files });
    }
    return days;
  }

  #members(partition: PartitionKey, generation: number): CommittedDay['files'][number][] {
    const prefix = memberPrefix(partition, generation);
    const members: CommittedDay['files'][number][] = [];
    for (const { value } of this.#items.getRange({ start: prefix, end: `${prefix}~` })) {
      const { bid, rows, bytes } = value as MemberItem;
      members.push({ path: dataFilePath({ ...partition, generation }, bid), rows, bytes });
    }
    return members;
  }

  /** The conditions of protocol 4.2 step 6. */
  #refusal({ bid, parts, entries, endedQueries = [] }: Commit): Verdict | undefined {
    if (this.#items.get(bundleKey(bid)) !== undefined) {
      const known = this.#items.get(bundleKey(bid)) as BundleItem;
      return { kind: known.st === 'COMMITTED' ? 'committed' : 'aborted' };
    }
    const rivals = entries.filter(({ status }) => status === 'COMMITTED').map(({ fid }) => this.#entry(fid));
    const settled = rivals.filter(isSettled);
    if (settled.length > 0) return { kind: 'files-settled', settled };
    const ended = endedQueries.filter((query) => !this.queries.isOpen(query));
    if (ended.length > 0) return { kind: 'queries-ended', ended };
    if (parts.some((part) => this.#part(part)?.w !== part.generation)) return { kind: 'partition-moved' };
    return undefined;
  }

  #apply({ bid, entries, parts, openQueries, endedQueries = [] }: Commit): Verdict {
    for (const entry of entries) {
      if (!isSettled(this.#entry(entry.fid))) this.#items.putSync(fileKey(entry.fid), itemOf(entry));
    }
    for (const part of parts) this.#addMember(bid, part);
    for (const query of openQueries) this.queries.note(query);
    for (const query of endedQueries) this.queries.end(query, bid);
    if (parts.length > 0) {
      const files = entries.filter(({ status }) => status === 'COMMITTED').length;
      const rows = parts.reduce((sum, part) => sum + part.rows, 0);
      this.#items.putSync(bundleKey(bid), { st: 'COMMITTED', files, rows, parts });
    }
    return { kind: 'committed' };
  }

  #addMember(bid: string, part: CommitPart): void {
    const { files, rows, bytes, sha256, rowHashSum } = part;
    const item = this.#part(part) ?? this.#newPart(part);
    this.#items.putSync(partKey(part), { ...item, n: item.n + 1 });
    this.#items.putSync(memberPrefix(part, part.generation) + bid, {
      bid,
      files,
      rows,
      bytes,
      sha256,
      rowHashSum,
    });
  }

  #entry(fid: FileId): LedgerEntry | undefined {
    const item = this.#items.get(fileKey(fid)) as FileItem | undefined;
    return item && entryOf(fid, item);
  }

  #part(key: PartitionKey): PartItem | undefined {
    return this.#items.get(partKey(key)) as PartItem | undefined;
  }

  /** Locally the committed list is the catalog: a partition is registered as soon as it is known. */
  #newPart(key: PartitionKey): PartItem {
    const part: PartItem = { ver: 1, v: 0, w: 0, n: 0, sealed: null, reg: 'REGISTERED' };
    this.#items.putSync(partKey(key), part);
    return part;
  }
}

/** The whole ledger, by id; not in memory at once. */
export function* entriesOf(items: LmdbItems): Generator<LedgerEntry> {
  for (const { key, value } of items.getRange({ start: 'FILE#', end: 'FILE#~' })) {
    yield entryOf(key.slice('FILE#'.length), value as FileItem);
  }
}

function itemOf(entry: LedgerEntry): FileItem {
  const { status, bid = '', etag, sha256 = '', rows, read, ignored, rejected } = entry;
  const { code = '', conflict = '', aliases = [], source } = entry;
  const more = source ? [source.bucket, source.key] : aliases;
  const hash = Buffer.from(sha256, 'hex').toString('base64');
  const item: FileItem = [status, bid, etag, hash, rows, read, ignored, rejected];
  if (code || conflict || more.length > 0) item.push(code, conflict, ...more);
  return item;
}

function entryOf(fid: FileId, item: FileItem): LedgerEntry {
  const [status, bid, etag, hash, rows, read, ignored, rejected, code, conflict, ...more] = item;
  const known = { fid, status, etag, rows, read, ignored, rejected };
  const [bucket, key] = more;
  const isParked = !isSettled(known) && bucket !== undefined && key !== undefined;
  return {
    ...known,
    ...(bid ? { bid } : {}),
    ...(hash ? { sha256: Buffer.from(hash, 'base64').toString('hex') } : {}),
    ...(code ? { code } : {}),
    ...(conflict ? { conflict } : {}),
    ...(isParked ? { source: { bucket, key } } : more.length > 0 ? { aliases: more } : {}),
  };
}

function openPartition({ v, w }: PartItem): OpenPartition {
  return { visible: v, writing: w };
}
