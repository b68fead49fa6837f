import type { DatasetName } from '../datasets/dataset.js';
import type { LogSource } from '../ports/log-source.js';
import { addCounts, type Counters, newCounters } from '../telemetry.js';
import type { CommitPorts } from './commit-bundle.js';
import { type BundleOutcome, ingestBundle } from './ingest-bundle.js';
import type { BundleLane } from './open-bundle.js';
import { type Failure, type RejectedRecord, Tally } from './tally.js';
import { WorkList } from './work-list.js';

export type IngestReport = {
  readonly counters: Counters;
  /** The first thousand of each code; the counter has all. */
  readonly failures: readonly Failure[];
  /** The first thousand records that no dataset could keep; the counter has all. */
  readonly rejections: readonly RejectedRecord[];
  /** Stopped while log files were left: the same call continues. */
  readonly interrupted: boolean;
};

export type IngestOptions = {
  readonly source: LogSource;
  readonly datasets: readonly DatasetName[];
  readonly lanes: readonly BundleLane[];
  /** How many log files a lane takes at once; 128 where absent. */
  readonly batchFiles?: number | undefined;
  readonly ports: CommitPorts;
  /** Lets what engines see catch up with what was committed; not called where a stop came before any commit. */
  readonly follow: () => Promise<void>;
  /** Told of each bundle once it is committed, before the lane goes on. */
  readonly noteBundle?: (outcome: BundleOutcome) => Promise<void>;
  /** Counters move while the job runs; `isStopped` is asked before anything new is started. */
  readonly counters?: Counters;
  readonly isStopped: () => boolean;
};

/**
 * Every log file of a source into the lake: lanes side by side, each filling and committing its own bundles.
 * Stops early when asked: what was committed stays, and the same call continues. A failure of a log file is in
 * the report; memory does not grow with the number of log files.
 * @throws AuditLakeError of disposition `stop`
 */
export async function ingestLogFiles(options: IngestOptions): Promise<IngestReport> {
  const counters = options.counters ?? newCounters();
  const { logFiles } = counters;
  const tally = new Tally(counters);
  const work = new WorkList({
    batchFiles: options.batchFiles,
    objects: options.source.list(),
    onListed: (isLogFile) => addCounts(logFiles, isLogFile ? { listed: 1 } : { listed: 1, foreign: 1 }),
  });
  const halt = { broken: false };
  const isStopped = () => halt.broken || options.isStopped();
  const lanes = options.lanes.map((lane, at) => {
    const next = async () => (isStopped() ? undefined : work.next(at));
    const note = async (outcome: BundleOutcome) => {
      tally.add(outcome);
      work.arrived(outcome.files.map(({ file }) => file));
      await options.noteBundle?.(outcome);
    };
    return runLane({ ...options, lane, next }, note).catch((error: unknown) => {
      halt.broken = true;
      throw error;
    });
  });
  const ends = await Promise.allSettled(lanes);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  logFiles.listed -= work.left;
  const interrupted = options.isStopped() && !work.isDone;
  if (counters.dataFiles > 0 || !options.isStopped()) await options.follow();
  return { counters, failures: tally.failures, rejections: tally.rejections, interrupted };
}

type LaneOptions = Parameters<typeof ingestBundle>[0];

/** Bundle after bundle until none is left. A twin comes free with the bundle of the other: whoever committed that takes it. */
async function runLane(options: LaneOptions, note: (outcome: BundleOutcome) => Promise<void>): Promise<void> {
  for (;;) {
    const outcome = await ingestBundle(options);
    if (outcome === undefined) return;
    await note(outcome);
  }
}
