import { Command, Option } from 'commander';
import type { Config } from '../../config.js';
import type { StoredPlan } from '../../ports/plan-store.js';
import { SETTINGS } from '../../settings.js';
import { archiveSourceOf, readScoped, type ScopeFlags, scopeOptions } from '../backfill/arguments.js';
import { fleetObject, fleetText, queuedObject, queuedText } from '../backfill/elsewhere-texts.js';
import { backfillObject, backfillText } from '../backfill/summary.js';
import {
  historyOption,
  type IngestFlags,
  ingestOptionsOf,
  ingestSettings,
  summaryOptions,
} from '../ingest-options.js';
import { endingInOrder } from '../interruption.js';
import { type Io, unlessClosed } from '../io.js';
import { followedText, isHidden } from '../partition-texts.js';
import { mustBeInS3 } from '../s3-lake-of.js';
import { archiveAwsOptions, queryTextOptions, settingOptions } from '../setting-options.js';

type RunFlags = ScopeFlags &
  IngestFlags & {
    readonly on: 'here' | 'fleet' | 'queue';
    readonly restart?: true;
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

/** `audit-lake backfill run`: works off a plan, here or elsewhere. Returns the exit code by `exit`. */
export function backfillRunCommand(io: Io, exit: (code: number) => void): Command {
  const command = new Command('run')
    .summary('work off a plan, or what is left of it')
    .description('Works off the plan of a source; run again, it goes on where it was.')
    .argument('<source or plan...>', 'folders or places in S3; or one plan, by its id or file');
  scopeOptions(command);
  ingestSettings(command);
  settingOptions(command, [SETTINGS.stateMachine, SETTINGS.queueUrl]);
  queryTextOptions(command);
  archiveAwsOptions(command)
    .addOption(
      new Option('--on <place>', 'this machine, a fleet of Lambdas, or the queue of the ingest Lambda')
        .choices(['here', 'fleet', 'queue'])
        .default('here'),
    )
    .option('--restart', 'make a new plan, whatever became of the last one');
  return summaryOptions(historyOption(command))
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

async function run(named: readonly string[], flags: RunFlags, io: Io): Promise<number> {
  const { config, lake, scope } = await readScoped(flags);
  const { inventory, quiet = false, restart = false, on } = flags;
  if (on !== 'here') mustBeInS3(config, `backfill run --on ${on}`);
  return endingInOrder(io, async (stop) => {
    const isStopped = () => stop.signal.aborted;
    const { choosePlan } = await import('../backfill/plans.js');
    const planning = { sources: named, scope, inventory, config, lake, quiet, restart };
    const stored = await stop.race(choosePlan(planning, io));
    const chosen = { stored, config, lake, flags, isStopped };
    if (on === 'fleet') return runOnFleet(chosen, io);
    return on === 'queue' ? runOnQueue(chosen, io) : runHere(chosen, io);
  });
}

async function runHere({ stored, config, lake, flags, isStopped }: Run, io: Io): Promise<number> {
  const { plan } = stored;
  const { backfillRun } = await import('../backfill/run.js');
  const source = await archiveSourceOf(plan.sources, config, lake);
  const options = { ...ingestOptionsOf(config, { lake, flags, isStopped }), dryRun: false, stored, source };
  const { report, seconds, textMode, registered } = await backfillRun(options, io);
  const facts = { lake, datasets: plan.datasets, seconds, dryRun: false, textMode };
  const text =
    flags.output === 'json'
      ? `${JSON.stringify(backfillObject(report, plan, facts))}\n`
      : backfillText(report, plan, facts);
  await io.out(text).catch(unlessClosed);
  if (registered) io.err(followedText(registered, config.database));
  if (report.interrupted) return 130;
  return report.failures.length > 0 || report.unlisted.length > 0 || isHidden(registered) ? 1 : 0;
}

async function runOnFleet(run: Run, io: Io): Promise<number> {
  const { startFleet } = await import('../backfill/elsewhere.js');
  const { plan } = run.stored;
  const fleet = await startFleet(run);
  const isJson = run.flags.output === 'json';
  await io.out(isJson ? `${JSON.stringify(fleetObject(fleet, plan))}\n` : fleetText(fleet, plan));
  return 0;
}

async function runOnQueue(run: Run, io: Io): Promise<number> {
  const { sendToQueue } = await import('../backfill/elsewhere.js');
  const { plan } = run.stored;
  const report = await sendToQueue(run, io);
  const isJson = run.flags.output === 'json';
  await io.out(isJson ? `${JSON.stringify(queuedObject(report, plan))}\n` : queuedText(report, plan));
  if (report.interrupted) return 130;
  return report.unlisted.length > 0 ? 1 : 0;
}
