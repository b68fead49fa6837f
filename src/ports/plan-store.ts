import type { Plan, PlannedSlice } from '../backfill/plan.js';

/** A plan that lies in the lake: its head, and its slices in the order in which they are worked off. */
export type StoredPlan = {
  readonly plan: Plan;
  /** Where it lies: `s3://bucket/key` or a path. */
  readonly location: string;
  /** Read anew each time; holds one. @throws AuditLakeError PLAN_FORMAT */
  readonly slices: () => AsyncIterable<PlannedSlice>;
};

/** The plans of a lake (`_meta/plans/`). */
export interface PlanStore {
  /** Writes a plan whole or not at all, and tells where it lies. @throws AuditLakeError LAKE_WRITE_FAILED, AWS_DENIED, AWS_FAILED */
  write(plan: Plan, slices: Iterable<PlannedSlice>): Promise<string>;
  /** A plan by its id, or by its location. @throws AuditLakeError PLAN_FORMAT, USAGE where there is none */
  read(named: string): Promise<StoredPlan>;
  /** The ids of all plans, newest first. */
  ids(): Promise<readonly string[]>;
}
