import type { Plan, PlannedSlice, StoredPlan } from '../backfill/plan.js';

export type { StoredPlan };

/** The plans of a lake (`_meta/plans/`). */
export interface PlanStore {
  /** Writes a plan whole or not at all, and tells where it lies. @throws AuditLakeError LAKE_WRITE_FAILED, AWS_DENIED, AWS_FAILED */
  write(plan: Plan, slices: Iterable<PlannedSlice>): Promise<string>;
  /** A plan by its id, or by its location. @throws AuditLakeError PLAN_FORMAT, USAGE where there is none */
  read(named: string): Promise<StoredPlan>;
  /** The ids of all plans, newest first. */
  ids(): Promise<readonly string[]>;
}
