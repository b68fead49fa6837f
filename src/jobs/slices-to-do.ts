import type { PlannedSlice } from '../backfill/plan.js';
import { isDone, type WorkedOffBy } from '../backfill/slice-end.js';
import type { SliceProgress } from '../ports/slice-progress.js';

type SlicesToDo = {
  readonly slices: AsyncIterable<PlannedSlice>;
  readonly planId: string;
  readonly progress: SliceProgress;
  readonly by: WorkedOffBy;
};

/** The slices of a plan that one of these has left to do, as their ends tell. Holds the places of those that are. */
export async function* slicesToDo(
  { slices, planId, progress, by }: SlicesToDo,
  onPassed: (slice: PlannedSlice) => void,
): AsyncGenerator<PlannedSlice> {
  const done = new Set<string>();
  for await (const end of progress.ends(planId)) if (isDone(end, by)) done.add(end.place);
  for await (const slice of slices) {
    if (slice.isSettled || done.has(slice.place)) onPassed(slice);
    else yield slice;
  }
}
