import type { PriceTable } from './price-table.js';

/** What it asks of AWS to register partitions of the raw table, and what it costs; money in US dollars. */
export type RawCost = {
  readonly listing: number;
  readonly writes: number;
  readonly reads: number;
  readonly statements: number;
  /** One statement after the other. */
  readonly hours: number;
  readonly once: number;
  /** What the Glue catalog charges for keeping them, the table alone. */
  readonly monthly: number;
};

/** Units of DynamoDB for a partition, from its note to REGISTERED; held against the doubles by a test. */
export const WRITES_PER_PARTITION = 7.1;
export const READS_PER_PARTITION = 4;
const PARTITIONS_PER_STATEMENT = 50;
/** Assumed: queued, run and looked up. */
const SECONDS_PER_STATEMENT = 3;
/** The first million objects of a catalog are free, then 1 USD a month for each 100,000. From what we know. */
const FREE_OBJECTS = 1_000_000;
const OBJECTS_PER_DOLLAR = 100_000;

/** Of one scan, and of a table. Source: service quotas of Athena and Glue (aws-facts 5.2). */
export const MOST_PARTITIONS = { scan: 1_000_000, table: 10_000_000 } as const;

/** @param requests pages of folders that were listed for it */
export function rawCost(partitions: number, requests: number, { prices }: PriceTable): RawCost {
  const [writes, reads] = [partitions * WRITES_PER_PARTITION, partitions * READS_PER_PARTITION];
  const statements = Math.ceil(partitions / PARTITIONS_PER_STATEMENT);
  const listing = (requests / 1_000) * prices.s3_list;
  const once = listing + (writes * prices.dynamodb_write + reads * prices.dynamodb_read) / 1_000_000;
  return {
    ...{ listing, writes, reads, statements, once },
    hours: (statements * SECONDS_PER_STATEMENT) / 3_600,
    monthly: Math.max(0, partitions - FREE_OBJECTS) / OBJECTS_PER_DOLLAR,
  };
}
