import { Command, Option } from 'commander';
import { keptOf } from '../../backfill/kept.js';
import type { Tier } from '../../backfill/restore-offers.js';
import { AuditLakeError } from '../../errors.js';
import { SETTINGS } from '../../settings.js';
import { mustBeRestorable, readScoped, type ScopeFlags, scopeOptions } from '../backfill/arguments.js';
import { type Given, givenTo } from '../backfill/given.js';
import { planObject } from '../backfill/plan-object.js';
import { planText } from '../backfill/plan-text.js';
import type { restoreRun } from '../backfill/restore.js';
import { interruption } from '../interruption.js';
import type { Io } from '../io.js';
import { archiveAwsOptions, lakeOptions, settingOptions } from '../setting-options.js';

type PlanFlags = ScopeFlags & {
  readonly restore?: true;
  readonly restoreTier: Tier;
  readonly restoreDays?: string;
  readonly output: 'table' | 'json';
  readonly quiet?: true;
};

const EXAMPLES = `
Examples:
  $ audit-lake backfill plan ./AWSLogs --lake ./lake
  $ audit-lake backfill plan s3://amzn-s3-demo-bucket/AWSLogs --lake s3://amzn-s3-demo-lake/audit --from 2023-01-01
  $ audit-lake backfill plan s3://amzn-s3-demo-bucket --lake ./lake --account 111122223333 --region eu-central-1
  $ audit-lake backfill plan s3://amzn-s3-demo-bucket --lake ./lake --inventory s3://amzn-s3-demo-inventory/daily/manifest.json

No log file is read. The plan lies in the lake, in _meta/plans. The Region of AWS comes from the settings file, the
environment or the profile: --region is that of log files.

Exit codes: 0 done, 1 there is no log file, or some place could not be listed, 2 usage, 4 AWS says no,
130 interrupted: before there was a plan, or while S3 was asked to restore.
`;

/** `audit-lake backfill plan`: what there is to backfill, and what it takes. Returns the exit code by `exit`. */
export function backfillPlanCommand(io: Io, exit: (code: number) => void): Command {
  const command = new Command('plan')
    .summary('count the log files of years, and what a backfill takes')
    .description('Counts log files by account, Region and day, and says what a backfill takes. Reads none.')
    .argument('<source...>', 'folders, or places in S3');
  scopeOptions(command);
  lakeOptions(command);
  settingOptions(command, [SETTINGS.datasets, SETTINGS.eventSources, SETTINGS.sourceOwner, SETTINGS.prices]);
  return archiveAwsOptions(command)
    .option('--restore', 'ask S3 to restore the log files that lie in an archive class (Glacier)')
    .addOption(
      new Option('--restore-tier <tier>', 'how fast, and how dear')
        .choices(['Bulk', 'Standard', 'Expedited'])
        .default('Bulk'),
    )
    .option('--restore-days <n>', 'how long the restored copies stay (default: as in the prices, 7)')
    .addOption(
      new Option('--output <format>', 'the plan: for people, or one JSON object')
        .choices(['table', 'json'])
        .default('table'),
    )
    .option('--quiet', 'no progress')
    .addHelpText('after', EXAMPLES)
    .action(async (sources: string[], flags: PlanFlags, command: Command) =>
      exit(await run({ sources, flags, given: givenTo(command) }, io)),
    );
}

type Asked = { readonly sources: readonly string[]; readonly flags: PlanFlags; readonly given: Given };

async function run({ sources, flags, given }: Asked, io: Io): Promise<number> {
  const { config, lake, scope, inventory } = await readScoped(flags);
  const { quiet = false, output, restore } = flags;
  if (restore) mustBeRestorable(sources);
  const { readPrices } = await import('../../wiring/price-list.js');
  const known = await readPrices(config.prices);
  const days = daysOf(flags.restoreDays) ?? known.assumptions.restored_days;
  const prices = { ...known, assumptions: { ...known.assumptions, restored_days: days } };
  const terms = { tier: flags.restoreTier, days };
  const stop = interruption();
  try {
    const { makePlan } = await import('../backfill/plans.js');
    const planning = { sources, scope, inventory, config, lake, quiet };
    const stored = await makePlan(stop, planning, io);
    const { plan, location } = stored;
    const again = { plan, location, given, keeps: keptOf(config.datasets) };
    const facts = { ...again, prices, cores: config.concurrency };
    await io.out(
      output === 'json' ? `${JSON.stringify(planObject(facts), null, 2)}\n` : planText(facts, io.columns),
    );
    const restored = restore ? await runRestore({ stored, config, lake, terms }, stop.signal, io) : 0;
    return restored === 0 && plan.unlisted.length > 0 ? 1 : restored;
  } finally {
    stop.end();
  }
}

type Restoring = Parameters<typeof restoreRun>[0];

async function runRestore(
  restoring: Omit<Restoring, 'isStopped'>,
  signal: AbortSignal,
  io: Io,
): Promise<number> {
  const { restoreRun, restoredText } = await import('../backfill/restore.js');
  const report = await restoreRun({ ...restoring, isStopped: () => signal.aborted });
  io.err(restoredText(report, restoring.terms));
  if (report.interrupted) return 130;
  return report.failed > 0 ? 1 : 0;
}

function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new AuditLakeError('USAGE', `--restore-days takes a whole number of days from 1, not ${text}`);
}
