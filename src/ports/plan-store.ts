import type { Plan, PlanHead, PlannedSlice, StoredPlan } from '../backfill/plan.js';

/** The plans of a lake (`_meta/plans/`). */
export interface PlanStore {
  /** Writes a plan whole or not at all, and tells where it lies. @throws AuditLakeError LAKE_WRITE_FAILED, AWS_DENIED, AWS_FAILED */
  write(plan: Plan, slices: Iterable<PlannedSlice>): Promise<string>;
  /** A plan by its id, or by its location. @throws AuditLakeError PLAN_FORMAT, USAGE where there is none */
  read(named: string): Promise<StoredPlan>;
  /** The first line of a plan, named alike: reads no more, however long the plan is. @throws as `read` */
  head(named: string): Promise<PlanHead>;
  /** The ids of all plans, newest first; whether they can be read nobody has looked at. */
  ids(): Promise<readonly string[]>;
  /** Where the plan of this id lies, once it is written. */
  locationOf(id: string): string;
}
