import { open, type RootDatabase } from 'lmdb';
import { queryKey } from '../../datasets/query-execution.js';
import { AuditLakeError, messageOf } from '../../errors.js';
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
  OpenQuery,
  Verdict,
} from '../../ports/lake-state.js';

/** How many etags of one log file's copies are remembered. */
const MOST_ALIASES = 8;

/** Items and fields as protocol 4.1 names them; those of generations are there from the start. */
/**
 * FILE: st, bid, etag, sha256 (base64), rows, in, filtered, bad, then where there are any: code, conflict, and either
 * bucket and key of a parked log file or the aliases of a settled one. A tuple, since there is one per log file: its
 * field names would double the state, which is mapped into memory.
 */
type FileItem = [LedgerEntry['status'], string, string, string, number, number, number, number, ...string[]];
type PartItem = { ver: 1; v: number; w: number; n: number; sealed: number | null; reg: 'REGISTERED' };
type BundleItem = { st: 'COMMITTED' | 'ABORTED'; files: number; rows: number; parts: readonly CommitPart[] };
type MemberItem = {
  bid: string;
  files: number;
  rows: number;
  bytes: number;
  sha256: string;
  rowHashSum: string;
};
type OpenQueryItem = { st: 'OPEN'; firstSeen: number; submitted: number };
type WriterItem = { token: string; pid: number; host: string; beat: number };
type Item = FileItem | PartItem | BundleItem | MemberItem | OpenQueryItem | WriterItem;

export type LmdbItems = RootDatabase<Item, string>;

const fileKey = (fid: FileId) => `FILE#${fid}`;
const partKey = ({ table, day }: PartitionKey) => `PART#${table}#${day}`;
const memberPrefix = ({ table, day }: PartitionKey, generation: number) =>
  `MEM#${table}#${day}#${String(generation).padStart(4, '0')}#`;
const bundleKey = (bid: string) => `BUNDLE#${bid}`;
export const WRITER_KEY = 'WRITER';

/**
 * Address space for the state: room for some hundred million log files. A map that has to grow stays mapped beside
 * the larger one, and counts twice.
 */
const MAP_BYTES = 2 ** 36;

/** Opens the items of a lake. Each commit is flushed to the disk before it returns. */
export function openItems(folder: string, options: { readonly readOnly: boolean }): LmdbItems {
  return open<Item, string>({
    path: folder,
    encoding: 'json',
    noSubdir: false,
    overlappingSync: false,
    mapSize: MAP_BYTES,
    readOnly: options.readOnly,
  });
}

/**
 * Ledger and registry of a lake in a folder, in LMDB: a transaction holds the only writer's lock of the whole
 * store, so the conditions of a commit are checked and its items written in one step. `writer` is the token that
 * must still hold the lake when a commit happens; without one the state can only be read.
 */
export class LmdbLakeState implements LakeState {
  readonly mostItems = Number.POSITIVE_INFINITY;
  readonly #items: LmdbItems;
  readonly #writer: string | undefined;
  readonly #now: () => number;

  constructor(items: LmdbItems, options: { readonly writer?: string; readonly now: () => number }) {
    this.#items = items;
    this.#writer = options.writer;
    this.#now = options.now;
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
    return this.#write(() => keys.map((key) => openPartition(this.#part(key) ?? this.#newPart(key))));
  }

  async commit(commit: Commit): Promise<Verdict> {
    return this.#write(() => this.#refusal(commit) ?? this.#apply(commit));
  }

  async noteDelivery(
    fid: FileId,
    seen: { readonly etag: string; readonly conflict: boolean },
  ): Promise<void> {
    this.#write(() => {
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
    for (const { key, value } of this.#items.getRange({ start: 'FILE#', end: 'FILE#~' })) {
      const entry = entryOf(key.slice('FILE#'.length), value as FileItem);
      if (!isSettled(entry)) yield entry;
    }
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
  #refusal({ bid, parts, entries }: Commit): Verdict | undefined {
    if (this.#items.get(bundleKey(bid)) !== undefined) {
      const known = this.#items.get(bundleKey(bid)) as BundleItem;
      return { kind: known.st === 'COMMITTED' ? 'committed' : 'aborted' };
    }
    const rivals = entries.filter(({ status }) => status === 'COMMITTED').map(({ fid }) => this.#entry(fid));
    const settled = rivals.filter(isSettled);
    if (settled.length > 0) return { kind: 'files-settled', settled };
    if (parts.some((part) => this.#part(part)?.w !== part.generation)) return { kind: 'partition-moved' };
    return undefined;
  }

  #apply({ bid, entries, parts, openQueries }: Commit): Verdict {
    for (const entry of entries) {
      if (!isSettled(this.#entry(entry.fid))) this.#items.putSync(fileKey(entry.fid), itemOf(entry));
    }
    for (const part of parts) this.#addMember(bid, part);
    for (const query of openQueries) this.#openQuery(query);
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

  #openQuery(query: OpenQuery): void {
    const key = `ENR#${queryKey(query)}`;
    if (this.#items.get(key) !== undefined) return;
    this.#items.putSync(key, { st: 'OPEN', firstSeen: this.#now(), submitted: query.submitted });
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

  /** One transaction, fenced: a process that was halted while another took the lake over changes nothing. */
  #write<T>(action: () => T): T {
    try {
      return this.#items.transactionSync(() => {
        this.#mustHoldLake();
        return action();
      });
    } catch (error) {
      if (error instanceof AuditLakeError) throw error;
      throw new AuditLakeError(
        'LAKE_WRITE_FAILED',
        `cannot write the lake's state: ${messageOf(error)}`,
        error,
      );
    }
  }

  #mustHoldLake(): void {
    const holder = this.#items.get(WRITER_KEY) as WriterItem | undefined;
    if (this.#writer !== undefined && holder?.token === this.#writer) return;
    throw new AuditLakeError('LAKE_LOCK_LOST', 'another process has taken over the writing of this lake');
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
