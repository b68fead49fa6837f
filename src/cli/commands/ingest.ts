import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { readConfig } from '../../config.js';
import { ATHENA, DATASET_NAMES, type Dataset, type DatasetName } from '../../datasets/dataset.js';
import { AuditLakeError } from '../../errors.js';
import type { IngestReport } from '../../jobs/ingest-log-files.js';
import type { LocalArgument } from '../../wiring/local-source.js';
import type { IngestFolderOptions } from '../ingest-folder.js';
import { summaryObject, summaryText } from '../ingest-summary.js';
import { type Io, OutputClosed } from '../io.js';

type Flags = {
  lake?: string;
  dataset?: string[];
  eventSource?: string[];
  queryHistory?: string;
  concurrency?: string;
  lockWait?: string;
  dryRun?: true;
  output: 'text' | 'json';
  quiet?: true;
};

const EXAMPLES = `
Examples:
  audit-lake ingest ./logs --lake ./lake
  audit-lake ingest './logs/**/*.json.gz' --lake ./lake --query-history history.json
  audit-lake ingest ./AWSLogs --lake ./lake --dataset cloudtrail_events --event-source s3.amazonaws.com
  audit-lake ingest ./logs --lake ./lake --dry-run

Exit codes: 0 done, 1 some log file failed, 2 usage, 130 interrupted with the state saved.`;

/** `audit-lake ingest`: log files into a lake. Returns the exit code by `exit`. */
export function ingestCommand(io: Io, exit: (code: number) => void): Command {
  return new Command('ingest')
    .summary('put CloudTrail log files into a lake')
    .description('Puts CloudTrail log files into a lake: files (.json.gz, .json), whole folders, or globs.')
    .argument('<source...>', 'files, folders or globs')
    .option('--lake <dir>', 'the folder of the lake; made where there is none [env: AUDIT_LAKE_LAKE]')
    .addOption(
      repeatable('--dataset <name>', `what to keep: ${DATASET_NAMES.join(' or ')} (default: athena_events)`),
    )
    .addOption(repeatable('--event-source <name>', 'for cloudtrail_events: only this service (default: all)'))
    .option(
      '--query-history <json>',
      'saved answers of BatchGetQueryExecution: the SQL that CloudTrail hides',
    )
    .option('--concurrency <n>', 'log files read side by side (default: cores) [env: AUDIT_LAKE_CONCURRENCY]')
    .option(
      '--lock-wait <seconds>',
      'how long to wait for another ingest (default: 30) [env: AUDIT_LAKE_LOCK_WAIT]',
    )
    .option('--dry-run', 'read and count everything, write nothing')
    .addOption(new Option('--output <format>', 'the summary').choices(['text', 'json']).default('text'))
    .option('--quiet', 'no progress')
    .addHelpText('after', EXAMPLES)
    .action(async (sources: string[], flags: Flags) => exit(await runIngest(sources, flags, io)));
}

async function runIngest(sources: readonly string[], flags: Flags, io: Io): Promise<number> {
  const { lake, concurrency, lockWaitSeconds } = readConfig(flags);
  if (lake === undefined) throw new AuditLakeError('USAGE', 'name the lake: --lake <dir>');
  const datasets = datasetsOf(flags);
  const stop = interruption(io);
  const options: IngestFolderOptions = {
    paths: await expand(sources),
    lake,
    datasets,
    concurrency,
    lockWaitSeconds,
    queryHistory: flags.queryHistory,
    dryRun: flags.dryRun ?? false,
    quiet: flags.quiet ?? false,
    isStopped: stop.isStopped,
  };
  try {
    const { ingestFolder } = await import('../ingest-folder.js');
    const { report, seconds } = await ingestFolder(options, io);
    const facts = { lake, datasets: datasets.map(({ name }) => name), seconds, dryRun: options.dryRun };
    const isJson = flags.output === 'json';
    const text = isJson ? `${JSON.stringify(summaryObject(report, facts))}\n` : summaryText(report, facts);
    await io.out(text).catch(unlessClosed);
    for (const hint of hints(report, options)) io.err(`${hint}\n`);
    if (report.interrupted) return 130;
    return report.failures.length > 0 ? 1 : 0;
  } catch (error) {
    // Interrupted before it had the lake: nothing was begun.
    if (stop.isStopped() && error instanceof AuditLakeError && error.code === 'LAKE_BUSY') return 130;
    throw error;
  } finally {
    stop.end();
  }
}

