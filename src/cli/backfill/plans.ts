import { isDeepStrictEqual as isSame } from 'node:util';
import type { Plan, StoredPlan } from '../../backfill/plan.js';
import { planId } from '../../backfill/plan-id.js';
import type { Scope } from '../../backfill/scope.js';
import type { Config } from '../../config.js';
import { DATASET_NAMES } from '../../datasets/dataset.js';
import { AuditLakeError } from '../../errors.js';
import { planBackfill } from '../../jobs/plan-backfill.js';
import type { PlanStore } from '../../ports/plan-store.js';
import { openArchive } from '../../wiring/archive.js';
import { type LakeAsItIs, openLakeAsItIs } from '../../wiring/lake-as-it-is.js';
import { openPlanStore } from '../../wiring/plan-store.js';
import { realTime } from '../../wiring/real-time.js';
import { Interrupted, type Interruption } from '../interruption.js';
import type { Io } from '../io.js';
import { showCounting } from '../progress.js';
import { targetOf } from '../s3-lake-of.js';
import { absolute, archiveSourceOf } from './arguments.js';
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

/** Makes a plan, and writes it into the lake. @throws AuditLakeError NO_LOG_FILES, and all of disposition `stop` */
export async function makePlan(planning: Planning, io: Io): Promise<StoredPlan> {
  const { sources, scope, inventory, config, lake, quiet } = planning;
  const target = targetOf(config, lake);
  const archive = await openArchive(await archiveSourceOf(sources, config, lake), lake, inventory);
  const store = await openPlanStore(target);
  const [newest] = await store.ids();
  const made = realTime.now();
  const head = {
    ...{ id: planId(made, realTime.random, newest), made, lake: absolute(lake) },
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
    return await store.read(await store.write(plan, slices));
  } finally {
    stop();
    await state?.close();
  }
}

const NO_PLAN = 'Stopped: no plan was written. The same command starts anew.\n';

/** A plan; where Ctrl-C comes first, it says that there is none. @throws Interrupted */
export async function planned(
  stop: Pick<Interruption, 'race'>,
  making: Promise<StoredPlan>,
  io: Io,
): Promise<StoredPlan> {
  try {
    return await stop.race(making);
  } catch (error) {
    if (error instanceof Interrupted) io.err(NO_PLAN);
    throw error;
  }
}

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
  const [named] = (await Promise.all(sources.map(namedPlan))).filter((it) => it !== undefined);
  if (named !== undefined) {
    mustBeAlone(planning);
    const stored = await store.read(named);
    const { plan } = stored;
    mustSuit(plan, planning);
    const { lake, scope, inventory } = plan;
    return restart ? makePlan({ ...planning, lake, sources: plan.sources, scope, inventory }, io) : stored;
  }
  const last = restart ? undefined : await unfinished(store, planning, io);
  const chosen = last ?? (await makePlan(planning, io));
  if (!planning.quiet) io.err(`${last ? 'Going on with' : 'Made'} plan ${chosen.plan.id}.\n`);
  return chosen;
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
function mustSuit({ id, lake, datasets }: Plan, planning: Planning): void {
  const here = absolute(planning.lake);
  if (lake !== here) {
    throw new AuditLakeError('PLAN_FORMAT', `plan ${id} was made for the lake ${lake}, not for ${here}`);
  }
  if (isSame(datasets, namesOf(planning))) return;
  const message = `plan ${id} counts for ${datasets.join(', ')}, and this run keeps ${namesOf(planning).join(', ')}: name ${datasets.map((name) => `--dataset ${name}`).join(' ')}`;
  throw new AuditLakeError('DATASET_SELECTION', message);
}

async function unfinished(store: PlanStore, planning: Planning, io: Io): Promise<StoredPlan | undefined> {
  const { config, lake, scope, inventory } = planning;
  const sources = planning.sources.map(absolute).sort();
  const wanted = { lake: absolute(lake), datasets: namesOf(planning), sources, scope, inventory };
  const state = await openLakeAsItIs(targetOf(config, lake));
  try {
    for (const id of await store.ids()) {
      const look = async () => {
        const { lake, datasets, sources, scope, inventory } = await store.head(id);
        if (!isSame({ lake, datasets, sources, scope, inventory }, wanted)) return undefined;
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
  if (progress) for await (const { place } of progress.ends(plan.id)) touched.add(place);
  let isOpen = false;
  for await (const { place, isSettled } of slices()) isOpen ||= !isSettled && !touched.has(place);
  return isOpen;
}

/** In an order of ours: that in which they were named means nothing. */
const namesOf = ({ config }: Planning) =>
  DATASET_NAMES.filter((name) => config.datasets.some((dataset) => dataset.name === name));
