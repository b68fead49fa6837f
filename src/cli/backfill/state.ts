import type { Plan } from '../../backfill/plan.js';
import { isRecent, type Standing } from '../../backfill/progress-count.js';
import type { SliceFailure } from '../../backfill/slice-end.js';
import type { FleetRun } from '../../ports/fleet.js';

/** A plan, and all that is known of who works on it. */
export type PlanState = {
  readonly plan: Plan;
  readonly standing: Standing;
  /** The last run of a fleet, where there was one. */
  readonly fleet: FleetRun | undefined;
  /** Whether somebody writes to the lake; undefined for one in S3, where nobody knows. */
  readonly isWritten: boolean | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
};

/**
 * `sent`: what is not done is in the queue, and the ingest Lambda goes on. `running` may only say that slices went on
 * within the last minutes, where nobody knows who writes.
 */
export type StateWord = 'not started' | 'running' | 'done' | 'sent' | 'done with failures' | 'stopped';

export function stateOf({ standing, fleet, isWritten, now }: PlanState): StateWord {
  const { slices, lastNote } = standing;
  if (fleet?.state === 'running') return 'running';
  if (slices.done === slices.total) return 'done';
  if (slices.done + slices.sent === slices.total) return 'sent';
  if (isWritten === true) return 'running';
  if (slices.toDo === 0) return 'done with failures';
  if (lastNote === undefined && fleet === undefined) return 'not started';
  const goesOn = lastNote !== undefined && isRecent(lastNote, now) && lastNote > (fleet?.ended ?? 0);
  return isWritten === undefined && goesOn ? 'running' : 'stopped';
}

/** Whether slices end, so that speed and remaining time say something. */
export function isMoving(state: PlanState): boolean {
  return stateOf(state) === 'running';
}

/** Whether nothing more will happen by itself, as far as that can be known. */
export function isOver(state: PlanState): boolean {
  const word = stateOf(state);
  const isKnown = state.isWritten !== undefined || state.fleet !== undefined;
  return word === 'stopped' ? isKnown : word !== 'running' && word !== 'not started';
}

/** What a fleet failed at counts while slices are left: somebody else may have done it since. */
export function fleetFailures({ standing, fleet }: PlanState): readonly SliceFailure[] {
  const { done, sent, total } = standing.slices;
  return fleet && done + sent < total ? fleet.failures : [];
}

/** Whether something was left out, in the plan or in its slices: exit code 1. */
export function isWanting(state: PlanState): boolean {
  const { plan, standing, fleet } = state;
  const { done, sent, failed, total } = standing.slices;
  const hasFleetFailed = fleet?.state === 'failed' && done + sent < total;
  return failed > 0 || plan.unlisted.length > 0 || hasFleetFailed;
}
