import type { EstimateOptions } from '../../backfill/estimate.js';
import { keptText } from '../../backfill/kept.js';
import type { ClassAmount, Plan } from '../../backfill/plan.js';
import { deadlinesOf } from '../../backfill/text-deadlines.js';
import { HISTORY_DAYS } from '../../datasets/query-execution.js';
import { printable } from '../../shown/printable.js';
import { counted, formatBytes, formatCount } from '../../shown/units.js';
import { alignedTable, numbers, words } from '../aligned-table.js';
import { failureLines, moreLines, SHOWN } from '../failure-lines.js';
import { wrapped } from '../wrapped.js';
import { estimateText, restoreText } from './cost-text.js';
import { monthsText, toReadOf } from './months.js';
import { type Again, runCommand } from './next.js';

/** A plan, where it lies, and what its estimate is made with. */
export type PlanFacts = EstimateOptions & Again & { readonly location: string };

const LABEL = 11;

/** A plan for people: what there is, what stands in the way, what it takes, and what to do next. */
export function planText(facts: PlanFacts, width: number): string {
  const { plan } = facts;
  const left = plan.total.files - plan.total.settled;
  const sections = [
    headText(facts, width),
    monthsText(plan.months, width),
    classesText(plan.classes),
    restoreText(facts, width),
    textsText(plan, width),
    gapsText(plan, width),
    unlistedText(plan, width),
    left > 0 ? estimateText(facts, width) : '',
    nextText(facts),
  ];
  return sections.filter((text) => text !== '').join('\n');
}

function headText({ plan, location }: PlanFacts, width: number): string {
  const { id, made, sources, lake, extent, total, slices } = plan;
  const n = formatCount;
  const lines: readonly (readonly [string, string])[] = [
    ['Plan', `${id}, made on ${new Date(made).toISOString().slice(0, 16).replace('T', ' at ')} UTC`],
    ['Source', sources.join(', ')],
    ...scopeLine(plan),
    ...inventoryLine(plan),
    ['Lake', `${lake} (${keptText(plan)})`],
    ['Found', extentText(extent)],
    ...absentLine(plan),
    [
      'Log files',
      `${n(total.files)} (${formatBytes(total.bytes)}) in ${counted(slices, 'slice')} = ${n(total.settled)} settled + ${n(toReadOf(total))} to read + ${n(total.archived)} archived`,
    ],
    ...foreignLine(plan),
    ['Lies at', location],
  ];
  return lines
    .map(([label, text]) => wrapped(`${label.padEnd(LABEL)}${printable(text)}`, width, LABEL))
    .join('');
}

function extentText({ accounts, regions, days, first, last }: Plan['extent']): string {
  const span = first === undefined ? '' : `: ${first} to ${last}`;
  return `${counted(accounts.length, 'account')}, ${counted(regions.length, 'Region')}, ${counted(days, 'day')} with log files${span}`;
}

function scopeLine({ scope: { from, to, accounts, regions } }: Plan): readonly (readonly [string, string])[] {
  const told = [
    ...(from !== undefined || to !== undefined
      ? [`days ${from ?? 'from the first'} to ${to ?? 'the last'}`]
      : []),
    ...(accounts.length > 0 ? [`accounts ${accounts.join(', ')}`] : []),
    ...(regions.length > 0 ? [`Regions ${regions.join(', ')}`] : []),
  ];
  return told.length > 0 ? [['Only', told.join('; ')]] : [];
}

function inventoryLine({ inventory, inventoryMade }: Plan): readonly (readonly [string, string])[] {
  if (inventory === undefined) return [];
  const day = inventoryMade === undefined ? '' : ` of ${new Date(inventoryMade).toISOString().slice(0, 10)}`;
  return [['Inventory', `${inventory}${day}: what came since is not in it`]];
}

/** What was asked for beside others, and has no log file. */
export function absentOf({ scope, extent }: Plan) {
  return {
    accounts: scope.accounts.filter((account) => !extent.accounts.includes(account)),
    regions: scope.regions.filter((region) => !extent.regions.includes(region)),
  };
}

function absentLine(plan: Plan): readonly (readonly [string, string])[] {
  const { accounts, regions } = absentOf(plan);
  const told = [
    ...accounts.map((account) => `of account ${account}`),
    ...regions.map((region) => `of Region ${region}`),
  ];
  return told.length > 0 ? [['Absent', `no log file ${told.join(', nor ')}`]] : [];
}

