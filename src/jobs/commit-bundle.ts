import type { AskedQuery } from '../datasets/query-execution.js';
import { AuditLakeError } from '../errors.js';
import type { DataFile } from '../lake/data-file.js';
import type { BundleId } from '../lake/names.js';
import type { Day } from '../lake/partition.js';
import type { TableName } from '../lake/tables.js';
import type { BundleStore, StagedPart } from '../ports/bundle-store.js';
import type { CommitPart, LakeState, LedgerEntry, OpenPartition } from '../ports/lake-state.js';
import type { OpenQuery } from '../ports/open-queries.js';

export type CommitPorts = {
  readonly state: LakeState;
  readonly bundles: BundleStore;
  /** A fresh random bundle id at each call. */
  readonly newBundleId: () => BundleId;
};

/** The rows of a bundle for one table: a data file a day. */
export type TableParts = {
  readonly table: TableName;
  readonly parts: readonly (DataFile & { readonly day: Day; readonly files: number })[];
};

/** What one transaction is to fix: log files settled or queries ended, their rows, and queries to be asked about. */
export type Proposal = TableParts & {
  readonly entries: readonly LedgerEntry[];
  readonly openQueries: readonly OpenQuery[];
  readonly endedQueries: readonly AskedQuery[];
};

export type CommitResult =
  | { readonly kind: 'committed'; readonly parts: readonly CommitPart[] }
  /** Others settled these log files first; nothing of the proposal is in the lake. */
  | { readonly kind: 'files-settled'; readonly settled: readonly LedgerEntry[] }
  /** Others ended these queries first; nothing of the proposal is in the lake. */
  | { readonly kind: 'queries-ended'; readonly ended: readonly AskedQuery[] };

/** A partition moves once per compaction; more often than this within one commit, something is wrong. */
const MOST_MOVES = 20;

/**
 * Stage, commit, publish (protocol 4.2 steps 4 to 8; locally 4.8): nothing is visible before the one
 * transaction. A crash leaves a staged bundle that nobody sees, or a committed one that anyone can publish.
 * @throws AuditLakeError LAKE_WRITE_FAILED, LAKE_LOCK_LOST, INTERNAL
 */
export async function commitBundle(proposal: Proposal, ports: CommitPorts): Promise<CommitResult> {
  const { entries, openQueries, endedQueries } = proposal;
  checkRows(proposal);
  let bid = ports.newBundleId();
  for (let moves = 0; moves < MOST_MOVES; moves++) {
    const staged = await placeParts(proposal, ports.state);
    const parts = staged.map(({ content: _, ...part }) => part);
    await ports.bundles.stage(bid, staged);
    const owned = entries.map((entry) => (entry.status === 'COMMITTED' ? { ...entry, bid } : entry));
    const verdict = await ports.state.commit({ bid, entries: owned, parts, openQueries, endedQueries });
    switch (verdict.kind) {
      case 'committed':
        await ports.bundles.publish(bid, staged);
        return { kind: 'committed', parts };
      case 'files-settled':
      case 'queries-ended':
        await ports.bundles.discard(bid, parts);
        return verdict;
      case 'aborted':
        await ports.bundles.discard(bid, parts);
        bid = ports.newBundleId();
        break;
      case 'partition-moved':
        break;
    }
  }
  throw new AuditLakeError(
    'INTERNAL',
    `a partition of bundle ${bid} moved ${MOST_MOVES} times during one commit`,
  );
}

/** Rows per log file, one for each query that ended, and rows per data file must add up (O2 of protocol 4.2). */
function checkRows({ table, parts, entries, endedQueries }: Proposal): void {
  const built = entries.reduce((sum, { rows }) => sum + rows, endedQueries.length);
  const written = parts.reduce((sum, { rows }) => sum + rows, 0);
  if (built === written) return;
  throw new AuditLakeError('INTERNAL', `built ${built} rows of ${table}, but its data files hold ${written}`);
}

/** Each part goes where its partition is being written now; the transaction checks that it still is. */
async function placeParts({ table, parts }: TableParts, state: LakeState): Promise<StagedPart[]> {
  const places = await state.openPartitions(parts.map(({ day }) => ({ table, day })));
  return parts.map((part, at) => ({
    table,
    day: part.day,
    ...generationsOf(places[at]),
    files: part.files,
    rows: part.rows,
    bytes: part.bytes.length,
    sha256: part.sha256,
    rowHashSum: part.rowHashSum,
    content: part.bytes,
  }));
}

/** While a partition is compacted, readers still see the generation before the one that is written. */
function generationsOf(
  place: OpenPartition = { visible: 0, writing: 0 },
): Pick<CommitPart, 'generation' | 'copy'> {
  const { visible, writing } = place;
  return visible === writing ? { generation: writing } : { generation: writing, copy: visible };
}
