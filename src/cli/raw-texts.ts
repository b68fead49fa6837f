import { MOST_PARTITIONS, type RawCost } from '../backfill/raw-cost.js';
import type { AccountStatus, Uncovered } from '../jobs/raw-status.js';
import type { NotedTrail } from '../jobs/register-raw.js';
import type { AnswerColumn } from '../ports/query-engine.js';
import { formatMoney } from '../shown/money.js';
import { counted, formatCount } from '../shown/units.js';

/** What lies in the bucket, and what it takes to register it. */
export function rawPlanText({ partitions, accounts }: NotedTrail, cost: RawCost): string {
  const found = `${counted(partitions, 'partition')} of ${counted(accounts, 'account')} in the bucket.`;
  const statements = `${counted(cost.statements, 'statement')} of Athena, which charges nothing for them`;
  const lines = [
    found,
    `To register all of them: ${statements}; about ${cost.hours.toFixed(1)} h, one after the other.`,
    `About ${formatMoney(cost.once)} USD for listing and DynamoDB, and ${formatMoney(cost.monthly)} USD a month for the Glue catalog beyond its first million objects.`,
    ...tooManyLines(partitions),
  ];
  return `${lines.join('\n')}\n`;
}

/** A root that holds nothing is a root that was misnamed: queries over it find nothing, and do not fail. */
export function elsewhereText(root: string, organizations: readonly string[], isEmpty: boolean): string {
  const lines = organizations.map(
    (name) =>
      `Warning: accounts of organization ${name} lie in ${root}${name}/: name that folder for them, and another --raw-table.`,
  );
  if (isEmpty)
    lines.push(
      `Warning: no log files of CloudTrail lie below ${root} within these days, accounts and Regions.`,
    );
  return lines.map((line) => `${line}\n`).join('');
}

/** Beyond these Athena and Glue refuse. */
export function tooManyLines(partitions: number): readonly string[] {
  const other = '`raw create --partitions projection` needs no partitions in the catalog';
  if (partitions > MOST_PARTITIONS.table)
    return [`Glue keeps ${formatCount(MOST_PARTITIONS.table)} partitions a table at most: ${other}.`];
  if (partitions <= MOST_PARTITIONS.scan) return [];
  const most = formatCount(MOST_PARTITIONS.scan);
  return [
    `Athena scans ${most} partitions in one query at most: name accounts or days in each query. ${other}.`,
  ];
}

const COUNTS = ['registered', 'pending', 'blocked', 'missing'] as const;

export const STATUS_COLUMNS: readonly AnswerColumn[] = [
  { name: 'account', type: 'VARCHAR' },
  ...['registered', 'on the way', 'blocked', 'not known'].map((name) => ({ name, type: 'BIGINT' })),
  { name: 'first not known', type: 'VARCHAR' },
  { name: 'reason', type: 'VARCHAR' },
];

export const statusRow = (status: AccountStatus) => [
  status.account,
  ...COUNTS.map((name) => formatCount(status[name])),
  status.firstMissing ?? null,
  status.reason ?? null,
];

/** What is to be done about what the table shows. */
export function statusNext(all: readonly AccountStatus[]): string {
  const sum = (name: (typeof COUNTS)[number]) => all.reduce((sofar, one) => sofar + one[name], 0);
  const lines = [
    `${counted(sum('registered'), 'partition')} of ${counted(all.length, 'account')} registered.`,
  ];
  if (sum('pending') > 0) {
    const next = '`audit-lake raw register` goes on, or the maintenance Lambda';
    lines.push(`${counted(sum('pending'), 'partition')} on the way: ${next}.`);
  }
  if (sum('blocked') > 0) {
    const next = '`audit-lake raw register --retry` tries again';
    lines.push(`${counted(sum('blocked'), 'partition')} BLOCKED: ${next}.`);
  }
  if (sum('missing') > 0) {
    const next = '`audit-lake raw register --from <day>` registers them';
    lines.push(
      `${counted(sum('missing'), 'partition')} in the bucket and not known, no query reads them: ${next}.`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** What a query over a projected table does not see. */
export function projectionText(
  faults: readonly string[],
  { checked, uncovered }: { readonly checked: number; readonly uncovered: readonly Uncovered[] },
): string {
  const lines = faults.map((fault) => `Wrong: ${fault}.`);
  for (const { account, region, from, to, days } of uncovered) {
    const span = days === 1 ? from : `${from} to ${to} (${days} days)`;
    lines.push(`Not computed, no query reads it: ${account} ${region} ${span}.`);
  }
  const hidden = uncovered.reduce((sum, { days }) => sum + days, 0);
  const isSound = faults.length + hidden === 0;
  const counts = `${counted(checked, 'partition')} in the bucket, ${formatCount(hidden)} outside of the projection`;
  lines.push(
    `${counts}.${isSound ? ' Every one of them is read.' : ' Make the table anew: `raw create` with another name.'}`,
  );
  return `${lines.join('\n')}\n`;
}
