import { Buffer } from 'node:buffer';
import { type Config, namedLake } from '../config.js';
import { AuditLakeError } from '../errors.js';
import { MOST_KEYS, type Trace, traceActivity } from '../jobs/trace-activity.js';
import type { ActivityLog } from '../ports/activity-log.js';
import { epochMsOf } from '../questions/moment.js';
import { periodOf, periodText } from '../questions/period.js';
import { traceHtml } from '../report/trace-html.js';
import { MOST_ROWS } from '../report/trace-page.js';
import { printable } from '../shown/printable.js';
import { quoted } from '../shown/shell-quoted.js';
import { formatBytes } from '../shown/units.js';
import type { Span } from '../trace/key-window.js';
import type { Subject } from '../trace/subject.js';
import { subjectOf, subjectText } from '../trace/subject-of.js';
import { ASKED_TABLES, openLakeActivity } from '../wiring/lake-activity.js';
import { openEvidence } from '../wiring/lake-evidence.js';
import { formatAnswer, type OutputFormat } from './answer-format.js';
import { type QueryDoors, withEngine } from './asked-engine.js';
import { type EngineFlags, engineTarget } from './engine-options.js';
import { type Io, unlessClosed } from './io.js';
import { mustBeNew, writeNewFile } from './new-file.js';
import { s3LakeOf } from './s3-lake-of.js';
import { answerOf } from './trace-answer.js';
import { afterwards, nothingKept, warningsOf } from './trace-notes.js';
import {
  givenRaw,
  mustGoWithRaw,
  planText,
  type RawTraceFlags,
  rawNotes,
  withRawActivity,
} from './trace-raw.js';
import { TraceTally } from './trace-tally.js';
import { chainsText, timelineText } from './trace-text.js';

export type TraceFlags = EngineFlags &
  Omit<RawTraceFlags, 'engine'> & {
    readonly lake?: string;
    readonly from?: string;
    readonly to?: string;
    readonly html?: string;
  };

export type TraceDoors = QueryDoors & { readonly now: () => number; readonly version: string };

/** So many days where nothing else is said. */
export const STANDARD_DAYS = 30;

/** Of DuckDB, which spills beyond it. */
const ENGINE_MEMORY = '1GB';

type Asked = { readonly subject: Subject; readonly period: Span; readonly flags: TraceFlags };
type World = { readonly io: Io; readonly doors: TraceDoors; readonly config: Config };

/**
 * Traces a person, a role or a key through a lake: the timeline on stdout, what it is and what to know of it on stderr; with
 * `--html` a page as well.
 * @throws AuditLakeError USAGE for a subject or a period that is none and a file that is there; LAKE_MISSING, LAKE_FORMAT,
 *   LAKE_WRITE_FAILED, QUERY_FAILED, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 * @throws Interrupted
 */
export async function runTrace(
  config: Config,
  { who, flags }: { readonly who: string; readonly flags: TraceFlags },
  { io, doors }: { readonly io: Io; readonly doors: TraceDoors },
): Promise<void> {
  // Log files tell no fractions of a second, and what happens now is in none of them.
  const now = Math.floor(doors.now() / 1000) * 1000;
  const subject = subjectOf(who);
  const written = periodOf(flags, STANDARD_DAYS);
  const covered = periodText(written, now);
  const period = { from: epochMsOf(written.from, now), to: written.to ? epochMsOf(written.to, now) : now };
  if (period.from >= period.to) throw new AuditLakeError('USAGE', `the period ${covered} is empty`);
  if (flags.html !== undefined) mustBeNew(flags.html);
  mustGoWithRaw(flags);
  io.err(`Trace of ${printable(subjectText(subject))}: ${covered}\n`);
  const asked = { subject, period, flags };
  const world = { io, doors, config };
  if (flags.dryRun) return io.out(await planText({ config, flags, io }, asked));
  const { trace, tally, notes } = await (flags.raw ? throughRaw(asked, world) : throughLake(asked, world));
  const warnings = [...warningsOf(trace), ...notes];
  for (const text of warnings) io.err(`${text}\n`);
  if (flags.html !== undefined) await writePage({ asked, trace, tally, warnings, now }, flags.html, world);
  io.err(afterwards({ trace, tally, subject, flags: { ...flags, given: givenRaw(flags) } }));
}

type Told = { readonly trace: Trace; readonly tally: TraceTally };

type Notes = { readonly notes: readonly string[] };

