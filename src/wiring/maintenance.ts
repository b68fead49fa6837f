import type { FinishPorts } from '../jobs/finish-bundle.js';
import type { ReconcilerPorts } from '../jobs/reconcile-partitions.js';
import type { RegistrarPorts } from '../jobs/register-partitions.js';
import type { RawPartition } from '../lake/raw-partition.js';
import { type CatalogSettings, type LakeRegistrar, registrarPorts } from './catalog.js';
import { lakeNotSet } from './missing-lake.js';
import { type RawSettings, rawPorts, rawTableOf } from './raw-table.js';
import { realTime } from './real-time.js';
import { mustBeOurs, type S3LakeSettings, s3Lake } from './s3-lake.js';

/** What keeps a lake in S3, its register and its catalog together. */
export type Maintenance = {
  readonly registrar: LakeRegistrar;
  readonly reconciler: ReconcilerPorts;
  /** The raw table, where there is one. */
  readonly raw: { readonly table: string; readonly ports: RegistrarPorts<RawPartition> } | undefined;
  readonly finishing: FinishPorts;
  readonly now: () => number;
  /** To be asked before anything is changed. @throws AuditLakeError LAKE_FORMAT where the state is of another lake */
  readonly mustBeOurs: () => Promise<void>;
};

/** What may be set. */
export type MaintenanceSettings = {
  readonly [name in keyof (S3LakeSettings & CatalogSettings)]:
    | (S3LakeSettings & CatalogSettings)[name]
    | undefined;
} & RawSettings;

/** Builds clients and adapters; calls nothing. @throws AuditLakeError USAGE where no lake in S3 is set */
export function openMaintenance(settings: MaintenanceSettings): Maintenance {
  const known = mustBeComplete(settings);
  const raw = rawTableOf(settings);
  const lake = s3Lake(known);
  const registrar = registrarPorts(lake, known);
  const { register, catalog } = registrar;
  const { days, state, finishing } = lake;
  return {
    registrar,
    reconciler: { days, state, register, catalog },
    raw: raw && { table: raw.name, ports: rawPorts(lake, known, raw) },
    finishing,
    now: realTime.now,
    mustBeOurs: () => mustBeOurs(lake),
  };
}

/** @throws AuditLakeError USAGE where no lake in S3 is set */
export function mustBeComplete(settings: MaintenanceSettings): S3LakeSettings & CatalogSettings {
  const { lake, stateTable, results, catalog, database, workGroup } = settings;
  if (!lake || !stateTable || !results || !catalog || !database || !workGroup) {
    throw lakeNotSet();
  }
  return { ...settings, lake, stateTable, results, catalog, database, workGroup };
}
