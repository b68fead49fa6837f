import { AuditLakeError } from '../../src/errors.js';
import { dataFilePath, type FileId } from '../../src/lake/names.js';
import type { PartitionKey } from '../../src/lake/partition.js';
import { TABLE_NAMES, type TableName } from '../../src/lake/tables.js';
import type {
  Commit,
  CommitPart,
  CommittedDay,
  LakeState,
  LedgerEntry,
  OpenPartition,
  Verdict,
} from '../../src/ports/lake-state.js';
import { MemoryKnownQueries, MemoryOpenQueries, type PlantedQueryBug } from './memory-queries.ts';

type ListedFile = CommittedDay['files'][number];
type Generation = { readonly compacted: ListedFile[]; readonly members: Map<string, ListedFile> };
type PartItem = {
  readonly key: PartitionKey;
  v: number;
  w: number;
  /** What the seal found in the generation: the input of the compaction. */
  sealed: readonly ListedFile[];
  readonly generations: Map<number, Generation>;
};

/** Mistakes that a law must notice. */
export type PlantedBug =
  | 'no-file-check'
  | 'no-part-check'
  | 'no-ledger-entry'
  | 'park-unconditional'
  | 'no-query-check'
  | 'no-query-end';

export type MemoryStateOptions = {
  readonly writer?: string;
  readonly bug?: PlantedBug;
  readonly mostItems?: number;
};

/** The items of a lake, as protocol 4.1 names them, shared by every writer to it. */
export class MemoryItems {
  readonly files = new Map<FileId, LedgerEntry>();
  readonly bundles = new Map<string, 'COMMITTED' | 'ABORTED'>();
  /** The parts of committed bundles, in the order in which they were staged. */
  readonly bundleParts = new Map<string, readonly CommitPart[]>();
  readonly parts = new Map<string, PartItem>();
  readonly queries: MemoryOpenQueries;
  readonly known: MemoryKnownQueries;
  writer = 'first';

  constructor({ now = () => 0, bug }: { readonly now?: () => number; readonly bug?: PlantedQueryBug } = {}) {
    this.queries = new MemoryOpenQueries(now, bug);
    this.known = new MemoryKnownQueries(bug);
  }

  /** Compaction step 1: from here on, no commit can enter the visible generation. */
  seal(key: PartitionKey): void {
    const part = this.parts.get(partName(key));
    if (!part || part.w !== part.v) return;
    part.sealed = listOf(part, part.v);
    part.w = part.v + 1;
  }

  /** Compaction steps 2 to 5 in one: the sealed rows become visible in the next generation, and only those. */
  swap(key: PartitionKey): void {
    const part = this.parts.get(partName(key));
    if (!part || part.w === part.v) return;
    generationOf(part, part.w).compacted.push(...part.sealed);
    part.v = part.w;
  }
}

/**
 * Ledger and registry as the protocol says them, in memory: the model that other implementations are compared
 * with. Each call is one step; a writer is fenced by its token.
 */
export class MemoryLakeState implements LakeState {
  readonly mostItems: number;
  readonly #items: MemoryItems;
  readonly #writer: string;
  readonly #bug: PlantedBug | undefined;

  constructor(items: MemoryItems, options: MemoryStateOptions = {}) {
    this.mostItems = options.mostItems ?? Number.POSITIVE_INFINITY;
    this.#items = items;
    this.#writer = options.writer ?? items.writer;
    this.#bug = options.bug;
  }

  async lookup(fids: readonly FileId[]): Promise<ReadonlyMap<FileId, LedgerEntry>> {
    const found = new Map<FileId, LedgerEntry>();
    for (const fid of fids) {
      const entry = this.#items.files.get(fid);
      if (entry) found.set(fid, entry);
    }
    return found;
  }

  async openPartitions(keys: readonly PartitionKey[]): Promise<readonly OpenPartition[]> {
    return keys.map((key) => {
      const known = this.#items.parts.get(partName(key));
      if (!known) this.#mustHoldLake();
      const { v, w } = known ?? this.#newPart(key);
      return { visible: v, writing: w };
    });
  }

  async commit(commit: Commit): Promise<Verdict> {
    this.#mustHoldLake();
    return this.#refusal(commit) ?? this.#apply(commit);
  }

