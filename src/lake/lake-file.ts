import { SCHEMA_VERSION } from '../datasets/columns.js';
import type { Dataset, DatasetName } from '../datasets/dataset.js';
import { AuditLakeError } from '../errors.js';

/** `lake.json`: what a lake keeps. What a dataset selects is fixed when it is added (protocol 4.1). */
export type LakeFile = {
  readonly format: 1;
  readonly created_at: string;
  readonly schema_version: number;
  /** Whether query texts are kept as they are. */
  readonly text_mode: 'full';
  readonly datasets: readonly {
    readonly name: DatasetName;
    readonly event_sources: 'all' | readonly string[];
    readonly added_at: string;
  }[];
};

/** A new lake without datasets. */
export function newLakeFile(now: number): LakeFile {
  const created_at = new Date(now).toISOString();
  return { format: 1, created_at, schema_version: SCHEMA_VERSION, text_mode: 'full', datasets: [] };
}

/**
 * The lake with these datasets, and whether that changes it.
 * @throws AuditLakeError DATASET_SELECTION where one is there with another selection
 */
export function withDatasets(
  lake: LakeFile,
  wanted: readonly Dataset[],
  now: number,
): { readonly lake: LakeFile; readonly changed: boolean } {
  const added: LakeFile['datasets'][number][] = [];
  for (const { name, eventSources } of wanted) {
    const selection = eventSources === 'all' ? eventSources : [...eventSources].sort();
    const known = lake.datasets.find((dataset) => dataset.name === name);
    if (known && JSON.stringify(known.event_sources) !== JSON.stringify(selection)) {
      const there = known.event_sources === 'all' ? 'every event source' : known.event_sources.join(', ');
      throw new AuditLakeError(
        'DATASET_SELECTION',
        `this lake keeps ${name} of ${there}, fixed when it was added`,
      );
    }
    if (!known) added.push({ name, event_sources: selection, added_at: new Date(now).toISOString() });
  }
  return { lake: { ...lake, datasets: [...lake.datasets, ...added] }, changed: added.length > 0 };
}
