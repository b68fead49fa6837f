import { hash } from 'node:crypto';
import { AuditLakeError } from '../errors.js';
import { identifier, lakeLocation } from './ddl.js';
import {
  type Day,
  isDay,
  type PartitionKey,
  type PartitionName,
  parsePartitionPath,
  partitionPath,
} from './partition.js';
import type { TableName } from './tables.js';

/** Partitions that one statement adds (protocol 4.3). */
export const MOST_DAYS = 50;
/** Athena takes 262,144 bytes. No lake whose keys S3 can hold comes near. */
const MOST_BYTES = 200_000;
/** Of the generation of a partition, since it is four digits in every path (protocol 4.1). */
const MOST_GENERATIONS = 9_999;

/** Where a generation of a partition lies, with a slash at its end. */
export type PartitionPlace = PartitionKey & { readonly generation: number };

/**
 * The location of a generation, as catalogs know it. It is computed, never stored (threat T17).
 * @throws AuditLakeError USAGE for a lake that is no location, INTERNAL for any other part that no path may hold
 */
export function partitionLocation(lake: string, { table, day, generation }: PartitionPlace): string {
  identifier(table);
  if (!isDay(day)) throw refused(`the day ${JSON.stringify(day)}`);
  if (!Number.isInteger(generation) || generation < 0 || generation > MOST_GENERATIONS) {
    throw refused(`the generation ${generation}`);
  }
  return `${lakeLocation(lake)}/${table}/${partitionPath(generation, day)}/`;
}

/**
 * The inverse of {@link partitionLocation}, with or without the slash: the generation of ours that lies there;
 * undefined where the location is another one.
 */
export function generationOf(
  lake: string,
  { table, day }: PartitionKey,
  location: string,
): number | undefined {
  const root = `${lakeLocation(lake)}/${table}/`;
  if (!location.startsWith(root)) return undefined;
  const full = location.endsWith('/') ? location : `${location}/`;
  const generation = parsePartitionPath(full.slice(root.length, -1))?.generation;
  if (generation === undefined || generation > MOST_GENERATIONS) return undefined;
  return partitionLocation(lake, { table, day, generation }) === full ? generation : undefined;
}

/** The days of statements, or what stands for them: as many as one may hold, in the order given. */
export function batchesOf<T>(days: readonly T[]): readonly (readonly T[])[] {
  const batches: (readonly T[])[] = [];
  for (let at = 0; at < days.length; at += MOST_DAYS) batches.push(days.slice(at, at + MOST_DAYS));
  return batches;
}

/** What a batch is known by in the register of its lake: 64 hex digits. */
export function batchToken(batch: {
  readonly table: string;
  readonly names: readonly PartitionName[];
  readonly attempt: number;
}): string {
  const { table, names, attempt } = batch;
  return hash('sha256', ['v1', table, [...names].sort().join(), attempt].join('\n'));
}

/**
 * What Athena knows a batch by: 64 hex digits. Lake and database are in it, since Athena remembers tokens by account
 * and Region: the first batch of a day has the same token in every register.
 */
export function executionToken(
  token: string,
  place: { readonly lake: string; readonly database: string },
): string {
  return hash('sha256', ['v1', lakeLocation(place.lake), place.database, token].join('\n'));
}

/**
 * Adds days in generation 0, as one statement for Athena; days that the catalog has stay as they are.
 * @throws AuditLakeError USAGE for a lake that is no location or too long, INTERNAL for a day that is none or too many
 */
export function addPartitions(lake: string, table: TableName, days: readonly Day[]): string {
  if (days.length === 0 || days.length > MOST_DAYS) throw refused(`${days.length} days at once`);
  const added = [...days]
    .sort()
    .map(
      (day) =>
        `PARTITION ${valuesOf(day)} LOCATION '${partitionLocation(lake, { table, day, generation: 0 })}'`,
    );
  const statement = [`ALTER TABLE ${identifier(table)} ADD IF NOT EXISTS`, ...added].join('\n');
  if (Buffer.byteLength(statement) <= MOST_BYTES) return statement;
  throw new AuditLakeError(
    'USAGE',
    `the prefix of the lake is too long for a statement: ${lake.length} characters`,
  );
}

/** Points a partition that the catalog has to a generation. @throws AuditLakeError like {@link partitionLocation} */
export function setLocation(lake: string, place: PartitionPlace): string {
  const location = partitionLocation(lake, place);
  return `ALTER TABLE ${identifier(place.table)} PARTITION ${valuesOf(place.day)} SET LOCATION '${location}'`;
}

/** @throws AuditLakeError INTERNAL for a name outside the grammar of names */
export function createDatabase(name: string): string {
  return `CREATE DATABASE IF NOT EXISTS ${identifier(name)}`;
}

/** The values of the partition columns; the day is known to be one. */
function valuesOf(day: Day): string {
  const [year, month, date] = day.split('-');
  return `(\`year\`='${year}', \`month\`='${month}', \`day\`='${date}')`;
}

function refused(what: string): AuditLakeError {
  return new AuditLakeError('INTERNAL', `no statement may hold ${what}`);
}
