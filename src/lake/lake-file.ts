import { SCHEMA_VERSION } from '../datasets/columns.js';
import type { Dataset, DatasetName } from '../datasets/dataset.js';
import { privateText, type TextMode, type TextPrivacy } from '../datasets/text-privacy.js';
import { AuditLakeError } from '../errors.js';

/** `lake.json`: what a lake keeps. What a dataset selects is fixed when it is added (protocol 4.1). */
export type LakeFile = {
  readonly format: 1;
  readonly created_at: string;
  readonly schema_version: number;
  /** How query texts are kept: the same for all rows of the lake. */
  readonly text_mode: TextMode;
  /** Of lakes that keep digests: that of a constant, which tells one key from another. */
  readonly text_key?: string | undefined;
  readonly datasets: readonly {
    readonly name: DatasetName;
    readonly event_sources: 'all' | readonly string[];
    readonly added_at: string;
  }[];
};

/** What a run wants a lake to keep; without `privacy` texts are kept as the lake does. */
export type Kept = { readonly datasets: readonly Dataset[]; readonly privacy?: TextPrivacy | undefined };

/** A new lake without datasets. */
export function newLakeFile(now: number, privacy: TextPrivacy = { mode: 'full' }): LakeFile {
  const created_at = new Date(now).toISOString();
  const text_key = keyMark(privacy);
  return {
    ...{ format: 1, created_at, schema_version: SCHEMA_VERSION, text_mode: privacy.mode },
    ...(text_key !== undefined && { text_key }),
    datasets: [],
  };
}

const keyMark = (privacy: TextPrivacy) =>
  privacy.mode === 'hash' ? privateText('athena-audit-lake', privacy) : undefined;

/** The settings that say how query texts are kept. */
export type PrivacySettings = {
  /** Unset: as the lake does. */
  readonly queryText?: TextMode | undefined;
  readonly queryTextKey?: string | undefined;
};

/**
 * How a run keeps query texts: as it was told, else as the lake does, else as they are.
 * @throws AuditLakeError USAGE for digests without a key: whoever tries a few texts would know them
 */
export function privacyOf(
  known: LakeFile | undefined,
  { queryText, queryTextKey }: PrivacySettings,
): TextPrivacy {
  const mode = queryText ?? known?.text_mode ?? 'full';
  if (mode !== 'hash') return { mode };
  if (queryTextKey !== undefined) return { mode, key: queryTextKey };
  const message = 'query_text: hash needs a key: set AUDIT_LAKE_QUERY_TEXT_KEY to a secret of your own';
  throw new AuditLakeError('USAGE', message);
}

/**
 * The lake, or a new one, that keeps this; and whether datasets were added.
 * @throws AuditLakeError DATASET_SELECTION where a dataset is there with another selection; TEXT_MODE where the lake
 * keeps query texts in another way
 */
export function lakeKeeping(
  known: LakeFile | undefined,
  { datasets, privacy }: Kept,
  now: number,
): { readonly lake: LakeFile; readonly changed: boolean } {
  const lake = known ?? newLakeFile(now, privacy);
  if (privacy) mustKeepTexts(lake, privacy);
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

function mustKeepTexts({ text_mode, text_key }: LakeFile, privacy: TextPrivacy): void {
  if (text_mode !== privacy.mode) {
    const message = `the query_text of this lake is ${text_mode}, and that of this run is ${privacy.mode}`;
    throw new AuditLakeError('TEXT_MODE', message);
  }
  if (text_key !== keyMark(privacy)) {
    throw new AuditLakeError('TEXT_MODE', 'the digests of this lake were made with another query_text_key');
  }
}
