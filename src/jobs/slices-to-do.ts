import type { PlannedSlice } from '../backfill/plan.js';
import type { SliceProgress } from '../ports/slice-progress.js';

type SlicesToDo = {
  readonly slices: AsyncIterable<PlannedSlice>;
  readonly planId: string;
  readonly progress: SliceProgress;
};

/**
 * The slices of a plan that are not done: those are passed that were worked off without a failure, and those whose
 * log files were all settled when the plan was made. Holds the places of the former.
 */
export async function* slicesToDo(
  { slices, planId, progress }: SlicesToDo,
  onPassed: () => void,
): AsyncGenerator<PlannedSlice> {
  const done = new Set<string>();
  for await (const { place, failed } of progress.ends(planId)) if (failed === 0) done.add(place);
  for await (const slice of slices) {
    if (slice.settled === slice.files || done.has(slice.place)) onPassed();
    else yield slice;
  }
}
