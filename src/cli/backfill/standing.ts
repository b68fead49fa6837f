import { ProgressCount } from '../../backfill/progress-count.js';
import type { Config } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import type { FleetRun } from '../../ports/fleet.js';
import type { PlanStore, StoredPlan } from '../../ports/plan-store.js';
import { openLakeAsItIs } from '../../wiring/lake-as-it-is.js';
import { openPlanStore } from '../../wiring/plan-store.js';
import { realTime } from '../../wiring/real-time.js';
import { s3LakeOf, targetOf } from '../s3-lake-of.js';
import type { StatusFacts } from './status-text.js';

/** The plan that is named, or the newest of the lake. @throws AuditLakeError USAGE, PLAN_FORMAT, AWS_DENIED, AWS_FAILED */
export async function openNamedPlan(
  named: string | undefined,
  config: Config,
  lake: string,
): Promise<StoredPlan> {
  const store = await openPlanStore(targetOf(config, lake));
  return store.read(named ?? (await newest(store, lake)));
}

async function newest(store: PlanStore, lake: string): Promise<string> {
  const [id] = await store.ids();
  if (id !== undefined) return id;
  const message = `there is no plan in ${lake}: make one with \`audit-lake backfill plan <source> --lake ${lake}\``;
  throw new AuditLakeError('USAGE', message);
}

/** @throws AuditLakeError LAKE_FORMAT, PLAN_FORMAT; AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED */
export async function standingOf(stored: StoredPlan, config: Config, lake: string): Promise<StatusFacts> {
  const { plan } = stored;
  const count = new ProgressCount(realTime.now());
  const state = await openLakeAsItIs(targetOf(config, lake));
  const isRunning = state?.isWritten;
  try {
    if (state) for await (const end of state.progress.ends(plan.id)) count.end(end);
    for await (const slice of stored.slices()) count.slice(slice);
  } finally {
    await state?.close();
  }
  return { plan, standing: count.standing(), fleet: await fleetRunOf(stored, config), isRunning };
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
