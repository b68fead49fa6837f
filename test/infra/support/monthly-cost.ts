import { ASSUMPTIONS, PRICES, type PriceName } from '../../../src/backfill/price-table.js';

/** What infra/README.md assumes, and prices that no backfill needs. */
const FILES_OF_ACCOUNT = 8_640;
/** One every five minutes from each of 17 Regions. */
export const FILES_IN_ALL_REGIONS = (17 * 30 * 24 * 60) / 5;
const QUERIES_OF_ACCOUNT = 3_000;
const MINUTES = 43_200;
const SECONDS = 60 * MINUTES;
/** Metrics of ours (those of AWS are free), alarms, dashboards. */
export const WATCHED = { metrics: 33, alarms: 17, dashboards: 1 };
const LOG_GB = 0.5;
const LAKE_GB_MONTH = 0.023;
const STATE_GB_MONTH = 0.25 + 0.2;
const GB = 1e9;

const priceOf = (kind: PriceName, count: number) => {
  const { value, per } = PRICES[kind];
  return (value * count) / per;
};

/** What infra/README.md assumes of an alert. */
const ALERT = {
  runs: { hour: 720, day: 30 },
  /** Athena opens each data file of the days that it looks at: its end, and its columns. */
  gets: 2,
  seconds: 5,
  /** Of results, and what says where they are. */
  puts: 3,
  leastBytes: 10 * 2 ** 20,
};
/** What Athena takes for what it scans, and SNS for a message and the mail of it. */
const ATHENA_TB = 5;
const MAIL = 2 / 100_000 + 0.5 / 1_000_000;

/** USD a month for one alert that always finds something, over so many days of a lake of so many accounts. */
export function alertCost(accounts: number, every: 'hour' | 'day', days: number): number {
  const hits = FILES_OF_ACCOUNT * accounts * ASSUMPTIONS.hit_share.value;
  const files = FILES_OF_ACCOUNT * accounts;
  const bundles = hits / Math.max(1, (Math.min(50, Math.max(1, files / 648_000)) * hits) / files);
  const looked = days / 30;
  const bytes = Math.max(ALERT.leastBytes, looked * (15_000 * bundles + 1_000 * hits));
  const run =
    (ATHENA_TB * bytes) / 2 ** 40 +
    priceOf('s3_get', ALERT.gets * looked * bundles) +
    priceOf('s3_put', ALERT.puts) +
    priceOf('lambda_gb_second', 0.5 * ALERT.seconds) +
    priceOf('lambda_request', 1) +
    MAIL;
  return ALERT.runs[every] * run;
}

/** USD a month, in parts, for a lake of so many accounts, each with so many log files. */
export function monthlyCost(accounts: number, filesOfAccount = FILES_OF_ACCOUNT) {
  const files = filesOfAccount * accounts;
  const queries = QUERIES_OF_ACCOUNT * accounts;
  const hits = FILES_OF_ACCOUNT * accounts * ASSUMPTIONS.hit_share.value;
  // Five pollers share what comes in twenty seconds.
  const batch = Math.min(50, Math.max(1, ((files / SECONDS) * 20) / 5));
  const bundle = Math.max(1, (batch * hits) / files);
  const invocations = files / batch;
  const bundles = hits / bundle;
  const own = MINUTES + 2_880 + 720;
  const parts = {
    dynamodb:
      priceOf('dynamodb_write', files - hits + 2 * hits + 6 * bundles + 2 * queries) +
      priceOf('dynamodb_read', 0.5 * files + bundles + queries + 40 * MINUTES),
    s3: priceOf('s3_get', files) + priceOf('s3_put', 2 * bundles),
    lambda:
      priceOf('lambda_gb_second', 0.05 * files + 0.1 * invocations + 0.25 * own) +
      priceOf('lambda_request', invocations + own),
    sqs: priceOf('sqs_request', files + 2 * invocations + 15 * MINUTES),
    cloudwatch:
      0.3 * WATCHED.metrics +
      0.1 * WATCHED.alarms +
      3 * WATCHED.dashboards +
      (LOG_GB * (3_000 * invocations + 2_000 * own)) / GB,
    storage: (12 * (LAKE_GB_MONTH * (15_000 * bundles + 1_000 * hits) + STATE_GB_MONTH * 500 * files)) / GB,
  };
  return { ...parts, sum: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}