  async noteDelivery(
    fid: FileId,
    seen: { readonly etag: string; readonly conflict: boolean },
  ): Promise<void> {
    this.#mustHoldLake();
    const entry = this.#items.files.get(fid);
    if (!entry) return;
    this.#items.files.set(
      fid,
      seen.conflict
        ? { ...entry, conflict: seen.etag }
        : { ...entry, aliases: [...(entry.aliases ?? []), seen.etag] },
    );
  }

  async committedList(table?: TableName): Promise<readonly CommittedDay[]> {
    const days: CommittedDay[] = [];
    for (const name of TABLE_NAMES.filter((name) => table === undefined || name === table)) {
      for (const part of [...this.#items.parts.values()].filter(({ key }) => key.table === name)) {
        const generations = part.v === part.w ? [part.v] : [part.v, part.w];
        const files = generations.flatMap((generation) => listOf(part, generation));
        if (files.length > 0) days.push({ ...part.key, files });
      }
    }
    return days.sort((a, b) => (a.table === b.table ? (a.day < b.day ? -1 : 1) : 0));
  }

  async *parked(): AsyncIterable<LedgerEntry> {
    for (const entry of this.#items.files.values()) if (!isSettled(entry)) yield entry;
  }

  async close(): Promise<void> {}

  #settled(fid: FileId): LedgerEntry | undefined {
    const entry = this.#items.files.get(fid);
    return isSettled(entry) ? entry : undefined;
  }

  #refusal({ bid, entries, parts, endedQueries = [] }: Commit): Verdict | undefined {
    const bundle = this.#items.bundles.get(bid);
    if (bundle) return { kind: bundle === 'COMMITTED' ? 'committed' : 'aborted' };
    const withRows = entries.filter(({ status }) => status === 'COMMITTED');
    const settled = withRows.flatMap(({ fid }) => this.#settled(fid) ?? []);
    if (settled.length > 0 && this.#bug !== 'no-file-check') return { kind: 'files-settled', settled };
    const ended = endedQueries.filter((query) => !this.#items.queries.isOpen(query));
    if (ended.length > 0 && this.#bug !== 'no-query-check') {
      return { kind: 'queries-ended', ended };
    }
    const moved = parts.some((part) => this.#items.parts.get(partName(part))?.w !== part.generation);
    if (moved && this.#bug !== 'no-part-check') return { kind: 'partition-moved' };
    return undefined;
  }

  #apply({ bid, entries, parts, openQueries, endedQueries = [] }: Commit): Verdict {
    for (const entry of this.#bug === 'no-ledger-entry' ? [] : entries) {
      const isFree = !this.#settled(entry.fid) || this.#bug === 'park-unconditional';
      if (isFree) this.#items.files.set(entry.fid, entry);
    }
    for (const part of parts) this.#addMember(bid, part);
    for (const query of openQueries) this.#items.queries.note(query);
    for (const query of this.#bug === 'no-query-end' ? [] : endedQueries) this.#items.queries.end(query, bid);
    if (parts.length > 0) {
      this.#items.bundles.set(bid, 'COMMITTED');
      this.#items.bundleParts.set(bid, parts);
    }
    return { kind: 'committed' };
  }

  #addMember(bid: string, { table, day, generation, rows, bytes }: CommitPart): void {
    const part = this.#items.parts.get(partName({ table, day })) ?? this.#newPart({ table, day });
    const path = dataFilePath({ table, generation, day }, bid);
    generationOf(part, generation).members.set(bid, { path, rows, bytes });
  }

  #newPart({ table, day }: PartitionKey): PartItem {
    const part: PartItem = { key: { table, day }, v: 0, w: 0, sealed: [], generations: new Map() };
    this.#items.parts.set(partName(part.key), part);
    return part;
  }

  #mustHoldLake(): void {
    if (this.#items.writer !== this.#writer) throw new AuditLakeError('LAKE_LOCK_LOST', 'taken over');
  }
}

function generationOf(part: PartItem, generation: number): Generation {
  const known = part.generations.get(generation) ?? { compacted: [], members: new Map() };
  part.generations.set(generation, known);
  return known;
}

function listOf(part: PartItem, generation: number): ListedFile[] {
  const { compacted, members } = generationOf(part, generation);
  return [...compacted, ...members.values()];
}

const partName = ({ table, day }: PartitionKey) => `${table}#${day}`;

function isSettled(entry: LedgerEntry | undefined): boolean {
  return entry?.status === 'COMMITTED' || entry?.status === 'EMPTY';
}
