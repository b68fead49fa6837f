import type { Plan } from '../../backfill/plan.js';
import type { Standing } from '../../backfill/progress-count.js';
import type { FleetRun } from '../../ports/fleet.js';
import { printable } from '../../shown/printable.js';
import { counted, formatCount, formatDuration } from '../../shown/units.js';
import { failureLines, moreLines } from '../failure-lines.js';
import { COUNTS, fleetObject } from './elsewhere-texts.js';
import { goneLines } from './left-lines.js';
import { type Again, type Next, planCommand, runCommand, watchCommand } from './next.js';
import { fleetFailures, isMoving, isWanting, type PlanState, stateOf } from './state.js';

/** How a plan stands, and what else is told of it. */
export type StatusFacts = PlanState &
  Again & {
    /** Where the plan lies. */
    readonly location: string;
    /** The ids of all plans of the lake, newest first. */
    readonly plans: readonly string[];
    /** Whether the plan was named; else it is the newest. */
    readonly isNamed: boolean;
  };

const LABEL = 11;

/** How a plan stands, for people: sums that can be checked by eye, what failed, and the command that goes on. */
export function statusText(facts: StatusFacts): string {
  const { plan, standing, fleet } = facts;
  const failed = failuresOf(facts);
  const lines = [
    line('Plan', `${printable(plan.id)} of ${plan.sources.map(printable).join(', ')}`),
    ...olderLine(facts),
    line('State', stateText(facts)),
    line('Slices', slicesText(standing)),
    line('Log files', logFilesText(standing)),
    ...speedLine(facts),
    ...fleetLines(fleet),
    ...failureLines(line('failed', ''), failed.some),
    ...moreLines(line('failed', ''), failed.count),
    ...goneLines(standing.logFiles.gone),
    ...unlistedLine(plan),
    ...nextLine(facts),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as one object: what `--output json` prints. */
export function statusObject(facts: StatusFacts) {
  const { plan, location, standing, fleet, plans } = facts;
  const { slices, logFiles, lastEnd } = standing;
  const { rate, eta } = isMoving(facts) ? standing : { rate: 0, eta: undefined };
  return {
    ...{ schema_version: 1, plan: plan.id, location, lake: plan.lake, sources: plan.sources },
    ...{ state: stateOf(facts).replaceAll(' ', '_'), slices: inSnakeCase(slices) },
    ...{ log_files: inSnakeCase(logFiles), gone: logFiles.gone },
    files_per_second: Number(rate.toFixed(1)),
    eta_seconds: eta === undefined ? null : Math.ceil(eta),
    last_slice_at: lastEnd === undefined ? null : new Date(lastEnd).toISOString(),
    fleet: fleet === undefined ? null : fleetObject(fleet),
    ...{ failures: failuresOf(facts).some, unlisted: plan.unlisted },
    ...{ next: nextOf(facts)?.command ?? null, plans },
  };
}

function inSnakeCase({ total, done, sent, failed, toDo }: Standing['slices']) {
  return { total, done, sent, failed, to_do: toDo };
}

/** Those that are known by name, and how many there are: a slice names its first few. */
function failuresOf(facts: StatusFacts) {
  const { failures, logFiles } = facts.standing;
  const ofFleet = fleetFailures(facts);
  const count = Math.max(logFiles.failed, failures.length) + ofFleet.length;
  const some = [...failures, ...ofFleet].sort((a, b) => (a.file < b.file ? -1 : 1));
  return { some, count };
}

const line = (label: string, text: string) => `${label.padEnd(LABEL)}${text}`;
const OLDER = 3;

/** The newest is shown where none is named: these can be named. */
function olderLine({ plan, plans, isNamed }: StatusFacts): readonly string[] {
  const older = plans.slice(plans.indexOf(plan.id) + 1);
  if (isNamed || older.length === 0) return [];
  const more = older.length > OLDER ? ` and ${formatCount(older.length - OLDER)} more` : '';
  return [line('Older', `${older.slice(0, OLDER).join(' ')}${more}`)];
}

function stateText(facts: StatusFacts): string {
  const state = stateOf(facts);
  const { lastEnd } = facts.standing;
  if (lastEnd === undefined || (state !== 'running' && state !== 'stopped')) return state;
  const seconds = Math.max(0, Math.round((facts.now - lastEnd) / 1000));
  return `${state}: the last slice ended ${seconds < 10 ? `${seconds} s` : formatDuration(seconds)} ago`;
}

function slicesText({ slices }: Standing): string {
  const n = formatCount;
  return [
    `${n(slices.done)} of ${n(slices.total)} done (${share(slices.done, slices.total)})`,
    ...(slices.sent > 0 ? [`${n(slices.sent)} sent to the queue`] : []),
    ...(slices.failed > 0 ? [`${n(slices.failed)} with failures`] : []),
  ].join(', ');
}

/** Rounded down: all is done at 100 only. */
function share(part: number, whole: number): string {
  return `${whole > 0 ? Math.floor((part / whole) * 100) : 100} %`;
}

function logFilesText({ logFiles }: Standing): string {
  const n = formatCount;
  const { total, done, sent, failed, toDo } = logFiles;
  const ofQueue = sent > 0 ? ` + ${n(sent)} sent` : '';
  return `${n(total)} = ${n(done)} done${ofQueue} + ${n(failed)} failed + ${n(toDo)} to do`;
}

function speedLine(facts: StatusFacts): readonly string[] {
  const { rate, eta } = facts.standing;
  if (!isMoving(facts) || rate === 0) return [];
  const left = eta === undefined ? '' : `, ${formatDuration(eta)} left`;
  return [line('Speed', `${speedOf(rate)} files/s over the last 5 minutes${left}`)];
}

function speedOf(rate: number): string {
  if (rate < 0.1) return '<0.1';
  return rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate));
}

function fleetLines(fleet: FleetRun | undefined): readonly string[] {
  if (fleet === undefined) return [];
  const { total, waiting, running, succeeded, failed } = fleet.batches;
  const n = formatCount;
  const batches = counted(total, 'batch', 'batches');
  const parts = `${n(succeeded)} done + ${n(failed)} failed + ${n(running)} running + ${n(waiting)} waiting`;
  return [line('Fleet', `${fleet.state}: ${batches} = ${parts}`), line('', printable(fleet.id))];
}

/** What could not be listed when the plan was made is in no slice of it. */
function unlistedLine({ unlisted }: Plan): readonly string[] {
  if (unlisted.length === 0) return [];
  const places = counted(unlisted.length, 'place');
  return [line('Not in it', `${places} that could not be listed; make a new plan once they can be`)];
}

function nextLine(facts: StatusFacts): readonly string[] {
  const next = nextOf(facts);
  if (next === undefined) return [];
  const lead = stateOf(facts) === 'sent' ? [line('Next', COUNTS)] : [];
  return [...lead, line(next.label, printable(next.command))];
}

function nextOf(facts: StatusFacts): Next | undefined {
  const { standing, fleet } = facts;
  const elsewhere = standing.slices.sent > 0 ? 'queue' : 'here';
  const run = runCommand(facts, fleet ? 'fleet' : elsewhere);
  switch (stateOf(facts)) {
    case 'not started':
      return { label: 'Start', command: run };
    case 'running':
      return { label: 'Watch', command: watchCommand(facts) };
    case 'stopped':
      return { label: 'Go on', command: run };
    case 'done with failures':
      return { label: 'Try again', command: run };
    case 'sent':
      return { label: '', command: planCommand(facts) };
    case 'done':
      return isWanting(facts) ? { label: 'Plan anew', command: planCommand(facts) } : undefined;
  }
}
