import { AuditLakeError } from '../errors.js';
import type { Day, PartitionKey } from '../lake/partition.js';
import type { TableName } from '../lake/tables.js';
import type { Catalog } from '../ports/catalog.js';
import type { LakeDays } from '../ports/lake-days.js';
import type { LakeState } from '../ports/lake-state.js';
import type { PartitionRegister } from '../ports/partition-register.js';
import { type Drift, driftOf, type SeenPartition } from './partition-drift.js';

export type ReconcilerPorts = {
  readonly days: LakeDays;
  readonly state: Pick<LakeState, 'openPartitions'>;
  readonly register: PartitionRegister;
  readonly catalog: Catalog;
};

/** `repair`: partitions that lie elsewhere are moved into the lake too. `dryRun`: nothing is changed. */
export type ReconcileOptions = { readonly repair: boolean; readonly dryRun: boolean };

/** A day on which lake, register and catalog disagreed, and whether something was done about it. */
export type FoundDrift = PartitionKey & Drift & { readonly healed: boolean };

export type ReconcilerReport = {
  /** Days that any of the three knows. */
  checked: number;
  readonly drift: FoundDrift[];
  /** Partitions that the catalog showed in an older generation: somebody wrote it who should not. */
  locationRegressed: number;
  readonly warnings: string[];
};

/**
 * The reconciler: compares the folders of the lake, the register and the catalog, and heals what it may (failure mode
 * P5). What it reopens or finds unregistered, the registrar adds in the run after it.
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED, LAKE_FORMAT where one of the three cannot be read
 */
export async function reconcilePartitions(
  tables: readonly TableName[],
  ports: ReconcilerPorts,
  options: ReconcileOptions,
): Promise<ReconcilerReport> {
  const report: ReconcilerReport = { checked: 0, drift: [], locationRegressed: 0, warnings: [] };
  for (const table of tables) {
    for (const seen of await seenPartitions(table, ports)) {
      report.checked++;
      const drift = driftOf(seen);
      if (!drift) continue;
      if (drift.kind === 'regressed') report.locationRegressed++;
      const healed = !options.dryRun && (await heal(seen, { drift, ports, options, report }));
      report.drift.push({ table: seen.table, day: seen.day, ...drift, healed });
    }
  }
  return report;
}

/**
 * Every day that any of the three knows, in order. A partition is noted before its folder is made, and shown before it
 * is REGISTERED: so folders are read before the register and the register before the catalog, and no day that is on
 * its way looks lost.
 */
async function seenPartitions(table: TableName, ports: ReconcilerPorts): Promise<readonly SeenPartition[]> {
  const folders = new Map<Day, number>();
  for await (const { day, generation } of ports.days.list(table)) {
    folders.set(day, Math.max(generation, folders.get(day) ?? 0));
  }
  const parts = new Map((await ports.register.list(table)).map((part) => [part.day, part]));
  const shown = await ports.catalog.list(table);
  const days = [...new Set([...folders.keys(), ...parts.keys(), ...shown.keys()])].sort();
  return days.map((day) => ({
    table,
    day,
    folder: folders.get(day),
    part: parts.get(day),
    location: shown.get(day),
  }));
}

type Found = {
  readonly drift: Drift;
  readonly ports: ReconcilerPorts;
  readonly options: ReconcileOptions;
  readonly report: ReconcilerReport;
};

/** Whether it did something about it. What cannot be done now is a warning: the next pass finds it again. */
async function heal(seen: SeenPartition, found: Found): Promise<boolean> {
  try {
    return await remedy(seen, found);
  } catch (error) {
    if (!(error instanceof AuditLakeError) || error.code === 'INTERNAL') throw error;
    found.report.warnings.push(`${seen.table} ${seen.day} not healed: ${error.message}`);
    return false;
  }
}

async function remedy(seen: SeenPartition, { drift, ports, options }: Found): Promise<boolean> {
  const { table, day } = seen;
  switch (drift.kind) {
    case 'unregistered':
      await ports.state.openPartitions([{ table, day }]);
      return true;
    case 'dropped':
      await ports.register.reopen(seen, drift.reason);
      return true;
    case 'unnoted':
      await ports.register.registered(seen);
      return true;
    case 'regressed':
      return moveBack(seen, ports);
    case 'misplaced':
      // A generation of ours that is ahead may belong to a compaction that has just begun.
      return options.repair && seen.location?.kind === 'foreign' && (await moveBack(seen, ports));
    case 'state-lost':
      return false;
  }
}

async function moveBack({ part }: SeenPartition, { catalog, register }: ReconcilerPorts): Promise<boolean> {
  if (!part) return false;
  await catalog.move(part, part.visible);
  await register.registered(part);
  return true;
}
