import { AuditLakeError } from '../errors.js';
import { identifier } from './ddl.js';
import { MOST_DAYS } from './partition-ddl.js';
import { RAW_COLUMNS } from './raw-columns.js';
import {
  parseRawName,
  RAW_PARTITION_COLUMNS,
  type RawFolder,
  rawLocation,
  rawRoot,
  rawValues,
} from './raw-partition.js';
import { type Projection, projectionProperties } from './raw-projection.js';

/** What reads the log files: AWS's input format takes `Records` apart, and drops nothing that the SerDe knows. */
export const CLOUDTRAIL_FORMAT = {
  serde: 'org.apache.hive.hcatalog.data.JsonSerDe',
  inputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
} as const;

/** A table over CloudTrail's own log files. */
export type RawTable = {
  readonly name: string;
  /** The folder of accounts, with a slash at its end. */
  readonly root: string;
  /** Absent: partitions are registered. */
  readonly projection?: Projection | undefined;
};

/**
 * CREATE TABLE for Athena, without a semicolon.
 * @throws AuditLakeError USAGE for a root that is none, INTERNAL for a name outside the grammar
 */
export function createRawTable({ name, root, projection }: RawTable): string {
  const columns = RAW_COLUMNS.map((column) => `  ${identifier(column.name)} ${column.type}`);
  const partitions = RAW_PARTITION_COLUMNS.map((column) => `${identifier(column)} string`);
  const properties = {
    classification: 'cloudtrail',
    ...(projection && projectionProperties(root, projection)),
  };
  const pairs = Object.entries(properties).map(([key, value]) => `  '${key}'='${value}'`);
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${identifier(name)} (`,
    columns.join(',\n'),
    ')',
    `PARTITIONED BY (${partitions.join(', ')})`,
    `ROW FORMAT SERDE '${CLOUDTRAIL_FORMAT.serde}'`,
    `STORED AS INPUTFORMAT '${CLOUDTRAIL_FORMAT.inputFormat}'`,
    `OUTPUTFORMAT '${CLOUDTRAIL_FORMAT.outputFormat}'`,
    `LOCATION '${rawRoot(root)}'`,
    `TBLPROPERTIES (\n${pairs.join(',\n')}\n)`,
  ].join('\n');
}

/**
 * Adds partitions as one statement; those that the catalog has stay as they are.
 * @throws AuditLakeError INTERNAL for a name that is none, or too many
 */
export function addRawPartitions({ name, root }: RawTable, names: readonly string[]): string {
  if (names.length === 0 || names.length > MOST_DAYS) throw refused(`${names.length} partitions at once`);
  const added = [...names].sort().map((partition) => {
    const folder = mustBeName(partition);
    return `PARTITION ${spec(folder)} LOCATION '${rawLocation(root, folder)}'`;
  });
  return [`ALTER TABLE ${identifier(name)} ADD IF NOT EXISTS`, ...added].join('\n');
}

/** Points a partition that the catalog has to its folder. @throws AuditLakeError like {@link addRawPartitions} */
export function setRawLocation({ name, root }: RawTable, folder: RawFolder): string {
  const location = rawLocation(root, folder);
  return `ALTER TABLE ${identifier(name)} PARTITION ${spec(folder)} SET LOCATION '${location}'`;
}

/** The values are known to be of their grammars: no quote can occur. */
function spec(folder: RawFolder): string {
  const values = rawValues(folder);
  return `(${RAW_PARTITION_COLUMNS.map((column, at) => `\`${column}\`='${values[at]}'`).join(', ')})`;
}

function mustBeName(name: string): RawFolder {
  const folder = parseRawName(name);
  if (folder) return folder;
  throw refused(`the partition ${JSON.stringify(name)}`);
}

function refused(what: string): AuditLakeError {
  return new AuditLakeError('INTERNAL', `no statement may hold ${what}`);
}
