import { partitionName } from '../lake/partition.js';
import type { RawFolder, RawPartition } from '../lake/raw-partition.js';
import type { ProjectionCheck } from '../lake/raw-projection.js';
import type { RegisteredPartition } from '../ports/partition-register.js';
import type { FolderScope, RawRegister, TrailFolders } from '../ports/raw-register.js';

/** The partitions of an account, counted. */
export type AccountStatus = {
  readonly account: string;
  registered: number;
  /** On their way. */
  pending: number;
  blocked: number;
  /** They lie in the bucket, and nobody has made them known: no query reads them. */
  missing: number;
  readonly firstMissing?: string;
  /** Why one is BLOCKED. */
  readonly reason?: string;
};

type Part = RegisteredPartition<RawPartition>;

/**
 * Register and bucket compared, an account at a time, in order.
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED, LAKE_FORMAT
 */
export async function* rawStatus(
  table: string,
  { folders, register }: { readonly folders: TrailFolders; readonly register: RawRegister },
  within: FolderScope,
): AsyncIterable<AccountStatus> {
  const ofRegister = byAccount(only(register.all(table), within))[Symbol.asyncIterator]();
  const ofBucket = byAccount(flat(folders.list(within)))[Symbol.asyncIterator]();
  let [part, folder] = [await ofRegister.next(), await ofBucket.next()];
  while (!part.done || !folder.done) {
    const accounts = [part, folder].flatMap(({ done, value }) => (done ? [] : [value[0].account]));
    const account = accounts.sort()[0] ?? '';
    const parts = !part.done && part.value[0].account === account ? part.value : [];
    const found = !folder.done && folder.value[0].account === account ? folder.value : [];
    yield compared(account, parts, found);
    if (parts.length > 0) part = await ofRegister.next();
    if (found.length > 0) folder = await ofBucket.next();
  }
}

type Many<T> = readonly [T, ...T[]];

function compared(account: string, parts: readonly Part[], folders: readonly RawFolder[]): AccountStatus {
  const known = new Set(parts.map(partitionName));
  const missing = folders
    .map((folder) => partitionName({ table: '', ...folder }))
    .filter((name) => !known.has(name));
  const count = (...states: readonly string[]) =>
    parts.filter(({ registration }) => states.includes(registration)).length;
  const [firstMissing] = missing;
  const reason = parts.find(({ registration }) => registration === 'BLOCKED')?.reason;
  return {
    account,
    registered: count('REGISTERED'),
    pending: count('PENDING', 'ISSUING'),
    blocked: count('BLOCKED'),
    missing: missing.length,
    ...(firstMissing !== undefined && { firstMissing }),
    ...(reason !== undefined && { reason }),
  };
}

async function* byAccount<T extends RawFolder>(sorted: AsyncIterable<T>): AsyncGenerator<Many<T>, undefined> {
  let group: [T, ...T[]] | undefined;
  for await (const one of sorted) {
    if (group && group[0].account === one.account) group.push(one);
    else {
      if (group) yield group;
      group = [one];
    }
  }
  if (group) yield group;
  return undefined;
}

async function* flat<T>(pages: AsyncIterable<readonly T[]>): AsyncIterable<T> {
  for await (const page of pages) yield* page;
}

async function* only<T extends RawFolder>(all: AsyncIterable<T>, within: FolderScope): AsyncIterable<T> {
  const { from, to, accounts, regions } = within;
  for await (const one of all) {
    const isNamed =
      (accounts.length === 0 || accounts.includes(one.account)) &&
      (regions.length === 0 || regions.includes(one.region));
    if (isNamed && one.day >= from && one.day <= to) yield one;
  }
}

/** Folders of the bucket that a projected table does not compute: their rows are missing, and no query fails. */
export type Uncovered = {
  readonly account: string;
  readonly region: string;
  readonly from: string;
  to: string;
  days: number;
};

/** @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED */
export async function uncoveredFolders(
  folders: TrailFolders,
  check: ProjectionCheck,
  within: FolderScope,
): Promise<{ readonly checked: number; readonly uncovered: readonly Uncovered[] }> {
  const uncovered = new Map<string, Uncovered>();
  let checked = 0;
  for await (const folder of flat(folders.list(within))) {
    checked++;
    if (check.covers(folder)) continue;
    const { account, region, day } = folder;
    const group = uncovered.get(`${account}/${region}`);
    if (group) Object.assign(group, { to: day, days: group.days + 1 });
    else uncovered.set(`${account}/${region}`, { account, region, from: day, to: day, days: 1 });
  }
  return { checked, uncovered: [...uncovered.values()] };
}
