import { partitionName } from '../lake/partition.js';
import type { RawPartition } from '../lake/raw-partition.js';
import type { PartitionCatalog } from '../ports/catalog.js';
import type { RegisteredPartition } from '../ports/partition-register.js';
import type { FolderScope, RawRegister, TrailFolders } from '../ports/raw-register.js';
import type { RegistrarPorts, RegistrarReport } from './add-batch.js';
import { registerPartitions } from './register-partitions.js';

export type RawPorts = RegistrarPorts<RawPartition> & {
  readonly register: RawRegister;
  readonly catalog: PartitionCatalog<RawPartition>;
};

/** The partitions that lie in the bucket: how many, of how many accounts, and how many of them were new. */
export type NotedTrail = { partitions: number; accounts: number; fresh: number };

export type NoteOptions = {
  readonly table: string;
  readonly within: FolderScope;
  /** Absent: they are counted. */
  readonly register?: RawRegister;
  /** Somebody wants it to end: the accounts that are left are for another run. */
  readonly isStopped?: () => boolean;
};

/** Partitions that are noted together. */
const AT_ONCE = 1_000;
/** Between two looks at what is left; one run is given no more partitions than it can add in this time. */
const RUN_MS = 600_000;

/**
 * Makes every partition that lies in the bucket known to the register, an account at a time; without a register it
 * counts. What is killed halfway goes on where it is called again: what is known costs half a read.
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED, LAKE_FORMAT
 */
export async function noteTrail(
  folders: TrailFolders,
  { table, within, register, isStopped }: NoteOptions,
): Promise<NotedTrail> {
  const noted: NotedTrail = { partitions: 0, accounts: 0, fresh: 0 };
  for await (const ofAccount of folders.list(within)) {
    if (isStopped?.()) break;
    if (ofAccount.length > 0) noted.accounts++;
    noted.partitions += ofAccount.length;
    for (let at = 0; register && at < ofAccount.length; at += AT_ONCE) {
      const page = ofAccount.slice(at, at + AT_ONCE).map((folder) => ({ table, ...folder }));
      noted.fresh += await register.note(page);
    }
  }
  return noted;
}

/**
 * Registers until nothing more can be done now: what is left waits after a failure, is BLOCKED, or is on its way in
 * another run. `tell`: how far it is, after each run.
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED, LAKE_FORMAT
 */
export async function registerRaw(
  table: string,
  ports: RawPorts,
  tell: (sofar: RegistrarReport) => void = () => undefined,
): Promise<RegistrarReport> {
  const sum: RegistrarReport = { issued: 0, registered: 0, pending: 0, blocked: 0, warnings: [] };
  for (;;) {
    const run = await registerPartitions<RawPartition>([table], ports, RUN_MS);
    sum.issued += run.issued;
    sum.registered += run.registered;
    sum.warnings.push(...run.warnings);
    Object.assign(sum, { pending: run.pending, blocked: run.blocked });
    tell(sum);
    if (run.registered === 0 || ports.isStopped?.()) return sum;
  }
}

/**
 * Partitions that were given up, or that wait after a failure, are due again; one that the catalog has elsewhere is
 * moved to its folder. Gives how many were moved.
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED, LAKE_FORMAT
 */
export async function retryRaw(table: string, { register, catalog, now }: RawPorts): Promise<number> {
  let moved = 0;
  for await (const part of register.all(table)) {
    if (!isWaiting(part, now())) continue;
    const shown = (await catalog.locations(table, [partitionName(part)])).get(partitionName(part));
    if (shown?.kind === 'foreign') {
      await catalog.move(part, part.visible);
      await register.registered(part);
      moved++;
    } else await register.reopen(part, 'tried again by hand');
  }
  return moved;
}

function isWaiting({ registration, notBefore = 0 }: RegisteredPartition<RawPartition>, now: number): boolean {
  return registration === 'BLOCKED' || (registration === 'PENDING' && notBefore > now);
}
