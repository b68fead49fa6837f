import { AuditLakeError } from '../errors.js';
import { bitOfDay, bitsWithin, countOf, daysOf, type PartitionMonth } from './partition-months.js';
import { daysOfDelivery, isOfKeys, type Searched, type SearchedKey } from './searched-days.js';

/**
 * What one query reads: all partitions of these accounts and Regions on these days of a month, for the same in all of
 * them. A batch never leaves its month: so its bound is a list for each partition column, joined by AND, which
 * Athena and Glue follow before anything is read, computed partitions included.
 */
export type RawBatch = {
  /** `YYYY-MM` */
  readonly month: string;
  /** `01` to `31` */
  readonly days: readonly string[];
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** Of a search for keys those that matter here. */
  readonly keys: readonly SearchedKey[];
  /** How many partitions that are. */
  readonly partitions: number;
};

export type BatchBounds = {
  readonly mostPartitions: number;
  /** Of the SQL of a batch, in bytes. */
  readonly mostBytes: number;
  readonly bytesOf: (batch: RawBatch) => number;
  /** Whether a query has to name an account with `=`, and a Region: where a projection injects them. */
  readonly oneAccount: boolean;
  readonly oneRegion: boolean;
};

/**
 * A thousand folders of a day are some 50 GB in a busy organization, below what the stack's workgroup lets a query
 * scan (64 GiB), and a month of one account in all Regions is one query.
 */
export const MOST_PARTITIONS = 1_000;

/** Accounts that are searched on the same days of a month, in all Regions, and for which keys. */
type Block = Omit<RawBatch, 'partitions' | 'days'> & { readonly days: number };

/**
 * A search as queries, oldest first: each partition that matters stands in one, with all keys that matter in it, and
 * no other partition in any. That a query also looks for a key where it was not used costs nothing: what is read is paid,
 * and it is read once. Where the SQL grows too long, keys are parted, and their partitions are read again.
 * @throws AuditLakeError USAGE where what is looked for is longer than a query may be
 */
export function partitionBatches(
  searched: Searched,
  there: readonly PartitionMonth[],
  bounds: BatchBounds,
): readonly RawBatch[] {
  return there.flatMap((month) =>
    blocksOf(searched, month).flatMap((block) => within(narrowed(block, month), month, bounds)),
  );
}

function blocksOf(searched: Searched, { month, folders }: PartitionMonth): readonly Block[] {
  const regions = unique(folders.map(({ region }) => region));
  const accounts = unique(folders.map(({ account }) => account));
  if (isOfKeys(searched)) {
    const keys = searched.keys.filter((key) => daysIn(month, key) !== 0);
    return [...accountsByDays(keys, month, accounts)].map(([days, among]) => ({
      ...{ month, days, regions, keys },
      accounts: among,
    }));
  }
  return [{ month, days: daysIn(month, searched), accounts, regions, keys: [] }];
}

/** The days of a month on which the events of a window were delivered. */
function daysIn(month: string, window: { readonly from: number; readonly to: number }): number {
  if (window.from >= window.to) return 0;
  const { first, last } = daysOfDelivery(window);
  return bitsWithin(month, first, last);
}

/** Accounts with the same days make a block that holds nothing else. */
function accountsByDays(
  keys: readonly SearchedKey[],
  month: string,
  accounts: readonly string[],
): ReadonlyMap<number, readonly string[]> {
  const days = new Map<string | null, number>();
  for (const key of keys) days.set(key.account, (days.get(key.account) ?? 0) | daysIn(month, key));
  const blocks = new Map<number, string[]>();
  for (const account of accounts) {
    const ofAccount = (days.get(account) ?? 0) | (days.get(null) ?? 0);
    const block = blocks.get(ofAccount) ?? [];
    block.push(account);
    blocks.set(ofAccount, block);
  }
  return blocks;
}

/** Without accounts, Regions and days that have no partition in it, and keys that matter in none. */
function narrowed(block: Block, { month, folders }: PartitionMonth): Block & { readonly partitions: number } {
  const [among, regions] = [new Set(block.accounts), new Set(block.regions)];
  const found = folders.filter(
    ({ account, region, days }) => among.has(account) && regions.has(region) && (days & block.days) !== 0,
  );
  const accounts = unique(found.map(({ account }) => account));
  const days = found.reduce((all, folder) => all | folder.days, 0) & block.days;
  const matters = ({ account, ...key }: SearchedKey) =>
    (account === null || accounts.includes(account)) && (daysIn(month, key) & days) !== 0;
  return {
    ...{ month, accounts, days },
    regions: unique(found.map(({ region }) => region)),
    keys: block.keys.filter(matters),
    partitions: found.reduce((sum, folder) => sum + countOf(folder.days & block.days), 0),
  };
}

/** Halved until each half keeps the bounds. */
function within(block: ReturnType<typeof narrowed>, month: PartitionMonth, bounds: BatchBounds): RawBatch[] {
  if (block.partitions === 0) return [];
  const batch: RawBatch = { ...block, days: daysOf(block.days) };
  const list = tooLong(batch, bounds);
  if (list === undefined) return [batch];
  return halves(block, list).flatMap((half) => within(narrowed(half, month), month, bounds));
}

type List = 'accounts' | 'regions' | 'days' | 'keys';

/** The list that has to be shorter; undefined where the batch keeps the bounds. */
function tooLong(batch: RawBatch, bounds: BatchBounds): List | undefined {
  const { accounts, regions, days, keys, partitions } = batch;
  if (bounds.oneAccount && accounts.length > 1) return 'accounts';
  if (bounds.oneRegion && regions.length > 1) return 'regions';
  const isLong = bounds.bytesOf(batch) > bounds.mostBytes;
  if (partitions > bounds.mostPartitions || isLong) {
    // Days first: that parts keys too, and no partition is read again for it.
    if (days.length > 1) return 'days';
    if (accounts.length > 1) return 'accounts';
    if (partitions > bounds.mostPartitions) return 'regions';
  }
  if (!isLong) return undefined;
  if (keys.length > 1) return 'keys';
  throw new AuditLakeError('USAGE', 'What is looked for is longer than Athena takes in a query (256 KB).');
}

function halves(block: Block, list: List): readonly Block[] {
  if (list !== 'days') {
    const half = Math.ceil(block[list].length / 2);
    return [
      { ...block, [list]: block[list].slice(0, half) },
      { ...block, [list]: block[list].slice(half) },
    ];
  }
  const days = daysOf(block.days).map(Number);
  const middle = bitOfDay(days[Math.ceil(days.length / 2)] ?? 1);
  return [
    { ...block, days: block.days & (middle - 1) },
    { ...block, days: block.days & ~(middle - 1) },
  ];
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();
