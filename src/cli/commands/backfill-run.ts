import { Command, Option } from 'commander';
import { keptOf } from '../../backfill/kept.js';
import type { StoredPlan } from '../../backfill/plan.js';
import type { Config } from '../../config.js';
import { SETTINGS } from '../../settings.js';
import { plannedSourceOf, readScoped, type ScopeFlags, scopeOptions } from '../backfill/arguments.js';
import { fleetText, handedObject, isUnsent, queuedObject, queuedText } from '../backfill/elsewhere-texts.js';
import { type Given, givenTo } from '../backfill/given.js';
import type { Again } from '../backfill/next.js';
import { mustReach, type On } from '../backfill/reach.js';
import { backfillObject, backfillText, isWanting } from '../backfill/summary.js';
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
import { archiveAwsOptions, queryTextOptions, settingOptions } from '../setting-options.js';

type RunFlags = ScopeFlags &
  IngestFlags & {
    readonly on: On;
    readonly restart?: true;
  };

const EXAMPLES = `
Examples:
  $ audit-lake backfill run ./AWSLogs --lake ./lake
  $ audit-lake backfill run s3://amzn-s3-demo-bucket/AWSLogs --lake ./lake --from 2025-01-01 --account 111122223333
  $ audit-lake backfill run 20261121T113155Z-k3f9 --lake s3://amzn-s3-demo-lake/audit --on fleet

A plan is named by its id, its file (.jsonl), or a file with what plan --output json printed (.json). A source goes on
with its last plan, or gets a new one where that is done. Days whose query texts Athena still knows come first.

Exit codes: 0 done, 1 something failed or is missing, or the lake could not be used, 2 usage, 4 AWS says no,
130 interrupted with the state saved.
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
    .action(async (named: string[], flags: RunFlags, command: Command) =>
      exit(await run({ named, flags, given: givenTo(command) }, io)),
    );
}

type Run = {
  readonly stored: StoredPlan;
  readonly config: Config;
  readonly lake: string;
  readonly flags: RunFlags;
  readonly given: Given;
  readonly isStopped: () => boolean;
};

type Asked = { readonly named: readonly string[]; readonly flags: RunFlags; readonly given: Given };

async function run({ named, flags, given }: Asked, io: Io): Promise<number> {
  const { config, lake, scope, inventory } = await readScoped(flags);
  const { quiet = false, restart = false, on } = flags;
  await mustReach(on, named, config);
  return endingInOrder(io, async (stop) => {
    const isStopped = () => stop.signal.aborted;
    const { choosePlan } = await import('../backfill/plans.js');
    const planning = { sources: named, scope, inventory, config, lake, quiet, restart };
    const stored = await choosePlan(stop, planning, io);
    const chosen = { stored, config, lake, flags, given, isStopped };
    if (on === 'fleet') return runOnFleet(chosen, io);
    return on === 'queue' ? runOnQueue(chosen, io) : runHere(chosen, io);
  });
}

async function runHere(run: Run, io: Io): Promise<number> {
  const { stored, config, lake, flags, isStopped } = run;
  const { plan } = stored;
  const { backfillRun } = await import('../backfill/run.js');
  const source = await plannedSourceOf(plan.sources, config, lake);
  const options = { ...ingestOptionsOf(config, { lake, flags, isStopped }), dryRun: false, stored, source };
  const { report, seconds, textMode, registered } = await backfillRun(options, io);
  const about = { ...againOf(run), lake: plan.lake, datasets: plan.datasets };
  const facts = { ...about, seconds, dryRun: false, textMode };
  const isJson = flags.output === 'json';
  const text = isJson ? `${JSON.stringify(backfillObject(report, facts))}\n` : backfillText(report, facts);
  await io.out(text).catch(unlessClosed);
  if (registered) io.err(followedText(registered, config.database));
  if (report.interrupted) return 130;
  return isWanting(report) || isHidden(registered) ? 1 : 0;
}

/** For the commands that are printed. */
function againOf({ stored: { plan, location }, given, config }: Run): Again {
  return { plan, location, given, keeps: keptOf(config.datasets) };
}

async function runOnFleet(run: Run, io: Io): Promise<number> {
  const { startFleet } = await import('../backfill/elsewhere.js');
  const again = againOf(run);
  const fleet = await startFleet(run);
  const isJson = run.flags.output === 'json';
  await io.out(isJson ? `${JSON.stringify(handedObject(fleet, again))}\n` : fleetText(fleet, again));
  return 0;
}

async function runOnQueue(run: Run, io: Io): Promise<number> {
  const { sendToQueue } = await import('../backfill/elsewhere.js');
  const again = againOf(run);
  const report = await sendToQueue(run);
  const isJson = run.flags.output === 'json';
  await io.out(isJson ? `${JSON.stringify(queuedObject(report, again))}\n` : queuedText(report, again));
  if (report.interrupted) return 130;
  return isUnsent(report) ? 1 : 0;
}