/** Nobody reads stdout any more: the exit code still tells. */
function unlessClosed(error: unknown): void {
  if (!(error instanceof OutputClosed)) throw error;
}

/** What the sums do not say by themselves. */
function hints({ counters, interrupted }: IngestReport, { queryHistory }: IngestFolderOptions): string[] {
  const { listed, skipped } = counters.logFiles;
  const found: string[] = [];
  if (interrupted) found.push('Stopped. What is in the lake stays; run the same command to continue.');
  if (listed === 0 && !interrupted) found.push('No files were found there. Linked folders are not followed.');
  if (queryHistory !== undefined && skipped > 0) {
    found.push(
      `${skipped} log files were settled before: the query history was not asked for their queries.`,
    );
  }
  return found;
}

/** @throws AuditLakeError USAGE */
function datasetsOf({ dataset = ['athena_events'], eventSource }: Flags): Dataset[] {
  const names = [...new Set(dataset)].map(datasetName);
  if (eventSource && !names.includes('cloudtrail_events')) {
    throw new AuditLakeError('USAGE', '--event-source goes with --dataset cloudtrail_events');
  }
  for (const source of eventSource ?? []) {
    if (!/^[a-z0-9][a-z0-9.-]*$/.test(source)) {
      throw new AuditLakeError(
        'USAGE',
        `--event-source takes a name such as s3.amazonaws.com, not "${source}"`,
      );
    }
  }
  return names.map((name) => ({
    name,
    eventSources: name === 'athena_events' ? [ATHENA] : eventSource ? [...new Set(eventSource)] : 'all',
  }));
}

function datasetName(name: string): DatasetName {
  const known = DATASET_NAMES.find((dataset) => dataset === name);
  if (known) return known;
  throw new AuditLakeError('USAGE', `--dataset takes ${DATASET_NAMES.join(' or ')}, not "${name}"`);
}

/** A path that exists is taken as it is, whatever characters it holds; anything else may be a glob. */
async function expand(sources: readonly string[]): Promise<LocalArgument[]> {
  const given: LocalArgument[] = [];
  for (const source of sources) {
    if (source === '') throw new AuditLakeError('USAGE', 'a source is empty: name a file or a folder');
    if (existsSync(source) || !/[*?[{]/.test(source)) given.push(source);
    else given.push(...(await globbed(source)));
  }
  return given;
}

/** Keys of what a pattern finds count from where the pattern begins, as if that folder had been named. */
async function globbed(pattern: string): Promise<LocalArgument[]> {
  const { glob } = await import('tinyglobby');
  const found = await glob(pattern, { dot: true, absolute: true, expandDirectories: false });
  if (found.length === 0) throw new AuditLakeError('USAGE', `no file matches ${pattern}`);
  const below = resolve(pattern.replace(/[^/\\]*[*?[{].*$/s, ''));
  return found.sort().map((path) => ({ path, below }));
}

/** The first Ctrl-C ends the run in order, the second at once: the lake bears both. */
function interruption(io: Io) {
  let stopped = false;
  const onSignal = () => {
    if (stopped) process.exit(130);
    stopped = true;
    io.err('Stopping: finishing what is being written. Press Ctrl-C again to stop at once.\n');
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const end = () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  return { isStopped: () => stopped, end };
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, list: string[] | undefined) => [
    ...(list ?? []),
    value,
  ]);
}
