import { SCHEMA_VERSION } from '../datasets/columns.js';
import type { Dataset, DatasetName } from '../datasets/dataset.js';
import type { TextMode } from '../datasets/text-privacy.js';
import { AuditLakeError } from '../errors.js';

/** `lake.json`: what a lake keeps. What a dataset selects is fixed when it is added (protocol 4.1). */
export type LakeFile = {
  readonly format: 1;
  readonly created_at: string;
  readonly schema_version: number;
  /** How query texts are kept: the same for all rows of the lake. */
  readonly text_mode: TextMode;
  readonly datasets: readonly {
    readonly name: DatasetName;
    readonly event_sources: 'all' | readonly string[];
    readonly added_at: string;
  }[];
};

/** What a run wants a lake to keep. Without a text mode it leaves that as it is. */
export type Kept = { readonly datasets: readonly Dataset[]; readonly textMode?: TextMode | undefined };

/** A new lake without datasets. */
export function newLakeFile(now: number, text_mode: TextMode = 'full'): LakeFile {
  const created_at = new Date(now).toISOString();
  return { format: 1, created_at, schema_version: SCHEMA_VERSION, text_mode, datasets: [] };
}

/**
 * The lake, or a new one, that keeps this; and whether datasets were added.
 * @throws AuditLakeError DATASET_SELECTION where a dataset is there with another selection; TEXT_MODE where the lake
 * keeps query texts in another way
 */
export function lakeKeeping(
  known: LakeFile | undefined,
  { datasets, textMode }: Kept,
  now: number,
): { readonly lake: LakeFile; readonly changed: boolean } {
  const lake = known ?? newLakeFile(now, textMode);
  if (textMode !== undefined && textMode !== lake.text_mode) {
    const message = `this lake keeps query texts as query_text: ${lake.text_mode}, and this run would as ${textMode}`;
    throw new AuditLakeError('TEXT_MODE', message);
  }
  const added: LakeFile['datasets'][number][] = [];
  for (const { name, eventSources } of datasets) {
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
