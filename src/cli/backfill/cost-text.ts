import { type Estimate, type EstimateOptions, estimate, waysOf } from '../../backfill/estimate.js';
import { isOld, type PriceName, type PriceTable } from '../../backfill/price-table.js';
import { restoreOffers } from '../../backfill/restore-offers.js';
import type { Way } from '../../backfill/work-left.js';
import { formatMoney } from '../../shown/money.js';
import { printable } from '../../shown/printable.js';
import { counted, formatBytes, formatCount, formatDuration } from '../../shown/units.js';
import { alignedTable, numbers, words } from '../aligned-table.js';
import { wrapped } from '../wrapped.js';
import { type Again, restoreCommand } from './next.js';

const WAY_NAMES: { readonly [way in Way]: string } = {
  'here-to-folder': 'here',
  'here-to-s3': 'here',
  fleet: 'fleet',
  queue: 'queue',
};

const KINDS: { readonly [kind in PriceName]?: string } = {
  s3_list: 'S3 LIST requests',
  s3_get: 'S3 GET requests',
  s3_put: 'S3 PUT requests',
  dynamodb_write: 'DynamoDB write units',
  dynamodb_read: 'DynamoDB read units',
  lambda_request: 'Lambda invocations',
  lambda_gb_second: 'Lambda GB-seconds',
  step_functions_transition: 'Step Functions transitions',
  sqs_request: 'SQS requests',
};

/** What it takes to work off a plan, each way that it can be: requests, money, time. */
export function estimateText(options: EstimateOptions, width: number): string {
  const { plan, prices, cores } = options;
  const estimates = waysOf(plan).map((way) => estimate(options, way));
  const left = counted(plan.total.files - plan.total.settled, 'log file');
  const [here] = estimates;
  if (here !== undefined && estimates.every(({ needed }) => needed.length === 0)) {
    const free = `${timeOf(here, 'under a minute')} on ${counted(cores, 'core')}; nothing is paid to AWS`;
    return wrapped(`Estimate for ${left}: ${free}.`, width);
  }
  const title = `Estimate for ${left}, by where they are read (--on):\n`;
  const { archived } = plan.total;
  const asleep =
    archived > 0 ? `Counts the ${formatCount(archived)} archived, as if they were restored. ` : '';
  const old = isOld(prices, plan.made) ? ' (more than a year ago: look them up)' : '';
  const basis =
    `${asleep}Prices of ${prices.region} as of ${prices.date}${old}, without free tiers; ${counted(cores, 'core')} here, ` +
    `${prices.assumptions.lambda_concurrency} Lambdas side by side. --prices takes your own; ` +
    `--output json shows how each count is made.`;
  const table = costTable(estimates, prices);
  return `${title}${table}${wrapped(basis, width)}${transferText(estimates, prices, width)}`;
}

function costTable(estimates: readonly Estimate[], { currency }: PriceTable): string {
  const kinds = [...new Set(estimates.flatMap(({ needed }) => needed.map(({ kind }) => kind)))];
  const rows = [
    ...kinds.map((kind) => [KINDS[kind] ?? kind, countOf(estimates, kind), ...moneyOf(estimates, kind)]),
    [`sum, ${currency}`, '', ...estimates.map(({ money }) => formatMoney(money))],
    ['time', '', ...estimates.map((it) => timeOf(it, '<1 m'))],
  ];
  const ways = estimates.map(({ way }) => WAY_NAMES[way]);
  return alignedTable([...words(''), ...numbers('count', ...ways)], rows);
}

/** No estimate is better than a minute. */
function timeOf({ seconds }: Estimate, underOne: string): string {
  return seconds < 60 ? underOne : formatDuration(seconds);
}

/** Where ways differ, the least and the most. */
function countOf(estimates: readonly Estimate[], kind: PriceName): string {
  const needed = estimates.flatMap((it) => it.needed.filter((one) => one.kind === kind));
  const counts = needed.map(({ count }) => Math.ceil(count));
  const ends = [Math.min(...counts), Math.max(...counts)].map(roundly);
  return [...new Set(ends)].join(' to ');
}

/** Nobody knows millions to the last one. */
function roundly(count: number): string {
  return count < 1e6 ? formatCount(count) : `${(count / 1e6).toFixed(1)} M`;
}

function moneyOf(estimates: readonly Estimate[], kind: PriceName): readonly string[] {
  return estimates.map(({ needed }) => {
    const found = needed.find((it) => it.kind === kind);
    return found ? formatMoney(found.money) : '-';
  });
}

function transferText(estimates: readonly Estimate[], { currency }: PriceTable, width: number): string {
  const transfer = estimates.find((it) => it.transfer)?.transfer;
  if (transfer === undefined || transfer.count === 0) return '';
  const text = `Here, outside of the Region of the bucket, ${formatMoney(transfer.money)} ${currency} more for ${formatBytes(transfer.count * 1e9)} that leave it.`;
  return wrapped(text, width);
}

/** What must be restored, what that costs by tier, and how to ask for it. */
export function restoreText(facts: EstimateOptions & Again, width: number): string {
  const { plan, prices } = facts;
  const offers = restoreOffers(plan, prices);
  const sums = Object.values(plan.classes).map(({ toRestore }) => toRestore);
  const files = sums.reduce((sum, it) => sum + it.files, 0);
  const bytes = sums.reduce((sum, it) => sum + it.bytes, 0);
  if (offers.length === 0) return '';
  const lead = `${counted(files, 'log file')} (${formatBytes(bytes)}) cannot be read before S3 restores them. Prices in ${prices.currency}, copies kept for ${counted(prices.assumptions.restored_days, 'day')}:`;
  const columns = [
    ...words('tier'),
    ...numbers('log files', 'requests', 'retrieval', 'copies', 'sum', 'hours'),
  ];
  const rows = offers.map(({ tier, files: offered, requests, retrieval, copies, money, hours }) => [
    ...[tier, formatCount(offered)],
    ...[requests, retrieval, copies, money].map(formatMoney),
    hours < 1 ? '<1' : formatCount(Number(hours.toFixed(1))),
  ]);
  const slower = offers.filter(({ not }) => not > 0);
  const notes = slower.map(({ tier, not }) =>
    wrapped(`${tier} does not restore the ${counted(not, 'log file')} in Deep Archive.`, width),
  );
  return `${wrapped(lead, width)}${alignedTable(columns, rows)}${notes.join('')}  ${printable(restoreCommand(facts))}\n`;
}
