import type { Config } from '../config.js';
import { AuditLakeError } from '../errors.js';
import { periodOf, periodText } from '../questions/period.js';
import type { Question } from '../questions/question.js';
import { type Given, sqlOf } from '../questions/rendered-question.js';
import { printable } from '../shown/printable.js';
import { quoted } from '../shown/shell-quoted.js';
import { counted } from '../shown/units.js';
import { askEngine, formatOf, type QueryDoors } from './asked-engine.js';
import { type EngineFlags, engineTarget } from './engine-options.js';
import type { Io } from './io.js';
import { usage } from './question-list.js';
import { ENGINE_MEMORY } from './report-making.js';
import { wrapped } from './wrapped.js';

export type AskFlags = EngineFlags & {
  readonly lake?: string;
  readonly from?: string;
  readonly to?: string;
  readonly showSql?: true;
  /** Rows are a finding: the exit code says so. */
  readonly failOn?: 'rows';
};

export type AskDoors = QueryDoors & {
  readonly now: () => number;
  readonly exit: (code: number) => void;
  readonly readConfig: () => Promise<Config>;
};

/** For schedulers: the question was asked, and there are rows. */
const FOUND = 3;

/**
 * Asks a question of the library: rows on stdout, what they are and what they cover on stderr.
 * @throws AuditLakeError USAGE for values or a period that are none, and what askEngine throws
 * @throws Interrupted
 */
export async function runQuestion(
  question: Question,
  {
    given,
    flags,
    next,
  }: { readonly given: Given; readonly flags: AskFlags; readonly next: Question | undefined },
  { io, doors }: { readonly io: Io; readonly doors: AskDoors },
): Promise<void> {
  const period = periodOf(flags, question.days);
  const covered = periodText(period, doors.now());
  const sql = sqlOf(question, given, period);
  if (flags.showSql) return await io.out(`${sql}\n`);
  const target = engineTarget(await doors.readConfig(), flags);
  io.err(`${question.title}: ${covered}\n${wrapped(question.answers, io.columns)}`);
  const { table: tableColumns } = question;
  const asked = { target, sql, output: flags.output, tableColumns, memoryLimit: ENGINE_MEMORY };
  const rows = await askEngine(asked, io, doors);
  // A table ends with the number of its rows.
  if (formatOf(flags, io) !== 'table') io.err(`${counted(rows, 'row')}\n`);
  else if (question.table.length > 0) io.err('More columns: --output csv, json, ndjson or md\n');
  const lake = flags.lake === undefined ? '' : ` --lake ${quoted(flags.lake)}`;
  if (next) io.err(`Next: audit-lake ask ${usage(next)}${lake}\n`);
  if (flags.failOn === 'rows' && rows > 0) doors.exit(FOUND);
}

/** @throws AuditLakeError USAGE for a question that nobody knows */
export function unknownQuestion(name: string, nearest: string | undefined): never {
  const hint = nearest === undefined ? '`audit-lake ask` lists them' : `Did you mean ${nearest}?`;
  throw new AuditLakeError('USAGE', `no question is called ${printable(name)}. ${hint}`);
}
