import { isDeepStrictEqual as isSame } from 'node:util';
import { datasetFlags, eventSourceFlags, keptOf, keptText } from '../../backfill/kept.js';
import type { Plan, StoredPlan } from '../../backfill/plan.js';
import { planId } from '../../backfill/plan-id.js';
import type { Scope } from '../../backfill/scope.js';
import type { Config } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import { planBackfill } from '../../jobs/plan-backfill.js';
import { openArchive } from '../../wiring/archive.js';
import { type LakeAsItIs, openLakeAsItIs } from '../../wiring/lake-as-it-is.js';
import { openPlanStore } from '../../wiring/plan-store.js';
import { realTime } from '../../wiring/real-time.js';
import { Interrupted, type Interruption } from '../interruption.js';
import type { Io } from '../io.js';
import { showCounting } from '../progress.js';
import { targetOf } from '../s3-lake-of.js';
import { absolute, absoluteSource, archiveSourceOf } from './arguments.js';
import { unlessDamaged } from './damaged-plan.js';
import { namedPlan } from './named-plan.js';

/** What is planned: the arguments of a command. */
type Planning = {
  readonly sources: readonly string[];
  readonly scope: Scope;
  readonly inventory: string | undefined;
  readonly config: Config;
  readonly lake: string;
  readonly quiet: boolean;
};

/** Until when a command may be stopped with nothing written. */
type Stop = Pick<Interruption, 'race'>;

const NO_PLAN = 'Stopped: no plan was written. The same command starts anew.\n';

/**
 * Makes a plan, and writes it into the lake; where Ctrl-C comes first, it says that there is none.
 * @throws Interrupted, AuditLakeError NO_LOG_FILES, and all of disposition `stop`
 */
export async function makePlan(stop: Stop, planning: Planning, io: Io): Promise<StoredPlan> {
  try {
    return await stop.race(writtenPlan(planning, io));
  } catch (error) {
    if (error instanceof Interrupted) io.err(NO_PLAN);
    throw error;
  }
}

async function writtenPlan(planning: Planning, io: Io): Promise<StoredPlan> {
  const { sources, scope, inventory, config, lake, quiet } = planning;
  const target = targetOf(config, lake);
  const archive = await openArchive(await archiveSourceOf(sources, config, lake), lake, inventory);
  const store = await openPlanStore(target);
  const [newest] = await store.ids();
  const made = realTime.now();
  const head = {
    ...{ id: planId(made, realTime.random, newest), made, lake: absolute(lake) },
    ...{ sources: sources.map(absoluteSource).sort(), scope, inventory, ...keptOf(config.datasets) },
  };
  const state = await openLakeAsItIs(target);
  let files = 0;
  const stop = await showCounting(io, quiet, () => files);
  try {
    const onCounted = (more: number) => {
      files += more;
    };
    const { plan, slices } = await planBackfill({ archive, head, ledger: state?.ledger, onCounted });
    return await store.read(await store.write(plan, slices));
  } finally {
    stop();
    await state?.close();
  }
}

/**
 * The plan of a run: the one that is named; or the newest of these sources and this scope where it has slices that
 * nobody worked on; or a new one.
 * @throws Interrupted, AuditLakeError PLAN_FORMAT, NO_LOG_FILES, USAGE, and all of disposition `stop`
 */
export async function choosePlan(
  stop: Stop,
  planning: Planning & { readonly restart: boolean },
  io: Io,
): Promise<StoredPlan> {
  const { restart } = planning;
  const named = await stop.race(namedIn(planning));
  if (named && !restart) return named;
  if (named) {
    const { lake, sources, scope, inventory } = named.plan;
    return makePlan(stop, { ...planning, lake, sources, scope, inventory }, io);
  }
  const last = restart ? undefined : await stop.race(unfinished(planning, io));
  const chosen = last ?? (await makePlan(stop, planning, io));
  if (!planning.quiet) io.err(`${last ? 'Going on with' : 'Made'} plan ${chosen.plan.id}.\n`);
  return chosen;
}

async function namedIn(planning: Planning): Promise<StoredPlan | undefined> {
  const named = await namedPlan(planning.sources);
  if (named === undefined) return undefined;
  mustBeAlone(planning);
  const store = await openPlanStore(targetOf(planning.config, planning.lake));
  const stored = await store.read(named);
  mustSuit(stored.plan, planning);
  return stored;
}

/** A plan is named alone: what it covers is fixed. */
function mustBeAlone({ sources, scope, inventory }: Planning): void {
  const { from, to, accounts, regions } = scope;
  const narrowed = [from, to, inventory, ...accounts, ...regions].some((it) => it !== undefined);
  if (sources.length === 1 && !narrowed) return;
  const message = 'a plan is named alone, without sources, --from, --to, --account, --region or --inventory';
  throw new AuditLakeError('USAGE', message);
}

/** Else what is settled there would be passed here. */
function mustSuit(plan: Plan, planning: Planning): void {
  const { id, lake, datasets, eventSources } = plan;
  const here = absolute(planning.lake);
  if (lake !== here) {
    throw new AuditLakeError('PLAN_FORMAT', `plan ${id} was made for the lake ${lake}, not for ${here}`);
  }
  const kept = keptOf(planning.config.datasets);
  if (isSame({ datasets, eventSources }, kept)) return;
  const flags = [...datasetFlags(plan), ...eventSourceFlags(plan)].join(' ');
  const unset = eventSources === 'all' && kept.eventSources !== 'all' ? ', and no event source' : '';
  const message = `plan ${id} counts for ${keptText(plan)}, and this run keeps ${keptText(kept)}: name ${flags}${unset}`;
  throw new AuditLakeError('DATASET_SELECTION', message);
}

async function unfinished(planning: Planning, io: Io): Promise<StoredPlan | undefined> {
  const { config, lake, scope, inventory } = planning;
  // Of a plan a source may have gone; whoever names one that is not there means another one.
  await openArchive(await archiveSourceOf(planning.sources, config, lake), lake);
  const sources = planning.sources.map(absoluteSource).sort();
  const wanted = { lake: absolute(lake), sources, scope, inventory, ...keptOf(config.datasets) };
  const target = targetOf(config, lake);
  const store = await openPlanStore(target);
  const state = await openLakeAsItIs(target);
  try {
    for (const id of await store.ids()) {
      const look = async () => {
        const { lake, sources, scope, inventory, datasets, eventSources } = await store.head(id);
        const head = { lake, sources, scope, inventory, datasets, eventSources };
        if (!isSame(head, wanted)) return undefined;
        const stored = await store.read(id);
        return { stored, isOpen: await hasUntouchedSlices(stored, state?.progress) };
      };
      const last = await unlessDamaged(look, io);
      if (last) return last.isOpen ? last.stored : undefined;
    }
    return undefined;
  } finally {
    await state?.close();
  }
}

/** Reads to the last slice: a file that was cut short is found out before anybody goes on with it. */
async function hasUntouchedSlices(
  { plan, slices }: StoredPlan,
  progress: LakeAsItIs['progress'] | undefined,
): Promise<boolean> {
  const touched = new Set<string>();
  if (progress) for await (const { place, isOpen } of progress.ends(plan.id)) if (!isOpen) touched.add(place);
  let isOpen = false;
  for await (const { place, isSettled } of slices()) isOpen ||= !isSettled && !touched.has(place);
  return isOpen;
}
