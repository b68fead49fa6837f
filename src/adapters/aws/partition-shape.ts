import { lakeLocation } from '../../lake/ddl.js';
import { isDay, type PartitionName } from '../../lake/partition.js';
import { generationOf } from '../../lake/partition-ddl.js';
import { parseRawName, rawLocation, rawValues } from '../../lake/raw-partition.js';
import { TABLE_NAMES } from '../../lake/tables.js';

/** What the partitions of some tables are called, and where they should lie. */
export type PartitionShape = {
  /** The table's own location, with a slash at its end. */
  readonly rootOf: (table: string) => string;
  /** The values of the partition columns, in their order. */
  readonly valuesOf: (name: PartitionName) => string[];
  /** Undefined for values that no partition of ours has. */
  readonly nameOf: (values: readonly string[]) => PartitionName | undefined;
  /** The generation of ours that lies there; undefined where the location is another one. */
  readonly generationOf: (table: string, name: PartitionName, location: string) => number | undefined;
};

/** Tables of a lake: days, in generations. */
export const lakeShape = (lake: string): PartitionShape => ({
  rootOf: (table) => `${lakeLocation(lake)}/${table}/`,
  valuesOf: (day) => day.split('-'),
  nameOf: (values) => (isDay(values.join('-')) ? values.join('-') : undefined),
  generationOf: (name, day, location) => {
    const table = TABLE_NAMES.find((known) => known === name);
    return table && generationOf(lake, { table, day }, location);
  },
});

/** The raw table over a folder of accounts: each partition lies in one place for ever. */
export const rawShape = (root: string): PartitionShape => ({
  rootOf: () => root,
  valuesOf: (name) => {
    const folder = parseRawName(name);
    return folder ? rawValues(folder) : [];
  },
  nameOf: ([account = '', region = '', ...date]) => {
    const name = `${account}/${region}/${date.join('-')}`;
    return parseRawName(name) && name;
  },
  generationOf: (_, name, location) => {
    const folder = parseRawName(name);
    const full = location.endsWith('/') ? location : `${location}/`;
    return folder && rawLocation(root, folder) === full ? 0 : undefined;
  },
});
