import type { Plan } from '../../backfill/plan.js';
import { quoted } from '../shell-quoted.js';

/** The command that made a plan, as a shell takes it: counts anew. */
function planCommand({ sources, lake, scope, inventory }: Plan): string {
  const { from, to, accounts, regions } = scope;
  const options = [
    ...['--lake', quoted(lake)],
    ...(from === undefined ? [] : ['--from', from]),
    ...(to === undefined ? [] : ['--to', to]),
    ...accounts.flatMap((account) => ['--account', account]),
    ...regions.flatMap((region) => ['--region', quoted(region)]),
    ...(inventory === undefined ? [] : ['--inventory', quoted(inventory)]),
  ];
  return ['audit-lake backfill plan', ...sources.map(quoted), ...options].join(' ');
}

/** The same, and it asks S3 to restore what lies in an archive class. */
export function restoreCommand(plan: Plan): string {
  return `${planCommand(plan)} --restore`;
}

/** The command that counts what of a lake is settled, whichever source it is of. */
export function countCommand({ lake }: Plan): string {
  return `audit-lake backfill plan <source> --lake ${quoted(lake)}`;
}

/** The command that works off a plan, or what is left of it. */
export function runCommand({ id, lake, datasets }: Plan, on: 'here' | 'fleet' | 'queue' = 'here'): string {
  const elsewhere = on === 'here' ? '' : ` --on ${on}`;
  const kept =
    datasets.join() === 'athena_events' ? '' : datasets.map((name) => ` --dataset ${name}`).join('');
  return `audit-lake backfill run ${id} --lake ${quoted(lake)}${kept}${elsewhere}`;
}

/** The command that sends what is left of a plan to the queue. */
export function queueCommand({ id, lake }: Plan): string {
  return `audit-lake backfill run ${id} --on queue --lake ${quoted(lake)}`;
}

/** The command that shows how far a plan is, again and again. */
export function watchCommand({ id, lake }: Plan): string {
  return `audit-lake backfill watch ${id} --lake ${quoted(lake)}`;
}
