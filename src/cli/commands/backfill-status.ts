import { Command, Option } from 'commander';
import { namedLake, readConfig } from '../../config.js';
import { SETTINGS } from '../../settings.js';
import { realTime } from '../../wiring/real-time.js';
import { isOver, type StatusFacts, statusObject, statusText } from '../backfill/status-text.js';
import { interruption } from '../interruption.js';
import type { Io } from '../io.js';
import { showLines } from '../progress.js';
import { awsOptions, lakeOptions, settingOptions } from '../setting-options.js';

/** Between two looks: an answer reads all that is known of a plan. */
const LOOK_MS = 2_000;

type StatusFlags = { readonly output: 'text' | 'json' };

const STATUS_EXAMPLES = `
Examples:
  $ audit-lake backfill status --lake ./lake
  $ audit-lake backfill status 20261121T113155Z-k3f9 --lake s3://amzn-s3-demo-lake/audit --output json

Without a plan: the newest of the lake. Changes nothing.

Exit codes: 0 told, 1 some log file failed or the lake could not be used, 2 usage, 4 AWS says no.
`;

const WATCH_EXAMPLES = `
Examples:
  $ audit-lake backfill watch --lake ./lake
  $ audit-lake backfill watch 20261121T113155Z-k3f9 --lake s3://amzn-s3-demo-lake/audit --state-machine <arn>

Without a plan: the newest of the lake. Ctrl-C ends the watching, and nothing else.

Exit codes: 0 done, 1 some log file failed or the lake could not be used, 2 usage, 4 AWS says no, 130 interrupted.
`;

/** `audit-lake backfill status`: how far a plan is. Returns the exit code by `exit`. */
export function backfillStatusCommand(io: Io, exit: (code: number) => void): Command {
  return withOptions(
    new Command('status')
      .summary('tell how far a plan is')
      .description('Tells how far a plan is, whoever works on it: this machine, another one, or a fleet.')
      .addHelpText('after', STATUS_EXAMPLES),
  ).action(async (plan: string | undefined, flags: StatusFlags) => exit(await runStatus(plan, flags, io)));
}

/** `audit-lake backfill watch`: the same until it is done. Returns the exit code by `exit`. */
export function backfillWatchCommand(io: Io, exit: (code: number) => void): Command {
  return withOptions(
    new Command('watch')
      .summary('watch a plan until it is done')
      .description('Tells how far a plan is, again and again, until it is done.')
      .addHelpText('after', WATCH_EXAMPLES),
  ).action(async (plan: string | undefined, flags: StatusFlags) => exit(await runWatch(plan, flags, io)));
}

function withOptions(command: Command): Command {
  command.argument('[plan]', 'the id of a plan, or its file');
  lakeOptions(command);
  settingOptions(command, [SETTINGS.stateMachine]);
  return awsOptions(command).addOption(
    new Option('--output <format>', 'for people, or one JSON object')
      .choices(['text', 'json'])
      .default('text'),
  );
}

async function runStatus(named: string | undefined, flags: StatusFlags, io: Io): Promise<number> {
  const config = await readConfig(flags);
  const lake = namedLake(config);
  const { openNamedPlan, standingOf } = await import('../backfill/standing.js');
  const standing = await standingOf(await openNamedPlan(named, config, lake), config, lake);
  return tell(standing, flags, io);
}

async function tell(now: StatusFacts, { output }: StatusFlags, io: Io): Promise<number> {
  const isJson = output === 'json';
  await io.out(isJson ? `${JSON.stringify(statusObject(now), null, 2)}\n` : statusText(now));
  const { standing, fleet, plan } = now;
  return standing.slices.failed > 0 || fleet?.state === 'failed' || plan.unlisted.length > 0 ? 1 : 0;
}

async function runWatch(named: string | undefined, flags: StatusFlags, io: Io): Promise<number> {
  const config = await readConfig(flags);
  const lake = namedLake(config);
  const { openNamedPlan, standingOf } = await import('../backfill/standing.js');
  const stop = interruption();
  try {
    const stored = await openNamedPlan(named, config, lake);
    let now = await stop.race(standingOf(stored, config, lake));
    const hide = await showLines(io, () => statusText(now).trimEnd().split('\n'));
    try {
      while (!isOver(now)) {
        await stop.race(realTime.pause(LOOK_MS));
        now = await stop.race(standingOf(stored, config, lake));
      }
    } finally {
      hide();
    }
    return await tell(now, flags, io);
  } finally {
    stop.end();
  }
}
