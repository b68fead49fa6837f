import { isDeepStrictEqual as isSame } from 'node:util';
import type { Plan } from '../../backfill/plan.js';
import { isPlanId, planId } from '../../backfill/plan-id.js';
import type { Scope } from '../../backfill/scope.js';
import type { Config } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import { planBackfill } from '../../jobs/plan-backfill.js';
import type { PlanStore, StoredPlan } from '../../ports/plan-store.js';
import { openArchive } from '../../wiring/archive.js';
import { type LakeAsItIs, openLakeAsItIs } from '../../wiring/lake-as-it-is.js';
import { openPlanStore } from '../../wiring/plan-store.js';
import { realTime } from '../../wiring/real-time.js';
import type { Io } from '../io.js';
import { showCounting } from '../progress.js';
import { targetOf } from '../s3-lake-of.js';
import { absolute, archiveSourceOf } from './arguments.js';

/** What is planned: the arguments of a command. */
type Planning = {
  readonly sources: readonly string[];
  readonly scope: Scope;
  readonly inventory: string | undefined;
  readonly config: Config;
  readonly lake: string;
  readonly quiet: boolean;
};

/** Makes a plan, and writes it into the lake. @throws AuditLakeError NO_LOG_FILES, and all of disposition `stop` */
export async function makePlan(planning: Planning, io: Io): Promise<StoredPlan> {
  const { sources, scope, inventory, config, lake, quiet } = planning;
  const target = targetOf(config, lake);
  const archive = await openArchive(await archiveSourceOf(sources, config, lake), lake, inventory);
  const made = realTime.now();
  const head = {
    ...{ id: planId(made, realTime.random), made, lake: absolute(lake) },
    ...{ sources: sources.map(absolute).sort(), scope, datasets: namesOf(planning), inventory },
  };
  const state = await openLakeAsItIs(target);
  let files = 0;
  const stop = await showCounting(io, quiet, () => files);
  try {
    const onCounted = (more: number) => {
      files += more;
    };
    const { plan, slices } = await planBackfill({ archive, head, ledger: state?.ledger, onCounted });
    const store = await openPlanStore(target);
    return await store.read(await store.write(plan, slices));
  } finally {
    stop();
    await state?.close();
  }
}

/** Whether an argument names a plan: by its id, or its file. */
const namesPlan = (argument: string): boolean => isPlanId(argument) || argument.endsWith('.jsonl');

/**
 * The plan of a run: the one that is named; or the newest of these sources and this scope where it has slices that
 * nobody worked on; or a new one.
 * @throws AuditLakeError PLAN_FORMAT, NO_LOG_FILES, USAGE, and all of disposition `stop`
 */
export async function choosePlan(
  planning: Planning & { readonly restart: boolean },
  io: Io,
): Promise<StoredPlan> {
  const { sources, restart } = planning;
  const store = await openPlanStore(targetOf(planning.config, planning.lake));
  if (sources.some(namesPlan)) {
    const stored = await store.read(onlyPlan(planning));
    const { plan } = stored;
    mustSuit(plan, planning);
    return restart ? makePlan({ ...planning, ...plan }, io) : stored;
  }
  const last = restart ? undefined : await unfinished(store, planning);
  const chosen = last ?? (await makePlan(planning, io));
  if (!planning.quiet) io.err(`${last ? 'Going on with' : 'Made'} plan ${chosen.plan.id}.\n`);
  return chosen;
}

/** A plan is named alone: what it covers is fixed. */
function onlyPlan({ sources, scope, inventory }: Planning): string {
  const [named = '', ...more] = sources;
  const { from, to, accounts, regions } = scope;
  const narrowed = [from, to, inventory, ...accounts, ...regions].some((it) => it !== undefined);
  if (more.length === 0 && !narrowed) return named;
  const message = 'a plan is named alone, without sources, --from, --to, --account, --region or --inventory';
  throw new AuditLakeError('USAGE', message);
}

/** Else what is settled there would be passed here. */
function mustSuit({ id, lake, datasets }: Plan, planning: Planning): void {
  const here = absolute(planning.lake);
  if (lake !== here) {
    throw new AuditLakeError('PLAN_FORMAT', `plan ${id} was made for the lake ${lake}, not for ${here}`);
  }
  if (isSame(datasets, namesOf(planning))) return;
  const message = `plan ${id} counts for ${datasets.join(', ')}, and this run keeps ${namesOf(planning).join(', ')}: name ${datasets.map((name) => `--dataset ${name}`).join(' ')}`;
  throw new AuditLakeError('PLAN_FORMAT', message);
}

async function unfinished(store: PlanStore, planning: Planning): Promise<StoredPlan | undefined> {
  const { config, lake, scope, inventory } = planning;
  const sources = planning.sources.map(absolute).sort();
  const wanted = { lake: absolute(lake), datasets: namesOf(planning), sources, scope, inventory };
  const state = await openLakeAsItIs(targetOf(config, lake));
  try {
    for (const id of await store.ids()) {
      const stored = await store.read(id);
      const { plan } = stored;
      const known = { lake: plan.lake, datasets: plan.datasets, sources: plan.sources, scope: plan.scope };
      if (!isSame({ ...known, inventory: plan.inventory }, wanted)) continue;
      return (await hasUntouchedSlices(stored, state?.progress)) ? stored : undefined;
    }
    return undefined;
  } finally {
    await state?.close();
  }
}

async function hasUntouchedSlices(
  { plan, slices }: StoredPlan,
  progress: LakeAsItIs['progress'] | undefined,
): Promise<boolean> {
  const touched = new Set<string>();
  if (progress) for await (const { place } of progress.ends(plan.id)) touched.add(place);
  for await (const { place, files, settled } of slices()) {
    if (settled < files && !touched.has(place)) return true;
  }
  return false;
}

const namesOf = ({ config }: Planning) => config.datasets.map(({ name }) => name);
