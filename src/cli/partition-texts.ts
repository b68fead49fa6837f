import type { ListedPartition, PartitionList } from '../jobs/list-partitions.js';
import type { ReconcilerReport } from '../jobs/reconcile-partitions.js';
import type { LedgerEntry } from '../ports/lake-state.js';
import type { Answer, AnswerColumn } from '../ports/query-engine.js';
import type { Registered } from '../wiring/partitions.js';
import { asTable } from './answer-table.js';
import { formatCount } from './units.js';

const PARTITIONS: readonly AnswerColumn[] = [
  ...['table', 'day', 'state'].map((name) => ({ name, type: 'VARCHAR' })),
  ...['generation', 'data files', 'rows', 'bytes'].map((name) => ({ name, type: 'BIGINT' })),
  { name: 'reason', type: 'VARCHAR' },
];
const PARKED: readonly AnswerColumn[] = ['status', 'code', 'log file'].map((name) => ({
  name,
  type: 'VARCHAR',
}));

/** The partitions as a table for the eye, and below them the log files that are parked. */
export async function* listPage(
  { partitions, parked }: PartitionList,
  width: number,
): AsyncGenerator<string> {
  const rows = partitions.map(({ table, day, registration, generation, files, rows, bytes, reason }) => {
    const counts = [generation, files, rows, bytes].map(formatCount);
    return [table, day, registration, ...counts, reason ?? null];
  });
  yield* asTable(answerOf(PARTITIONS, rows), width);
  if (parked.length === 0) return;
  yield `\nParked log files, to be tried again by the next ingest that meets them:\n`;
  yield* asTable(
    answerOf(
      PARKED,
      parked.map((entry) => [entry.status, entry.code ?? null, locationOf(entry)]),
    ),
    width,
  );
}

function answerOf(columns: readonly AnswerColumn[], rows: readonly (readonly (string | null)[])[]): Answer {
  const chunks = async function* () {
    yield rows;
  };
  return { columns, chunks: chunks() };
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

/** What was found to differ, a day a line. `healed` is left out where nothing was to be changed. */
export function driftText({ checked, drift }: ReconcilerReport, dryRun: boolean): string {
  const lines = drift.map(({ table, day, kind, reason, healed }) => {
    const done = dryRun ? '' : healed ? ': healed' : ': not healed';
    return `${table} ${day} ${kind}${done}: ${reason}\n`;
  });
  return `${lines.join('')}${plural(drift.length, 'difference')} in ${plural(checked, 'partition')}.\n`;
}

export function registeredText({ catalog, registrar }: Registered, database: string): string {
  const made = catalog.made.length > 0 ? `Made ${catalog.made.join(', ')}.\n` : '';
  return `${made}Registered ${plural(registrar.registered, 'partition')} in ${database}.\n`;
}

/** What is left to do after a run, for stderr. */
export function leftText({ catalog, registrar }: Registered): string {
  const warnings = [...catalog.warnings, ...registrar.warnings].map((warning) => `Warning: ${warning}\n`);
  const { pending, blocked } = registrar;
  const left: string[] = [];
  if (pending > 0)
    left.push(
      `${plural(pending, 'partition')} on the way: another run goes on (after a failure they wait, up to an hour).\n`,
    );
  if (blocked > 0) {
    const next = '`audit-lake partitions list` tells why, `partitions register --retry` tries again';
    left.push(`${plural(blocked, 'partition')} BLOCKED: ${next}.\n`);
  }
  return [...warnings, ...left].join('');
}

export const isUnfinished = ({ catalog, registrar }: Registered): boolean =>
  registrar.pending + registrar.blocked + catalog.warnings.length + registrar.warnings.length > 0;

function plural(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}
