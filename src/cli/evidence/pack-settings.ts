import type { Config } from '../../config.js';
import { SCHEMA_VERSION } from '../../datasets/columns.js';
import type { ReportFacts } from '../../jobs/collect-report.js';
import type { LakeFile } from '../../lake/lake-file.js';
import { VIEWS_VERSION } from '../../lake/views.js';
import { SETTINGS } from '../../settings.js';

/** Settings that say where the lake is and who answers. Chosen one by one: a new one that is a secret stays out. */
const SHOWN = [
  ...(['lake', 'lakeOwner', 'kmsKey', 'stateTable', 'region', 'catalog', 'database', 'workGroup'] as const),
  'results',
] as const;

type Known = {
  readonly facts: ReportFacts;
  readonly lakeFile: LakeFile;
  readonly node: string;
  readonly engineVersion: string | undefined;
};

/** `settings.json`: by what a pack was made, and of what. */
export function settingsText(config: Config, { facts, lakeFile, node, engineVersion }: Known): string {
  // It marks a key: no secret, and of no use to whoever reads a pack.
  const { text_key: _, ...lake } = lakeFile;
  const isInS3 = config.lake?.startsWith('s3://') === true;
  const shown = SHOWN.filter((name) => name === 'lake' || isInS3).map((name) => {
    return [SETTINGS[name].key, config[name] ?? null] as const;
  });
  const { networks, price, engine, version } = facts;
  const content = {
    versions: {
      ...{
        product: version,
        node,
        engine: engineVersion === undefined ? engine : `${engine} ${engineVersion}`,
      },
      ...{ schema_of_rows: SCHEMA_VERSION, views: VIEWS_VERSION },
    },
    lake,
    run: { ...Object.fromEntries(shown), networks, price_usd_a_tb: price },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
