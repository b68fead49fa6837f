import { isDeepStrictEqual as isSame } from 'node:util';
import { datasetFlags, eventSourceFlags, type Kept } from '../../backfill/kept.js';
import type { StoredPlan } from '../../backfill/plan.js';
import { planFileName } from '../../backfill/plan-id.js';
import { META } from '../../lake/names.js';
import { quoted } from '../../shown/shell-quoted.js';
import type { Given } from './given.js';
import type { On } from './reach.js';

/** What a command that we print is made from: the plan, where it lies, and what was given on the command line. */
export type Again = Pick<StoredPlan, 'plan' | 'location'> & {
  readonly given: Given;
  /** What a command keeps here that names no dataset. */
  readonly keeps: Kept;
};

/** The command that made a plan, as a shell takes it: counts anew. */
export function planCommand(again: Again, ...more: readonly string[]): string {
  const { sources, lake, scope, inventory } = again.plan;
  const { from, to, accounts, regions } = scope;
  const named = [
    ...[...sources.map(quoted), '--lake', quoted(lake)],
    ...(from === undefined ? [] : ['--from', from]),
    ...(to === undefined ? [] : ['--to', to]),
    ...accounts.flatMap((account) => ['--account', account]),
    ...regions.flatMap((region) => ['--region', quoted(region)]),
    ...(inventory === undefined ? [] : ['--inventory', quoted(inventory)]),
  ];
  return line(again, 'plan', [...named, ...keptBy(again, 'plan'), ...more]);
}

/** The same, and it asks S3 to restore what lies in an archive class. */
export function restoreCommand(again: Again): string {
  return planCommand(again, '--restore');
}

/** The command that works off a plan, or what is left of it. */
export function runCommand(again: Again, on: On = 'here'): string {
  const elsewhere = on === 'here' ? [] : ['--on', on];
  return line(again, 'run', [...nameOf(again), ...keptBy(again, 'run'), ...elsewhere]);
}

/** The command that shows how far a plan is, again and again. */
export function watchCommand(again: Again): string {
  return line(again, 'watch', nameOf(again));
}

/** By its id, or by its file where that lies elsewhere: there the lake does not know the id. */
function nameOf({ plan: { id, lake }, location }: Again): readonly string[] {
  const isInLake = location === `${lake}/${META.plansFolder}/${planFileName(id)}`;
  return [isInLake ? id : quoted(location), '--lake', quoted(lake)];
}

function line({ given }: Again, verb: 'plan' | 'run' | 'watch', named: readonly string[]): string {
  const { variables, flags } = given(verb);
  return [...variables, 'audit-lake backfill', verb, ...named, ...flags].join(' ');
}

/** What every command keeps without a word, here and where nothing is set, is not said. */
function keptBy({ plan, given, keeps }: Again, verb: 'plan' | 'run'): readonly string[] {
  const { datasets } = plan;
  const { flags } = given(verb);
  const isUsual = isSame(datasets, ['athena_events']) && isSame(keeps.datasets, datasets);
  return [
    ...(isUsual || flags.includes('--dataset') ? [] : datasetFlags(plan)),
    ...(flags.includes('--event-source') ? [] : eventSourceFlags(plan)),
  ];
}

/** What a person does next, and the command for it. */
export type Next = { readonly label: string; readonly command: string };

type Outcome = {
  readonly interrupted: boolean;
  /** Whether something was left out that the same command takes again. */
  readonly isWanting: boolean;
};

/** What comes after a run; undefined where nothing is left. */
export function nextAfter(outcome: Outcome, again: Again, on: Exclude<On, 'fleet'>): Next | undefined {
  if (outcome.interrupted) return { label: 'Go on', command: runCommand(again, on) };
  if (outcome.isWanting) return { label: 'Try again', command: runCommand(again, on) };
  // What could not be listed when the plan was made is in none of its slices.
  return again.plan.unlisted.length > 0 ? { label: 'Plan anew', command: planCommand(again) } : undefined;
}
