import { type Command, Option } from 'commander';
import type { Config } from '../config.js';
import { AuditLakeError } from '../errors.js';
import { firstSearch, MOST_KEYS } from '../jobs/trace-activity.js';
import { dayOf } from '../lake/partition.js';
import type { RawTable } from '../lake/raw-ddl.js';
import { SETTINGS } from '../settings.js';
import { quoted } from '../shown/shell-quoted.js';
import { counted, formatBytes } from '../shown/units.js';
import type { Span } from '../trace/key-window.js';
import type { Subject } from '../trace/subject.js';
import type { RawActivity, SearchPlan, TraceWork } from '../wiring/raw-activity.js';
import { interruption } from './interruption.js';
import type { Io } from './io.js';
import { folderScope } from './raw-arguments.js';
import { mustBeInS3 } from './s3-lake-of.js';
import { settingOptions } from './setting-options.js';

/** What a trace over the raw table is given beside who is traced. */
export type RawTraceFlags = {
  readonly raw?: true;
  readonly engine?: string;
  readonly accounts?: string;
  readonly regions?: string;
  readonly mostRunning?: string;
  readonly dryRun?: true;
  readonly rawTable?: string;
  readonly rawSource?: string;
};

/** Athena runs some 20 queries of an account at once, and more for who asks: most of them belong to others. */
const STANDARD_RUNNING = 5;
const MOST_RUNNING = 100;
const ONLY_RAW = ['accounts', 'regions', 'mostRunning', 'dryRun'] as const;

/** `--raw, --accounts, --regions, --most-running, --dry-run`, and the settings of the raw table. */
export function rawTraceOptions(command: Command): Command {
  command
    .option('--raw', "look into the raw table, over CloudTrail's own log files, by Athena")
    .option('--accounts <ids>', 'with --raw: accounts, with commas between them (default: all)')
    .option('--regions <names>', 'with --raw: Regions of the log files (default: all)')
    .addOption(
      new Option(
        '--most-running <n>',
        `with --raw: queries that run at once, 1 to ${MOST_RUNNING} (default: ${STANDARD_RUNNING})`,
      ),
    )
    .option('--dry-run', 'with --raw: tell what the first search takes, run nothing');
  return settingOptions(command, [SETTINGS.rawTable, SETTINGS.rawSource]);
}

type Raw = { readonly config: Config; readonly flags: RawTraceFlags; readonly io: Io };

/** @throws AuditLakeError USAGE for an option that goes with `--raw` alone */
export function mustGoWithRaw(flags: RawTraceFlags): void {
  const other = ONLY_RAW.find((name) => flags[name] !== undefined);
  if (flags.raw || other === undefined) return;
  const option = other.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
  throw new AuditLakeError('USAGE', `--${option} goes with --raw`);
}

/**
 * Opens the raw table for as long as `use` takes. Ctrl-C stops what runs in Athena, and removes what was made; what
 * could not be removed is told on stderr.
 * @throws AuditLakeError USAGE for a lake in a folder, a table that is not named, or an option that is wrong
 * @throws Interrupted
 */
export async function withRawActivity<T>(raw: Raw, use: (log: RawActivity) => Promise<T>): Promise<T> {
  const { config, flags, io } = raw;
  if (flags.engine === 'duckdb') throw new AuditLakeError('USAGE', '--raw asks Athena: leave --engine out');
  const settings = mustBeInS3(config, 'trace --raw');
  const { openRawActivity } = await import('../wiring/raw-activity.js');
  const log = openRawActivity(settings, await tableOf(config), {
    ...scopeOf(flags),
    mostRunning: mostRunning(flags.mostRunning),
    mostGrants: MOST_KEYS + 1,
    warn: (left) => io.err(`${left}\n`),
    tell: (plan) => io.err(`${searchText(plan)}\n`),
  });
  const { race, end } = interruption(() => io.err(STOPPING));
  try {
    return await race(use(log));
  } finally {
    await log.close();
    end();
  }
}

const STOPPING = 'Stopping: removing what was made in Athena. Press Ctrl-C again to leave it there.\n';

async function tableOf(config: Config): Promise<RawTable> {
  const { rawTableOf } = await import('../wiring/raw-table.js');
  const table = rawTableOf(config);
  if (table) return table;
  const { flag, env, key } = SETTINGS.rawTable;
  const message = `name the raw table and its folder of accounts: ${flag} and ${SETTINGS.rawSource.flag}, or ${env}, or ${key} in audit-lake.yaml`;
  throw new AuditLakeError('USAGE', message);
}

function scopeOf({ accounts, regions }: RawTraceFlags) {
  return folderScope({
    ...(accounts !== undefined && { accounts }),
    ...(regions !== undefined && { regions }),
  });
}

function mostRunning(text: string | undefined): number {
  const number = Number(text ?? STANDARD_RUNNING);
  if (/^\d+$/.test(text ?? '1') && number >= 1 && number <= MOST_RUNNING) return number;
  throw new AuditLakeError('USAGE', `--most-running takes 1 to ${MOST_RUNNING}, not ${JSON.stringify(text)}`);
}

/** The options that another trace of the raw table needs, as they were given. */
export function givenRaw({ raw, rawTable, rawSource }: RawTraceFlags): string {
  if (!raw) return '';
  const table = rawTable === undefined ? '' : ` --raw-table ${quoted(rawTable)}`;
  const source = rawSource === undefined ? '' : ` --raw-source ${quoted(rawSource)}`;
  return ` --raw${table}${source}`;
}

const searchText = ({ queries, partitions }: SearchPlan) =>
  `Looking into ${counted(partitions, 'partition')}: ${counted(queries, 'query', 'queries')} of Athena.`;

/** What the first search takes. How many keys it leads to is not known before. */
export async function planText(
  raw: Raw,
  { subject, period }: { readonly subject: Subject; readonly period: Span },
): Promise<string> {
  const plan = await withRawActivity(raw, (log) => log.plan(firstSearch(subject, period)));
  const notes = uncoveredText(plan.notCovered, period);
  const after = 'The keys that it finds are looked for after it, on their own days alone. Nothing was run.';
  return `${[searchText(plan), ...notes, after].join('\n')}\n`;
}

/** What a trace read, and what of its period it could not. */
export function rawNotes(work: TraceWork, period: Span): readonly string[] {
  const { queries, partitions, bytesScanned, notCovered, isComputed } = work;
  const read = `Athena scanned ${formatBytes(bytesScanned)}: ${counted(queries, 'query', 'queries')} over ${counted(partitions, 'partition')}.`;
  const unknown = isComputed ? ['Partitions are computed: which days have log files is not known.'] : [];
  return [read, ...unknown, ...uncoveredText(notCovered, period)];
}

/** Days before the period are looked into as well, for how sessions began: they are not told. */
function uncoveredText(all: readonly string[], { from }: Span): readonly string[] {
  const days = all.filter((day) => day >= dayOf(from));
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const between = first === last ? first : `between ${first} and ${last}`;
  return [
    `No partition of ${counted(days.length, 'day')} (${between}): what happened then is not found. Next: audit-lake raw status`,
  ];
}
