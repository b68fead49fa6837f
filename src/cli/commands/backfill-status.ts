import { Command, Option } from 'commander';
import { keptOf } from '../../backfill/kept.js';
import { namedLake, readConfig } from '../../config.js';
import { SETTINGS } from '../../settings.js';
import { realTime } from '../../wiring/real-time.js';
import { type Given, givenTo } from '../backfill/given.js';
import { isOver, isWanting, type PlanState, stateOf } from '../backfill/state.js';
import { type StatusFacts, statusObject, statusText } from '../backfill/status-text.js';
import { interruption } from '../interruption.js';
import type { Io } from '../io.js';
import { showLines } from '../progress.js';
import { awsOptions, lakeOptions, settingOptions } from '../setting-options.js';

/** Between two looks. Each reads all slices of a plan and all that is known of them, in a fifth of the time at most. */
const LOOK_MS = 2_000;
const TIMES_A_LOOK = 4;

type StatusFlags = { readonly output: 'text' | 'json' };

const STATUS_EXAMPLES = `
Examples:
  $ audit-lake backfill status --lake ./lake
  $ audit-lake backfill status 20261121T113155Z-k3f9 --lake s3://amzn-s3-demo-lake/audit --output json

Without a plan: the newest of the lake, and the ids of older ones. Changes nothing.

Exit codes: 0 told, 1 something failed or is missing, or the lake could not be used, 2 usage, 4 AWS says no.
`;

const WATCH_EXAMPLES = `
Examples:
  $ audit-lake backfill watch --lake ./lake
  $ audit-lake backfill watch 20261121T113155Z-k3f9 --lake s3://amzn-s3-demo-lake/audit --state-machine <arn>

Without a plan: the newest of the lake. Ends when nothing more will happen by itself; of a lake in S3 nobody knows who
else writes to it. Ctrl-C ends the watching, and nothing else.

Exit codes: 0 done or sent, 1 stopped before, something failed or is missing, or the lake could not be used, 2 usage,
4 AWS says no, 130 interrupted.
`;

/** `audit-lake backfill status`: how far a plan is. Returns the exit code by `exit`. */
export function backfillStatusCommand(io: Io, exit: (code: number) => void): Command {
  return withOptions(
    new Command('status')
      .summary('tell how far a plan is')
      .description('Tells how far a plan is, whoever works on it: this machine, another one, or a fleet.')
      .addHelpText('after', STATUS_EXAMPLES),
  ).action(async (plan: string | undefined, flags: StatusFlags, command: Command) =>
    exit(await runStatus({ plan, flags, given: givenTo(command) }, io)),
  );
}

/** `audit-lake backfill watch`: the same until it is done. Returns the exit code by `exit`. */
export function backfillWatchCommand(io: Io, exit: (code: number) => void): Command {
  return withOptions(
    new Command('watch')
      .summary('watch a plan until it is done')
      .description('Tells how far a plan is, again and again, until it is done.')
      .addHelpText('after', WATCH_EXAMPLES),
  ).action(async (plan: string | undefined, flags: StatusFlags, command: Command) =>
    exit(await runWatch({ plan, flags, given: givenTo(command) }, io)),
  );
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

type Asked = { readonly plan: string | undefined; readonly flags: StatusFlags; readonly given: Given };

async function runStatus(asked: Asked, io: Io): Promise<number> {
  const { now } = await look(asked, io);
  return tell(now, asked.flags, io);
}

/** How the plan stands that is asked for, and how to look again. */
async function look({ plan: named, flags, given }: Asked, io: Io) {
  const config = await readConfig(flags);
  const lake = namedLake(config);
  const { openStanding, standingOf } = await import('../backfill/standing.js');
  const { stored, plans, now } = await openStanding(named, { config, lake }, io);
  const keeps = keptOf(config.datasets);
  const told = { location: stored.location, plans, isNamed: named !== undefined, given, keeps };
  const factsOf = (state: PlanState): StatusFacts => ({ ...state, ...told });
  return { now: factsOf(now), again: async () => factsOf(await standingOf(stored, config, lake)) };
}

async function tell(now: StatusFacts, { output }: StatusFlags, io: Io): Promise<number> {
  const isJson = output === 'json';
  await io.out(isJson ? `${JSON.stringify(statusObject(now), null, 2)}\n` : statusText(now));
  return isWanting(now) ? 1 : 0;
}

async function runWatch(asked: Asked, io: Io): Promise<number> {
  const stop = interruption();
  try {
    let begun = performance.now();
    const { now: first, again } = await stop.race(look(asked, io));
    let now = first;
    const hide = await showLines(io, () => statusText(now).trimEnd().split('\n'));
    try {
      while (!isOver(now)) {
        const took = performance.now() - begun;
        await stop.race(realTime.pause(Math.max(LOOK_MS, TIMES_A_LOOK * took)));
        begun = performance.now();
        now = await stop.race(again());
      }
    } finally {
      hide();
    }
    const code = await tell(now, asked.flags, io);
    return stateOf(now) === 'stopped' ? 1 : code;
  } finally {
    stop.end();
  }
}
