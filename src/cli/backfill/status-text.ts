import type { Plan } from '../../backfill/plan.js';
import type { Standing } from '../../backfill/progress-count.js';
import type { SliceFailure } from '../../backfill/slice-end.js';
import type { FleetRun } from '../../ports/fleet.js';
import { failureLines, moreLines } from '../failure-lines.js';
import { printable } from '../printable.js';
import { counted, formatCount, formatDuration } from '../units.js';
import { runCommand, watchCommand } from './next.js';

/** How a plan stands. */
export type StatusFacts = {
  readonly plan: Plan;
  readonly standing: Standing;
  /** The last run of a fleet, where there was one. */
  readonly fleet: FleetRun | undefined;
  /** Whether this machine works on it; undefined where nobody knows, so that it counts whether slices end. */
  readonly isRunning: boolean | undefined;
};

export type StatusWord = 'not started' | 'running' | 'done' | 'done with failures' | 'stopped';

export function stateOf({ standing, fleet, isRunning }: StatusFacts): StatusWord {
  const { slices, rate } = standing;
  if (fleet?.state === 'running') return 'running';
  if (slices.done === slices.total) return 'done';
  if (isRunning === true) return 'running';
  if (slices.done + slices.failed === slices.total) return 'done with failures';
  if (fleet === undefined && isRunning === undefined && rate > 0) return 'running';
  return standing.lastEnd === undefined && fleet === undefined ? 'not started' : 'stopped';
}

/** Whether nothing more will happen by itself, so that there is nothing to watch. */
export function isOver(facts: StatusFacts): boolean {
  return stateOf(facts).startsWith('done');
}

const LABEL = 11;

/** How a plan stands, for people: sums that can be checked by eye, what failed, and the command that goes on. */
export function statusText(facts: StatusFacts): string {
  const { plan, standing, fleet } = facts;
  const { slices, logFiles } = standing;
  const n = formatCount;
  const failed = failuresOf(facts);
  const lines = [
    line('Plan', `${printable(plan.id)} of ${plan.sources.map(printable).join(', ')}`),
    line('State', stateOf(facts)),
    line('Slices', `${n(slices.done)} of ${n(slices.total)} done (${share(slices.done, slices.total)})`) +
      (slices.failed > 0 ? `, ${n(slices.failed)} with failures` : ''),
    line(
      'Log files',
      `${n(logFiles.total)} = ${n(logFiles.done)} done + ${n(logFiles.failed)} failed + ${n(logFiles.toDo)} to do`,
    ),
    ...queuedLine(logFiles.queued),
    ...speedLine(standing),
    ...fleetLines(fleet),
    ...failureLines(line('failed', ''), failed),
    ...moreLines(line('failed', ''), failed.length, ': see --output json'),
    ...unlistedLine(plan),
    ...nextLine(facts),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as one object: what `--output json` prints. */
export function statusObject(facts: StatusFacts) {
  const { plan, standing, fleet } = facts;
  const { slices, logFiles, rate, eta, lastEnd } = standing;
  const { toDo, ...counts } = logFiles;
  return {
    ...{ schema_version: 1, plan: plan.id, lake: plan.lake, state: stateOf(facts).replaceAll(' ', '_') },
    ...{ slices, log_files: { ...counts, to_do: toDo } },
    files_per_second: Number(rate.toFixed(1)),
    eta_seconds: eta === undefined ? null : Math.ceil(eta),
    last_slice_at: lastEnd === undefined ? null : new Date(lastEnd).toISOString(),
    fleet: fleet === undefined ? null : fleetObject(fleet),
    failures: failuresOf(facts),
    unlisted: plan.unlisted,
    next: nextOf(facts)?.command ?? null,
  };
}

function fleetObject({ started, ended, failures: _, ...run }: FleetRun) {
  const ends = ended === undefined ? null : new Date(ended).toISOString();
  return { ...run, started_at: new Date(started).toISOString(), ended_at: ends };
}

function failuresOf({ standing, fleet }: StatusFacts): readonly SliceFailure[] {
  return [...standing.failures, ...(fleet?.failures ?? [])];
}

const line = (label: string, text: string) => `${label.padEnd(LABEL)}${text}`;

/** Rounded down: all is done at 100 only. */
function share(part: number, whole: number): string {
  return `${whole > 0 ? Math.floor((part / whole) * 100) : 100} %`;
}

function queuedLine(queued: number): readonly string[] {
  if (queued === 0) return [];
  const text = `${formatCount(queued)} were sent to the queue; \`backfill plan\` counts what of them is settled`;
  return [line('Queued', text)];
}

function speedLine({ rate, eta }: Standing): readonly string[] {
  if (rate === 0) return [];
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
  return [
    line(
      'Fleet',
      `${fleet.state}: ${counted(total, 'batch', 'batches')} = ${n(succeeded)} done + ${n(failed)} failed + ${n(running)} running + ${n(waiting)} waiting`,
    ),
    line('', printable(fleet.id)),
  ];
}

/** What could not be listed when the plan was made is in no slice of it. */
function unlistedLine({ unlisted }: Plan): readonly string[] {
  if (unlisted.length === 0) return [];
  const places = counted(unlisted.length, 'place');
  return [line('Not in it', `${places} that could not be listed; make a new plan once they can be`)];
}

type Next = { readonly label: string; readonly command: string };

function nextLine(facts: StatusFacts): readonly string[] {
  const next = nextOf(facts);
  return next ? [line(next.label, printable(next.command))] : [];
}

function nextOf(facts: StatusFacts): Next | undefined {
  const { plan, standing, fleet } = facts;
  const elsewhere = standing.logFiles.queued > 0 ? 'queue' : 'here';
  const run = runCommand(plan, fleet ? 'fleet' : elsewhere);
  switch (stateOf(facts)) {
    case 'not started':
      return { label: 'Start', command: run };
    case 'running':
      return { label: 'Watch', command: watchCommand(plan) };
    case 'stopped':
      return { label: 'Go on', command: run };
    case 'done with failures':
      return { label: 'Try again', command: run };
    case 'done':
      return undefined;
  }
}