function foreignLine({ foreign }: Plan): readonly (readonly [string, string])[] {
  const told = Object.entries(foreign).map(([reason, count]) => `${formatCount(count)} ${reason}`);
  return told.length > 0 ? [['Left out', `${told.join(', ')} (objects, or folders as one)`]] : [];
}

/** Not where all is of the standard class. */
function classesText(classes: Plan['classes']): string {
  const entries = Object.entries(classes);
  if (entries.every(([name]) => name === 'STANDARD')) return '';
  const columns = [
    ...words('storage class'),
    ...numbers('log files', 'bytes', 'restored', 'restoring', 'to restore'),
  ];
  const cells = ({ files, bytes, restored, restoring, toRestore }: ClassAmount) => [
    ...[formatCount(files), formatBytes(bytes)],
    ...[restored, restoring, toRestore.files].map(formatCount),
  ];
  const rows = entries.map(([name, amount]) => [name.slice(0, 24), ...cells(amount)]);
  return `Storage classes:\n${alignedTable(columns, rows)}`;
}

function textsText(plan: Plan, width: number): string {
  if (!plan.datasets.includes('athena_events')) return '';
  const months = (told: 'all' | 'some') =>
    [...new Set(plan.months.filter(({ queryText }) => queryText === told).map(({ month }) => month))].filter(
      (month) => month !== undefined,
    );
  const [all, some] = [months('all'), months('some').filter((month) => !months('all').includes(month))];
  const untold = plan.months.filter(({ month }) => month === undefined);
  const told = [
    ...some.map((month) => `${month} (in part)`),
    ...all,
    ...(untold.length > 0 ? ['log files that tell no day (perhaps)'] : []),
  ].join(', ');
  if (told === '') {
    const text = `Query texts: of none of these months; Athena forgets a query after ${HISTORY_DAYS} days.`;
    return wrapped(text, width);
  }
  const lead = `Query texts can still be had of ${printable(told)}: Athena forgets a query after ${HISTORY_DAYS} days.`;
  const within = deadlinesOf(plan).filter(({ files }) => files > 0);
  const last = within.at(-1);
  if (last === undefined) {
    const isLeft = untold.some(({ files, settled }) => files > settled);
    const rest = isLeft ? 'What tells no day is read last.' : 'All of those log files are settled.';
    return wrapped(`${lead} ${rest}`, width);
  }
  const when = within.map(({ days, files }) => `${formatCount(files)} within ${counted(days, 'day')}`);
  const todo = `${counted(last.files, 'log file')} must be read before: ${when.join(', ')}. They come first.`;
  return wrapped(`${lead} ${todo}`, width);
}

function gapsText({ gaps }: Plan, width: number): string {
  if (gaps.length === 0) return '';
  const days = gaps.reduce((sum, gap) => sum + gap.days, 0);
  const lead = `${counted(gaps.length, 'gap')}: ${counted(days, 'day')} without any log file between the first and the last of an account and Region. Nothing may have happened; or nothing was logged, or it was deleted.`;
  const columns = [...words('account', 'Region', 'from', 'to'), ...numbers('days')];
  const rows = gaps
    .slice(0, SHOWN)
    .map(({ account, region, from, to, days: missing }) => [account, region, from, to, formatCount(missing)]);
  return `${wrapped(lead, width)}${alignedTable(columns, rows)}${moreText(gaps.length)}`;
}

function unlistedText({ unlisted }: Plan, width: number): string {
  if (unlisted.length === 0) return '';
  const lead = `${counted(unlisted.length, 'place')} could not be listed; what lies there is not in the plan:`;
  const lines = failureLines('  ', unlisted).map((line) => `${line}\n`);
  return `${wrapped(lead, width)}${lines.join('')}${moreText(unlisted.length)}`;
}

function moreText(count: number): string {
  return moreLines('  ', count, ': see --output json\n').join('');
}

function nextText(facts: PlanFacts): string {
  const { files, settled } = facts.plan.total;
  if (files === settled) return 'Nothing is left to read: every log file is settled.\n';
  return `Next:\n  ${printable(runCommand(facts))}\n`;
}
