import { ERROR_CODES } from '../errors.js';
import type { ListedPartition, PartitionList } from '../jobs/list-partitions.js';
import type { FoundDrift, ReconcilerReport } from '../jobs/reconcile-partitions.js';
import type { LedgerEntry } from '../ports/lake-state.js';
import type { AnswerColumn } from '../ports/query-engine.js';
import { printable } from '../shown/printable.js';
import { counted, formatCount } from '../shown/units.js';
import type { Registered } from '../wiring/register-now.js';
import { asTable } from './answer-table.js';
import { inOneChunk } from './one-chunk.js';

const PARTITIONS: readonly AnswerColumn[] = [
  ...['table', 'day', 'state'].map((name) => ({ name, type: 'VARCHAR' })),
  ...['generation', 'data files', 'rows', 'bytes'].map((name) => ({ name, type: 'BIGINT' })),
  { name: 'reason', type: 'VARCHAR' },
];

/** The partitions as a table for the eye, and below them the log files that are parked, with what to do about them. */
export async function* listPage(
  { partitions, parked }: PartitionList,
  width: number,
): AsyncGenerator<string> {
  const rows = partitions.map(({ table, day, registration, generation, files, rows, bytes, reason }) => {
    const counts = [generation, files, rows, bytes].map(formatCount);
    return [table, day, registration, ...counts, reason ?? null];
  });
  yield* asTable({ columns: PARTITIONS, chunks: inOneChunk(rows) }, width);
  if (parked.length === 0) return;
  yield '\nParked log files, to be tried again by the next ingest that meets them:\n';
  // Each dataset parks a log file for itself.
  for (const line of new Set(parked.map(parkedLine))) yield `${line}\n`;
  for (const code of new Set(parked.map((entry) => entry.code))) yield todoLine(code);
}

function parkedLine(entry: LedgerEntry): string {
  const place = locationOf(entry) ?? 'a log file that an older release parked without its place';
  return `${entry.status.padEnd(11)} ${entry.code ?? ''}  ${printable(place)}`;
}

/** Empty for a code that only another release knows. */
function todoLine(code: string | undefined): string {
  const known = Object.entries(ERROR_CODES).find(([name]) => name === code);
  return known ? `${' '.repeat(12)}${known[0]}: ${known[1].todo}\n` : '';
}

/** Undefined for an entry of an older release, which did not note it. */
function locationOf({ source }: LedgerEntry): string | null {
  if (!source) return null;
  return source.bucket === 'file' ? source.key : `s3://${source.bucket}/${source.key}`;
}

export function listObject(lake: string, { partitions, parked }: PartitionList): object {
  return {
    schema_version: 1,
    lake,
    partitions: partitions.map(partitionObject),
    parked: parked.map((entry) => ({
      status: entry.status,
      code: entry.code ?? null,
      log_file: locationOf(entry),
    })),
  };
}

function partitionObject({ registration, generation, files, reason, ...rest }: ListedPartition): object {
  const { table, day, rows, bytes } = rest;
  return {
    table,
    day,
    state: registration,
    generation,
    data_files: files,
    rows,
    bytes,
    reason: reason ?? null,
  };
}

/** What was found to differ; days with the same difference share a line. */
export function driftText({ checked, drift }: ReconcilerReport, dryRun: boolean): string {
  const groups = new Map<string, { readonly found: FoundDrift; readonly days: string[] }>();
  for (const found of drift) {
    const { table, kind, healed, reason } = found;
    const same = JSON.stringify([table, kind, healed, reason]);
    const group = groups.get(same) ?? { found, days: [] };
    groups.set(same, group);
    group.days.push(found.day);
  }
  const lines = [...groups.values()].map(({ found, days }) => {
    const done = dryRun ? '' : `: ${doneWord(found)}`;
    return `${found.table} ${daysText(days)} ${found.kind}${done}: ${found.reason}\n`;
  });
  return `${lines.join('')}${counted(drift.length, 'difference')} in ${counted(checked, 'partition')}.\n`;
}

function doneWord({ kind, healed }: FoundDrift): string {
  const word = kind === 'misplaced' || kind === 'regressed' ? 'moved' : 'healed';
  return healed ? word : `not ${word}`;
}

function daysText(days: readonly string[]): string {
  return days.length === 1 ? `${days[0]}` : `${days[0]} to ${days.at(-1)} (${days.length} days)`;
}

export function registeredText({ catalog, registrar }: Registered, database: string): string {
  const made = catalog.made.length > 0 ? `Made ${catalog.made.join(', ')}.\n` : '';
  return `${made}Registered ${counted(registrar.registered, 'partition')} in ${database}.\n`;
}

/** What is left to do after a run, for stderr. */
export function leftText(done: Registered): string {
  const lines = warningsOf(done).map((warning) => `Warning: ${warning}\n`);
  const { pending, blocked } = done.registrar;
  const same = 'with the same settings, `audit-lake partitions';
  if (pending > 0) {
    const next = `${same} register\` goes on; after a failure they wait up to an hour, but not with --retry`;
    lines.push(`${counted(pending, 'partition')} on the way, not visible to engines yet: ${next}.\n`);
  }
  if (blocked > 0) {
    const next = `\`audit-lake partitions list\` tells why, ${same} register --retry\` tries again`;
    lines.push(`${counted(blocked, 'partition')} BLOCKED, not visible to engines: ${next}.\n`);
  }
  return lines.join('');
}

/** The end of an ingest: as after `partitions register`, but where nothing changed nothing is said. */
export function followedText(done: Registered, database: string): string {
  const { catalog, registrar } = done;
  const isNews = catalog.made.length + registrar.registered > 0;
  return `${isNews ? registeredText(done, database) : ''}${leftText(done)}`;
}

const warningsOf = ({ swept, catalog, registrar }: Registered): readonly string[] => [
  ...(swept?.warnings ?? []),
  ...catalog.warnings,
  ...registrar.warnings,
];

/** A committed bundle that could not be published is not visible: nothing else of an ingest says so. */
export const isHidden = (done: Registered | undefined): boolean => (done?.swept?.warnings.length ?? 0) > 0;

export const isUnfinished = (done: Registered): boolean =>
  done.registrar.pending + done.registrar.blocked + warningsOf(done).length > 0;