async function throughLake(asked: Asked, world: World): Promise<Told & Notes> {
  const { io, doors, config } = world;
  const target = engineTarget(config, asked.flags);
  const opening = { target, sql: ASKED_TABLES, memoryLimit: ENGINE_MEMORY };
  const told = await withEngine(opening, { io, doors }, (engine) =>
    traced(asked, openLakeActivity(engine, MOST_KEYS + 1), world),
  );
  return { ...told, notes: await notKept(told.trace, config) };
}

function throughRaw(asked: Asked, world: World): Promise<Told & Notes> {
  const { io, config } = world;
  return withRawActivity({ config, flags: asked.flags, io }, async (log) => {
    const told = await traced(asked, log, world);
    return { ...told, notes: rawNotes(log.work, asked.period) };
  });
}

async function traced({ subject, period, flags }: Asked, log: ActivityLog, { io }: World): Promise<Told> {
  try {
    const trace = await traceActivity({ subject, period }, log);
    const tally = new TraceTally(flags.html === undefined ? 0 : MOST_ROWS);
    const goesOn = flags.html !== undefined;
    try {
      // Whoever closes stdout still gets his page.
      for await (const text of textsOf(trace, { tally, flags, io }))
        await (goesOn ? io.out(text).catch(unlessClosed) : io.out(text));
    } catch (thrown) {
      unlessClosed(thrown);
    }
    return { trace, tally };
  } finally {
    await log.close();
  }
}

type Printing = { readonly tally: TraceTally; readonly flags: TraceFlags; readonly io: Io };

/** What goes to stdout: with `--html` alone nothing. */
async function* textsOf(trace: Trace, { tally, flags, io }: Printing): AsyncGenerator<string> {
  const rows = tally.watch(trace.rows, trace.chains);
  const format = flags.output ?? standardFormat(flags, io);
  if (format === 'none') {
    for await (const _ of rows);
  } else if (format === 'timeline') {
    yield chainsText(trace.chains, io.columns);
    yield* timelineText(rows, io.columns);
  } else {
    const layout = { format, width: io.columns, toTerminal: io.stdoutIsTerminal };
    yield* formatAnswer(answerOf(rows, format === 'table'), layout);
  }
}

function standardFormat({ html }: TraceFlags, io: Io): OutputFormat | 'timeline' | 'none' {
  if (html !== undefined) return 'none';
  return io.stdoutIsTerminal ? 'timeline' : 'ndjson';
}

/** A lake that keeps no events of STS tells of no credentials: asked only where none were found. */
async function notKept({ chains }: Trace, config: Config): Promise<readonly string[]> {
  if (chains.size > 0) return [];
  const lake = namedLake(config);
  try {
    const { lakeFile, close } = await openEvidence(lake, s3LakeOf(config));
    await close();
    return nothingKept(lakeFile.datasets, lake);
  } catch (error) {
    // Whoever may read the tables of a lake may not always read its state.
    if (error instanceof AuditLakeError && error.code === 'AWS_DENIED') return [];
    throw error;
  }
}

const placeOf = (config: Config, { raw }: TraceFlags): string =>
  raw ? `${config.rawSource} (table ${config.database}.${config.rawTable})` : namedLake(config);

type Page = Told & { readonly asked: Asked; readonly warnings: readonly string[]; readonly now: number };

async function writePage(
  { asked: { subject, period, flags }, trace, tally, warnings, now }: Page,
  file: string,
  { io, doors, config }: World,
): Promise<void> {
  const iso = (at: number) => new Date(at).toISOString().replace(/\.000Z$/, 'Z');
  const who = subjectText(subject);
  const page = traceHtml({
    ...{ who, period, warnings, lake: placeOf(config, flags), generatedAt: now, version: doors.version },
    engine: engineTarget(config, flags).kind === 'athena' ? 'Athena' : 'DuckDB',
    command: `audit-lake trace ${quoted(who)} --from ${iso(period.from)} --to ${iso(period.to)}${givenRaw(flags)}`,
    chains: { ...trace.chains, tree: trace.chains.tree() },
    ...{ events: tally.events, errors: tally.errors, accounts: tally.accounts.size },
    ...{ eventsByKey: tally.eventsByKey, rows: tally.rows, unseen: trace.unseen() },
  });
  await writeNewFile(file, page);
  io.err(`${printable(file)}: ${formatBytes(Buffer.byteLength(page))}\n`);
}
