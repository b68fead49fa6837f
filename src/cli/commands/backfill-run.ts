import { Command, Option } from 'commander';
import { type Config, namedLake, readConfig } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import type { StoredPlan } from '../../ports/plan-store.js';
import { SETTINGS } from '../../settings.js';
import { archiveSourceOf, type ScopeFlags, scopeOf, scopeOptions } from '../backfill-arguments.js';
import { backfillObject, backfillText } from '../backfill-summary.js';
import { fleetObject, fleetText, queuedObject, queuedText } from '../elsewhere-texts.js';
import { interruption } from '../interruption.js';
import { type Io, OutputClosed } from '../io.js';
import { followedText } from '../partition-texts.js';
import { athenaHistoryOf, mustBeInS3, targetOf } from '../s3-lake-of.js';
import { archiveAwsOptions, lakeOptions, queryTextOptions, settingOptions } from '../setting-options.js';

type RunFlags = ScopeFlags & {
  readonly on: 'here' | 'fleet' | 'queue';
  readonly restart?: true;
  readonly queryHistory?: string;
  readonly output: 'text' | 'json';
  readonly quiet?: true;
};

const EXAMPLES = `
Examples:
  $ audit-lake backfill run ./AWSLogs --lake ./lake
  $ audit-lake backfill run s3://amzn-s3-demo-bucket/AWSLogs --lake ./lake --from 2025-01-01 --account 111122223333
  $ audit-lake backfill run 20261121T113155Z-k3f9 --lake s3://amzn-s3-demo-lake/audit --on fleet

A plan is named by its id, or by its file (.jsonl). A source goes on with its last plan, or gets a new one where that
is done. Days whose query texts Athena still knows come first.

Exit codes: 0 done, 1 some log file failed or the lake could not be used, 2 usage, 4 AWS says no, 130 interrupted with
the state saved.
`;

const STOPPING = 'Stopping: finishing what is being written. Press Ctrl-C again to stop at once.\n';

/** `audit-lake backfill run`: works off a plan, here or elsewhere. Returns the exit code by `exit`. */
export function backfillRunCommand(io: Io, exit: (code: number) => void): Command {
  const command = new Command('run')
    .summary('work off a plan, or what is left of it')
    .description('Works off the plan of a source; run again, it goes on where it was.')
    .argument('<source or plan...>', 'folders or places in S3; or one plan, by its id or file');
  scopeOptions(command);
  lakeOptions(command);
  const { datasets, eventSources, concurrency, lockWaitSeconds, sourceOwner, ownRoles } = SETTINGS;
  const { stateMachine, queueUrl } = SETTINGS;
  settingOptions(command, [datasets, eventSources, concurrency, lockWaitSeconds, sourceOwner, ownRoles]);
  settingOptions(command, [stateMachine, queueUrl]);
  queryTextOptions(command);
  return archiveAwsOptions(command)
    .addOption(
      new Option('--on <place>', 'this machine, a fleet of Lambdas, or the queue of the ingest Lambda')
        .choices(['here', 'fleet', 'queue'])
        .default('here'),
    )
    .option('--restart', 'make a new plan, whatever became of the last one')
    .option(
      '--query-history <json>',
      'saved answers of BatchGetQueryExecution: the SQL that CloudTrail hides',
    )
    .addOption(
      new Option('--output <format>', 'the summary: for people, or one JSON object')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--quiet', 'no progress')
    .addHelpText('after', EXAMPLES)
    .action(async (named: string[], flags: RunFlags) => exit(await run(named, flags, io)));
}

type Run = {
  readonly stored: StoredPlan;
  readonly config: Config;
  readonly lake: string;
  readonly flags: RunFlags;
  readonly isStopped: () => boolean;
};

async function run(named: readonly string[], { region, ...flags }: RunFlags, io: Io): Promise<number> {
  const config = await readConfig(flags);
  const lake = namedLake(config);
  const scope = scopeOf({ ...flags, ...(region && { region }) });
  const { inventory, quiet = false, restart = false, on } = flags;
  if (on !== 'here') mustBeInS3(config, `backfill run --on ${on}`);
  // The first Ctrl-C ends the run in order, the second at once: the lake bears both.
  const stop = interruption(() => io.err(STOPPING));
  const isStopped = () => stop.signal.aborted;
  try {
    const { choosePlan } = await import('../backfill-plans.js');
    const planning = { sources: named, scope, inventory, config, lake, quiet, restart };
    const stored = await stop.race(choosePlan(planning, io));
    const chosen = { stored, config, lake, flags, isStopped };
    if (on === 'fleet') return await runOnFleet(chosen, io);
    return on === 'queue' ? await runOnQueue(chosen, io) : await runHere(chosen, io);
  } catch (error) {
    // Interrupted before it had the lake: nothing was begun.
    if (isStopped() && error instanceof AuditLakeError && error.code === 'LAKE_BUSY') return 130;
    throw error;
  } finally {
    stop.end();
  }
}

async function runHere({ stored, config, lake, flags, isStopped }: Run, io: Io): Promise<number> {
  const { datasets, ownRoles, concurrency } = config;
  const { plan } = stored;
  const { backfillRun } = await import('../backfill-run.js');
  const options = {
    ...{ stored, source: await archiveSourceOf(plan.sources, config, lake), target: targetOf(config, lake) },
    ...{ datasets, ownRoles, concurrency, queryHistory: flags.queryHistory, isStopped },
    ...{ athena: athenaHistoryOf(config), privacy: config, dryRun: false, quiet: flags.quiet ?? false },
  };
  const { report, seconds, textMode, registered } = await backfillRun(options, io);
  const facts = { lake, datasets: plan.datasets, seconds, dryRun: false, textMode };
  const text =
    flags.output === 'json'
      ? `${JSON.stringify(backfillObject(report, plan, facts))}\n`
      : backfillText(report, plan, facts);
  await io.out(text).catch(unlessClosed);
  if (registered) io.err(followedText(registered, config.database));
  if (report.interrupted) return 130;
  const isHidden = (registered?.swept?.warnings.length ?? 0) > 0;
  return report.failures.length > 0 || report.unlisted.length > 0 || isHidden ? 1 : 0;
}

async function runOnFleet(run: Run, io: Io): Promise<number> {
  const { startFleet } = await import('../backfill-elsewhere.js');
  const { plan } = run.stored;
  const fleet = await startFleet(run);
  const isJson = run.flags.output === 'json';
  await io.out(isJson ? `${JSON.stringify(fleetObject(fleet, plan))}\n` : fleetText(fleet, plan, run.lake));
  return 0;
}

async function runOnQueue(run: Run, io: Io): Promise<number> {
  const { sendToQueue } = await import('../backfill-elsewhere.js');
  const { plan } = run.stored;
  const report = await sendToQueue(run, io);
  const isJson = run.flags.output === 'json';
  await io.out(
    isJson ? `${JSON.stringify(queuedObject(report, plan))}\n` : queuedText(report, plan, run.lake),
  );
  if (report.interrupted) return 130;
  return report.unlisted.length > 0 ? 1 : 0;
}

/** Nobody reads stdout any more: the exit code still tells. */
function unlessClosed(error: unknown): void {
  if (!(error instanceof OutputClosed)) throw error;
}
