import { DAY_MS } from '../cloudtrail/event-time.js';

/** A figure of an estimate, and its default. */
type Figure = { readonly value: number; readonly meaning: string };
/** A price is for so many of a unit. */
type Price = Figure & { readonly per: number; readonly unit: string };

const THOUSAND = { per: 1_000, unit: 'requests' };
const MILLION = { per: 1_000_000, unit: 'units' };
const GIGABYTE = { per: 1, unit: 'GB' };

/**
 * Prices of us-east-1, on demand, without free tiers. From what we know of AWS's price pages, not from its price
 * list: look them up before you quote them.
 */
export const PRICES = {
  s3_get: { value: 0.0004, ...THOUSAND, meaning: 'reading an object' },
  s3_list: { value: 0.005, ...THOUSAND, meaning: 'a page of 1,000 objects of a listing' },
  s3_put: { value: 0.005, ...THOUSAND, meaning: 'writing an object' },
  transfer_out_gb: { value: 0.09, ...GIGABYTE, meaning: 'to a machine outside of the Region of the bucket' },
  dynamodb_write: { value: 0.625, ...MILLION, meaning: 'writing to the ledger' },
  dynamodb_read: { value: 0.125, ...MILLION, meaning: 'reading the ledger' },
  lambda_request: { value: 0.2, per: 1_000_000, unit: 'requests', meaning: 'invocations' },
  lambda_gb_second: { value: 0.0000133334, per: 1, unit: 'GB-second', meaning: 'Lambda on arm64' },
  step_functions_transition: {
    value: 25,
    per: 1_000_000,
    unit: 'transitions',
    meaning: 'Standard workflows',
  },
  sqs_request: { value: 0.4, per: 1_000_000, unit: 'requests', meaning: 'standard queue' },
  glacier_expedited_request: { value: 10, ...THOUSAND, meaning: 'Glacier Flexible Retrieval, Expedited' },
  glacier_expedited_gb: { value: 0.03, ...GIGABYTE, meaning: 'Glacier Flexible Retrieval, Expedited' },
  glacier_standard_request: { value: 0.05, ...THOUSAND, meaning: 'Glacier Flexible Retrieval, Standard' },
  glacier_standard_gb: { value: 0.01, ...GIGABYTE, meaning: 'Glacier Flexible Retrieval, Standard' },
  glacier_bulk_request: { value: 0, ...THOUSAND, meaning: 'Glacier Flexible Retrieval, Bulk' },
  glacier_bulk_gb: { value: 0, ...GIGABYTE, meaning: 'Glacier Flexible Retrieval, Bulk' },
  deep_archive_standard_request: { value: 0.1, ...THOUSAND, meaning: 'Glacier Deep Archive, Standard' },
  deep_archive_standard_gb: { value: 0.02, ...GIGABYTE, meaning: 'Glacier Deep Archive, Standard' },
  deep_archive_bulk_request: { value: 0.025, ...THOUSAND, meaning: 'Glacier Deep Archive, Bulk' },
  deep_archive_bulk_gb: { value: 0.0025, ...GIGABYTE, meaning: 'Glacier Deep Archive, Bulk' },
  restored_gb_month: { value: 0.023, per: 1, unit: 'GB-month', meaning: 'keeping restored copies' },
} as const satisfies { readonly [name: string]: Price };

/** What nobody can know beforehand: measured where we could, else set with care. */
export const ASSUMPTIONS = {
  hit_share: { value: 0.3, meaning: 'share of log files with an event of Athena' },
  queries_per_file: { value: 2, meaning: 'different queries in such a log file' },
  files_per_bundle: { value: 70, meaning: 'log files with rows that are committed together' },
  local_files_per_second: { value: 2500, meaning: 'small log files of a disk, for each core' },
  s3_files_per_second: { value: 500, meaning: 'small log files from S3, for each core' },
  s3_latency_ms: { value: 50, meaning: 'until S3 has given a small log file' },
  s3_reads_at_once: { value: 64, meaning: 'log files that one machine reads side by side' },
  lambda_memory_mb: { value: 512, meaning: 'memory of the function' },
  lambda_ms_per_file: { value: 50, meaning: 'time of the function for a log file' },
  lambda_concurrency: { value: 50, meaning: 'invocations side by side' },
  lambda_seconds: { value: 900, meaning: 'longest time of an invocation' },
  files_per_invocation: { value: 100, meaning: 'log files that the queue gives at once' },
  slices_per_batch: { value: 50, meaning: 'slices that the fleet gives at once' },
  transitions_per_batch: { value: 2, meaning: 'state transitions of an invocation by the fleet' },
  files_per_sqs_request: { value: 100, meaning: 'log files that 64 KB of messages name' },
  glacier_expedited_hours: {
    value: 0.1,
    meaning: 'Glacier Flexible Retrieval, Expedited: longest usual time',
  },
  glacier_standard_hours: { value: 5, meaning: 'the same, Standard' },
  glacier_bulk_hours: { value: 12, meaning: 'the same, Bulk' },
  deep_archive_standard_hours: { value: 12, meaning: 'Glacier Deep Archive, Standard: longest usual time' },
  deep_archive_bulk_hours: { value: 48, meaning: 'the same, Bulk' },
  restores_per_second: { value: 1000, meaning: 'restore requests that S3 takes of an account' },
  restored_days: { value: 7, meaning: 'how long restored copies are kept' },
} as const satisfies { readonly [name: string]: Figure };

export type PriceName = keyof typeof PRICES;
type AssumptionName = keyof typeof ASSUMPTIONS;

/** What an estimate is made with. */
export type PriceTable = {
  /** `YYYY-MM-DD`: when the prices were looked up. */
  readonly date: string;
  readonly region: string;
  /** As ISO 4217 writes it. */
  readonly currency: string;
  readonly prices: { readonly [name in PriceName]: number };
  readonly assumptions: { readonly [name in AssumptionName]: number };
};

/** The table without any file. The date is that of the facts that it was taken from. */
export const DEFAULT_PRICES: PriceTable = {
  date: '2026-11-20',
  region: 'us-east-1',
  currency: 'USD',
  prices: valuesOf(PRICES),
  assumptions: valuesOf(ASSUMPTIONS),
};

const YEAR_MS = 366 * DAY_MS;

/** Whether prices were looked up more than a year before a moment, in milliseconds since 1970. */
export function isOld({ date }: Pick<PriceTable, 'date'>, now: number): boolean {
  return now - Date.parse(date) > YEAR_MS;
}

function valuesOf<K extends string>(
  figures: { readonly [name in K]: Figure },
): { readonly [name in K]: number } {
  const values: Partial<Record<K, number>> = {};
  for (const name in figures) values[name] = figures[name].value;
  return values as { readonly [name in K]: number };
}
