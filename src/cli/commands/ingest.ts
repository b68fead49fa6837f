import { Command, Option } from 'commander';
import { namedLake, readConfig } from '../../config.js';
import type { IngestReport } from '../../jobs/ingest-log-files.js';
import { counted } from '../../shown/units.js';
import {
  historyOption,
  type IngestFlags,
  ingestOptionsOf,
  ingestSettings,
  summaryOptions,
} from '../ingest-options.js';
import type { IngestRunOptions } from '../ingest-run.js';
import { announcement, EVENT_HISTORY, sourceOf } from '../ingest-source.js';
import { summaryObject, summaryText } from '../ingest-summary.js';
import { endingInOrder } from '../interruption.js';
import { type Io, unlessClosed } from '../io.js';
import { followedText, isHidden } from '../partition-texts.js';
import { appended, awsOptions, queryTextOptions } from '../setting-options.js';

type Flags = IngestFlags & {
  readonly account?: readonly string[];
  readonly dryRun?: true;
};

const EXAMPLES = `
Examples:
  $ audit-lake ingest ./logs --lake ./lake
  $ audit-lake ingest './logs/**/*.json.gz' --lake ./lake --query-history history.json
  $ audit-lake ingest ./AWSLogs --lake ./lake --dataset cloudtrail_events --event-source s3.amazonaws.com
  $ audit-lake ingest ./logs --lake ./lake --dry-run
  $ audit-lake ingest s3://amzn-s3-demo-bucket/AWSLogs --lake s3://amzn-s3-demo-lake/audit
  $ audit-lake ingest cloudtrail:lookup-events --region eu-west-1 --lake ./lake

Without a trail: cloudtrail:lookup-events reads what CloudTrail remembers of an account in one Region, the management
events of 90 days without the last one to two hours. Other accounts than that of the credentials are read by
--query-role. For other Regions run it again.

Exit codes: 0 done, 1 some log file failed or the lake could not be used, 2 usage, 4 AWS says no, 130 interrupted with
the state saved.
`;

/** `audit-lake ingest`: log files into a lake. Returns the exit code by `exit`. */
export function ingestCommand(io: Io, exit: (code: number) => void): Command {
  const command = new Command('ingest')
    .summary('put CloudTrail log files into a lake')
    .description('Puts CloudTrail log files into a lake: files, whole folders, globs, or s3://bucket/prefix.')
    .argument('<source...>', `files (.json.gz, .json), folders or globs; places in S3; or ${EVENT_HISTORY}`);
  ingestSettings(command);
  queryTextOptions(command);
  awsOptions(command);
  historyOption(command)
    .addOption(
      new Option(
        '--account <id>',
        `whose history, for ${EVENT_HISTORY}, may be repeated (default: that of the credentials)`,
      ).argParser(appended),
    )
    .option('--dry-run', 'read and count everything, write nothing');
  return summaryOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (sources: string[], flags: Flags) => exit(await runIngest(sources, flags, io)));
}

async function runIngest(sources: readonly string[], flags: Flags, io: Io): Promise<number> {
  const config = await readConfig(flags);
  const lake = namedLake(config);
  const source = await sourceOf({ sources, accounts: flags.account ?? [] }, config, lake);
  const announced = announcement(source);
  if (announced !== undefined && !flags.quiet) io.err(`${announced}\n`);
  return endingInOrder(io, async ({ signal }) => {
    const isStopped = () => signal.aborted;
    const dryRun = flags.dryRun ?? false;
    const options = { ...ingestOptionsOf(config, { lake, flags, isStopped }), source, dryRun };
    const { ingestRun } = await import('../ingest-run.js');
    const { report, seconds, textMode, registered } = await ingestRun(options, io);
    const datasets = config.datasets.map(({ name }) => name);
    const facts = { lake, datasets, seconds, dryRun, textMode };
    const isJson = flags.output === 'json';
    const text = isJson ? `${JSON.stringify(summaryObject(report, facts))}\n` : summaryText(report, facts);
    await io.out(text).catch(unlessClosed);
    if (registered) io.err(followedText(registered, config.database));
    for (const hint of hints(report, options)) io.err(`${hint}\n`);
    if (report.interrupted) return 130;
    return report.counters.logFiles.failed > 0 || isHidden(registered) ? 1 : 0;
  });
}

/** What the sums do not say by themselves. */
function hints(
  { counters, interrupted }: IngestReport,
  { queryHistory, source, athena, dryRun }: IngestRunOptions,
): string[] {
  const { listed, skipped } = counters.logFiles;
  const { pending = 0 } = counters.queryTexts;
  const found: string[] = [];
  if (interrupted) found.push('Stopped. What is in the lake stays; run the same command to continue.');
  if (listed === 0 && !interrupted) {
    const isLocal = source.reading.kind === 'local';
    found.push(`No files were found there.${isLocal ? ' Linked folders are not followed.' : ''}`);
  }
  if (pending > 0 && athena.queryAccounts.length === 0 && !dryRun) {
    found.push(
      `${counted(pending, 'query text is', 'query texts are')} pending: \`audit-lake resolve --query-account self\` asks Athena for them.`,
    );
  }
  if (queryHistory !== undefined && skipped > 0) {
    found.push(
      `${skipped} log files were settled before: \`audit-lake resolve --query-history\` asks for their queries.`,
    );
  }
  return found;
}
