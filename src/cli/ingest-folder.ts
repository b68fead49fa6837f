import { availableParallelism } from 'node:os';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Dataset } from '../datasets/dataset.js';
import { AuditLakeError } from '../errors.js';
import { type IngestReport, ingestLogFiles } from '../jobs/ingest-log-files.js';
import type { BundleLane } from '../jobs/open-bundle.js';
import type { QueryHistory } from '../ports/query-history.js';
import { type Counters, imbalances, newCounters } from '../telemetry.js';
import { localLane } from '../wiring/local-lane.js';
import { type LocalArgument, localHistory, localSource } from '../wiring/local-source.js';
import { WorkerLane } from '../worker/worker-lane.js';
import type { Io } from './io.js';
import { showProgress } from './progress.js';

export type IngestFolderOptions = {
  readonly paths: readonly LocalArgument[];
  readonly lake: string;
  readonly datasets: readonly Dataset[];
  readonly concurrency: number;
  readonly lockWaitSeconds: number;
  readonly queryHistory: string | undefined;
  readonly dryRun: boolean;
  readonly quiet: boolean;
  readonly isStopped: () => boolean;
  /** The moment that counts as now, milliseconds since 1970; the clock's where absent. */
  readonly now?: number;
};

/** A worker costs some 50 ms: fewer log files than this are read by the main thread alone. */
const FILES_PER_WORKER = 12;

/**
 * Local log files into a lake in a folder, on every core: one lane in this thread, the others in workers.
 * @throws AuditLakeError of disposition `stop`
 */
export async function ingestFolder(
  options: IngestFolderOptions,
  io: Io,
): Promise<{ readonly report: IngestReport; readonly seconds: number }> {
  const started = performance.now();
  const { datasets, lake, dryRun } = options;
  const source = localSource(options.paths, lake);
  const total = await source.count();
  const history = await localHistory(options.queryHistory);
  const lanes = makeLanes(options, total, history);
  try {
    // Loaded now, while the workers start.
    const { openLakeForDryRun, openLakeForWriting } = await import('../wiring/local.js');
    const opened = dryRun
      ? await openLakeForDryRun(lake, datasets)
      : await openLakeForWriting(lake, { ...options, waitSeconds: options.lockWaitSeconds });
    const counters = newCounters();
    const stop = await showProgress(io, options.quiet, () => standing(counters, lanes.all, total));
    try {
      const names = datasets.map(({ name }) => name);
      const { ports, catalog } = opened;
      const { isStopped } = options;
      const report = await ingestLogFiles({
        source,
        datasets: names,
        lanes: lanes.all,
        ports,
        catalog,
        counters,
        isStopped,
      });
      mustBalance(report);
      return { report, seconds: (performance.now() - started) / 1000 };
    } finally {
      stop();
      await opened.release();
    }
  } finally {
    await Promise.all(lanes.workers.map((worker) => worker.end()));
  }
}

function makeLanes(options: IngestFolderOptions, total: number, history: QueryHistory) {
  const { datasets, concurrency } = options;
  const now = options.now ?? Date.now();
  const settings = { datasets, ownRoleArns: [], now };
  // Reading is work, not waiting: more lanes than cores only cost memory.
  const side = Math.min(concurrency, availableParallelism()) - 1;
  const count = Math.min(side, Math.floor(total / FILES_PER_WORKER));
  const workers = Array.from({ length: count }, () => new WorkerLane(settings, history));
  const here = localLane({
    datasets,
    ownRoleArns: new Set<string>(),
    now,
    history,
    breathe: () => breathe(),
  });
  return { workers, all: [here, ...workers] };
}

function standing({ logFiles }: Counters, lanes: readonly BundleLane[], total: number) {
  const sum = { files: 0, compressed: 0, inflated: 0, records: 0 };
  for (const { soFar } of lanes) {
    sum.files += soFar.files;
    sum.compressed += soFar.compressed;
    sum.inflated += soFar.inflated;
    sum.records += soFar.records;
  }
  return { ...sum, files: sum.files + logFiles.skipped + logFiles.foreign, total, failed: logFiles.failed };
}

function mustBalance(report: IngestReport): void {
  const found = imbalances(report.counters);
  if (found.length > 0)
    throw new AuditLakeError('INTERNAL', `counters are out of balance: ${found.join('; ')}`);
}
