import type { Plan, PlannedSlice } from '../../src/backfill/plan.js';
import type { DatasetName } from '../../src/datasets/dataset.js';
import { planBackfill } from '../../src/jobs/plan-backfill.js';
import { type BackfillReport, runBackfill } from '../../src/jobs/run-backfill.js';
import type { LogReader } from '../../src/ports/log-source.js';
import { Chaos } from './chaos.ts';
import type { MemoryArchive } from './memory-archive.ts';
import { BOTH, type MemoryLake, memoryLane, NOW } from './memory-ingest.ts';
import { MemoryLakeState } from './memory-lake-state.ts';
import { MemoryLogSource } from './memory-log-source.ts';
import type { MemorySliceProgress } from './memory-slice-progress.ts';
import { EVERYTHING } from './scopes.ts';

export type MadePlan = { readonly plan: Plan; readonly slices: readonly PlannedSlice[] };

/** The real planning over ports in memory. `made`: what the clock says then. */
export function planInMemory(archive: MemoryArchive, lake?: MemoryLake, made = NOW): Promise<MadePlan> {
  const head = { id: 'plan', made, lake: 'memory', sources: ['memory'], scope: EVERYTHING };
  return planBackfill({
    archive,
    head: { ...head, datasets: BOTH, eventSources: 'all', inventory: undefined },
    ledger: lake && new MemoryLakeState(lake.items),
  });
}

export type MemoryBackfill = {
  readonly made: MadePlan;
  readonly archive: MemoryArchive;
  readonly progress: MemorySliceProgress;
  readonly datasets?: readonly DatasetName[];
  readonly lanes?: readonly number[];
  readonly chaos?: Chaos;
  readonly isStopped?: () => boolean;
  readonly reader?: LogReader;
  readonly listAhead?: number;
  readonly onCounted?: (more: number) => void;
  /** What the clock says; it stands still where absent. */
  readonly now?: () => number;
};

/** The real run over ports in memory. */
export function backfillInMemory(lake: MemoryLake, options: MemoryBackfill): Promise<BackfillReport> {
  const { made, archive, progress, datasets = BOTH, lanes = [3], chaos = new Chaos() } = options;
  const { reader = new MemoryLogSource(archive.objects) } = options;
  const read = chaos.wrap<LogReader>('reader', reader, 'READ_FAILED');
  return runBackfill({
    planId: made.plan.id,
    slices: each(made.slices),
    scope: made.plan.scope,
    archive: chaos.wrap('archive', archive, 'READ_FAILED'),
    listAhead: options.listAhead ?? 2,
    progress: chaos.wrap('progress', progress, 'LAKE_WRITE_FAILED'),
    now: options.now ?? (() => NOW),
    ...(options.onCounted && { onCounted: options.onCounted }),
    ingest: {
      datasets,
      lanes: lanes.map((full) => memoryLane(read, full)),
      batchFiles: 2,
      ports: {
        state: chaos.wrap('state', new MemoryLakeState(lake.items), 'LAKE_WRITE_FAILED'),
        bundles: chaos.wrap('bundles', lake.store, 'LAKE_WRITE_FAILED'),
        newBundleId: lake.newBundleId,
      },
      follow: async () => undefined,
      isStopped: options.isStopped ?? (() => false),
    },
  });
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
