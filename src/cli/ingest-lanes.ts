import { availableParallelism } from 'node:os';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Dataset } from '../datasets/dataset.js';
import type { TextMode } from '../datasets/text-privacy.js';
import { AuditLakeError } from '../errors.js';
import type { IngestOptions, IngestReport } from '../jobs/ingest-log-files.js';
import type { BundleLane } from '../jobs/open-bundle.js';
import type { PrivacySettings } from '../lake/lake-file.js';
import type { QueryHistory } from '../ports/query-history.js';
import { type Counters, imbalances, newCounters } from '../telemetry.js';
import type { AthenaHistorySettings } from '../wiring/athena-history.js';
import { lakePrivacy } from '../wiring/lake-privacy.js';
import { openLanes, type Reading } from '../wiring/lane.js';
import { openQueryTexts, type QueryTexts } from '../wiring/query-texts.js';
import type { Registered } from '../wiring/register-now.js';
import { savedHistory } from '../wiring/saved-history.js';
import {
  batchOf,
  bundleSizeOf,
  type LakeTarget,
  openLake,
  type WritableLake,
} from '../wiring/writable-lake.js';
import type { WorkerSettings } from '../worker/messages.js';
import { WorkerLane } from '../worker/worker-lane.js';
import type { Io } from './io.js';
import { showProgress } from './progress.js';
import { warning } from './query-text-warnings.js';

export type LanesOptions = {
  /** How lanes read log files. */
  readonly reading: Reading;
  readonly target: LakeTarget;
  readonly datasets: readonly Dataset[];
  readonly ownRoles: readonly string[];
  readonly concurrency: number;
  /** A file of saved answers. */
  readonly queryHistory: string | undefined;
  /** Whose Athena is asked, and how. */
  readonly athena: AthenaHistorySettings;
  readonly privacy: PrivacySettings;
  readonly dryRun: boolean;
  readonly quiet: boolean;
  readonly isStopped: () => boolean;
  /** The moment that counts as now, milliseconds since 1970; the clock's where absent. */
  readonly now?: number;
};

/** An open lake, lanes on every core, and the counters that the display shows. */
type Lanes = {
  /** There are so many more log files than the display counts on, or fewer. */
  readonly onCounted: (more: number) => void;
  readonly lake: WritableLake;
  readonly ingest: Omit<IngestOptions, 'source'>;
};

/** How an ingest ended. */
export type LanesRun<R extends IngestReport> = {
  readonly report: R;
  readonly seconds: number;
  /** How query texts were kept. */
  readonly textMode: TextMode;
  /** What became of the catalog of a lake in S3; absent where it had no reason to change. */
  readonly registered?: Registered;
};

/** A worker costs some 50 ms: fewer log files than this are read by the main thread alone. */
const FILES_PER_WORKER = 12;

/**
 * Log files into a lake, on every core: one lane in this thread, the others in workers, each with what it needs while
 * `work` runs. `total` log files are to come, where somebody counted them.
 * @throws AuditLakeError of disposition `stop`
 */
export async function onLanes<R extends IngestReport>(
  options: LanesOptions & { readonly total: number | undefined },
  io: Io,
  work: (lanes: Lanes) => Promise<R>,
): Promise<LanesRun<R>> {
  const started = performance.now();
  const { datasets, target, total, isStopped } = options;
  const texts = await openTexts(options, io);
  const settings = laneSettings(options, texts);
  const workers = startWorkers(settings, howMany(options, total));
  try {
    // Opened while the workers start.
    const told: { registered?: Registered } = {};
    const tellRegistered = (registered: Registered) => Object.assign(told, { registered });
    const { privacy } = texts;
    const lake = await openLake(target, { ...options, privacy, say: io.err, tellRegistered });
    try {
      const history = texts.over(lake.known);
      for (const worker of workers) worker.askOf(history);
      const lanes = [
        ...(await lanesHere(settings, history, lanesBeside(options, workers.length))),
        ...workers,
      ];
      const counters = newCounters();
      let toCome = total;
      const onCounted = (more: number) => {
        if (toCome !== undefined) toCome += more;
      };
      const stop = await showProgress(io, options.quiet, () => standing(counters, lanes, toCome));
      try {
        const names = datasets.map(({ name }) => name);
        const { ports, follow } = lake;
        const batchFiles = batchOf(target);
        const ingest = { datasets: names, lanes, batchFiles, ports, follow, counters, isStopped };
        const report = await work({ lake, ingest, onCounted });
        mustBalance(report);
        const seconds = (performance.now() - started) / 1000;
        return { report, seconds, textMode: privacy.mode, ...told };
      } finally {
        stop();
      }
    } finally {
      await lake.release();
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
    texts.close();
  }
}

/** A dry run asks nothing of Athena: each call would be one more event in its trail. */
async function openTexts(options: LanesOptions, io: Io): Promise<QueryTexts> {
  const { target, queryHistory, dryRun } = options;
  const file = await savedHistory(queryHistory);
  const privacy = await lakePrivacy(target, options.privacy);
  const athena = dryRun ? { ...options.athena, queryAccounts: [] } : options.athena;
  const tell = (...told: Parameters<typeof warning>) => io.err(warning(...told));
  const until = () => (options.isStopped() ? 0 : Number.POSITIVE_INFINITY);
  const texts = await openQueryTexts(athena, { file, privacy, tell, until });
  await texts.mustBeSomebody();
  return texts;
}

/** Reading is work, not waiting: more lanes than cores only cost memory. An event history has one reader alone. */
function howMany({ concurrency, reading }: LanesOptions, total: number | undefined): number {
  if (reading.kind === 'lookup-events') return 0;
  const side = Math.min(concurrency, availableParallelism()) - 1;
  return total === undefined ? side : Math.min(side, Math.floor(total / FILES_PER_WORKER));
}

/** Committing to a lake in S3 is waiting for it: so many lanes a core, all but those of the workers in this thread. */
const LANES_A_CORE = 4;

function lanesBeside({ target, concurrency }: LanesOptions, workers: number): number {
  return target.kind === 's3' ? Math.max(1, LANES_A_CORE * concurrency - workers) : 1;
}

function startWorkers(settings: WorkerSettings, count: number): WorkerLane[] {
  return Array.from({ length: count }, () => new WorkerLane(settings));
}

function lanesHere(
  { reading, ownRoleArns, askingRoleArns, ...settings }: WorkerSettings,
  history: QueryHistory,
  count: number,
): Promise<BundleLane[]> {
  const roles = { ownRoleArns: new Set(ownRoleArns), askingRoleArns: new Set(askingRoleArns) };
  const options = { ...settings, ...roles, history, breathe: () => breathe() };
  return openLanes(count, reading, options);
}

function laneSettings(options: LanesOptions, texts: QueryTexts): WorkerSettings {
  const { datasets, target, reading, ownRoles: ownRoleArns, now = Date.now() } = options;
  const { privacy, askingRoleArns } = texts;
  return { datasets, now, ownRoleArns, askingRoleArns, privacy, full: bundleSizeOf(target), reading };
}

function standing({ logFiles }: Counters, lanes: readonly BundleLane[], total: number | undefined) {
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
