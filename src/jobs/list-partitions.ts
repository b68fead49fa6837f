import { type PartitionKey, parsePartitionPath } from '../lake/partition.js';
import { TABLE_NAMES } from '../lake/tables.js';
import type { CommittedDay, LakeState, LedgerEntry } from '../ports/lake-state.js';
import type { PartitionRegister, RegisteredPartition, Registration } from '../ports/partition-register.js';

/** A partition of a lake: where it stands, and the committed data files that readers see. */
export type ListedPartition = PartitionKey & {
  readonly registration: Registration;
  readonly generation: number;
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  /** Why it is not REGISTERED. */
  readonly reason?: string;
};

/** What waits for somebody: partitions that are not REGISTERED are among the others. */
export type PartitionList = {
  readonly partitions: readonly ListedPartition[];
  /** Log files that could not be ingested. */
  readonly parked: readonly LedgerEntry[];
};

type State = Pick<LakeState, 'committedList' | 'parked'>;

/**
 * Every partition of a lake by table and day. Where there is no register, what is committed is visible, so it counts
 * as REGISTERED. @throws AuditLakeError LAKE_FORMAT, AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
 */
export async function listPartitions(
  state: State,
  register?: Pick<PartitionRegister, 'list'>,
): Promise<PartitionList> {
  const partitions: ListedPartition[] = [];
  for (const table of TABLE_NAMES) {
    // The register first: a partition is noted there before anything is committed to it.
    const known = await register?.list(table);
    const days = new Map((await state.committedList(table)).map((day) => [day.day, day]));
    const listed = known?.map((part) => ofRegister(part, days.get(part.day)));
    partitions.push(...(listed ?? [...days.values()].map(ofFolder)));
  }
  const parked: LedgerEntry[] = [];
  for await (const entry of state.parked()) parked.push(entry);
  return { partitions, parked };
}

function ofRegister(part: RegisteredPartition, day: CommittedDay | undefined): ListedPartition {
  const { registration, visible: generation, reason } = part;
  const isReason = reason !== undefined && registration !== 'REGISTERED';
  return { ...summed(part, day), registration, generation, ...(isReason && { reason }) };
}

function ofFolder(day: CommittedDay): ListedPartition {
  const folders = day.files[0]?.path.split('/').slice(1, -1).join('/') ?? '';
  const generation = parsePartitionPath(folders)?.generation ?? 0;
  return { ...summed(day, day), registration: 'REGISTERED', generation };
}

function summed({ table, day }: PartitionKey, { files }: Pick<CommittedDay, 'files'> = { files: [] }) {
  const sum = (of: 'rows' | 'bytes') => files.reduce((total, file) => total + file[of], 0);
  return { table, day, files: files.length, rows: sum('rows'), bytes: sum('bytes') };
}
