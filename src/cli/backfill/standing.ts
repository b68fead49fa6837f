import type { StoredPlan } from '../../backfill/plan.js';
import { ProgressCount } from '../../backfill/progress-count.js';
import type { Config } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import type { FleetRun } from '../../ports/fleet.js';
import { quoted } from '../../shown/shell-quoted.js';
import { openLakeAsItIs } from '../../wiring/lake-as-it-is.js';
import { openPlanStore } from '../../wiring/plan-store.js';
import { realTime } from '../../wiring/real-time.js';
import type { Io } from '../io.js';
import { s3LakeOf, targetOf } from '../s3-lake-of.js';
import { unlessDamaged } from './damaged-plan.js';
import { namedPlan } from './named-plan.js';
import type { PlanState } from './state.js';

type InLake = { readonly config: Config; readonly lake: string };

/**
 * The plan that is named, or the newest of the lake that can be read, and how far it is; beside it the ids of all
 * plans of the lake, newest first.
 * @throws AuditLakeError USAGE, PLAN_FORMAT, LAKE_FORMAT; AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function openStanding(named: string | undefined, { config, lake }: InLake, io: Io) {
  const store = await openPlanStore(targetOf(config, lake));
  const plans = await store.ids();
  const open = async (name: string) => {
    const stored = await store.read(name);
    return { stored, plans, now: await standingOf(stored, config, lake) };
  };
  if (named !== undefined) return open((await namedPlan([named])) ?? named);
  for (const id of plans) {
    const newest = await unlessDamaged(() => open(id), io);
    if (newest) return newest;
  }
  const command = `audit-lake backfill plan <source> --lake ${quoted(lake)}`;
  throw new AuditLakeError('USAGE', `there is no plan in ${lake}: make one with \`${command}\``);
}

/** @throws AuditLakeError LAKE_FORMAT, PLAN_FORMAT; AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED */
export async function standingOf(stored: StoredPlan, config: Config, lake: string): Promise<PlanState> {
  const { plan } = stored;
  const now = realTime.now();
  const count = new ProgressCount(now);
  const target = targetOf(config, lake);
  const state = await openLakeAsItIs(target);
  // Where there is no folder yet, nobody writes to it.
  const isWritten = target.kind === 's3' ? undefined : (state?.isWritten ?? false);
  try {
    if (state) for await (const end of state.progress.ends(plan.id)) count.end(end);
    for await (const slice of stored.slices()) count.slice(slice);
  } finally {
    await state?.close();
  }
  return { plan, standing: count.standing(), fleet: await fleetRunOf(stored, config), isWritten, now };
}

async function fleetRunOf({ plan }: StoredPlan, config: Config): Promise<FleetRun | undefined> {
  const inS3 = s3LakeOf(config);
  const { stateMachine } = config;
  if (inS3 === undefined || stateMachine === undefined) return undefined;
  const { openFleet } = await import('../../wiring/fleet.js');
  const { fleet, close } = openFleet({ ...inS3, stateMachine });
  try {
    return await fleet.last(plan.id);
  } finally {
    close();
  }
}
