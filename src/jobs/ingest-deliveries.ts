import type { DatasetName } from '../datasets/dataset.js';
import { AuditLakeError, type ErrorCode } from '../errors.js';
import { addCounts, type Counters } from '../telemetry.js';
import type { CommitPorts } from './commit-bundle.js';
import { type BundleOutcome, ingestBundle, type LogFileOutcome } from './ingest-bundle.js';
import type { BundleLane } from './open-bundle.js';
import type { ListedLogFile } from './settled.js';
import { Tally } from './tally.js';

/** What one message delivers: log files, none of which may be lost, and how many objects that are none of ours. */
export type LogFileDelivery = {
  readonly ackId: string;
  /** How often the queue has handed it out, this time included. */
  readonly receiveCount: number;
  readonly files: readonly ListedLogFile[];
  readonly foreign: number;
};

/**
 * Whether a message may be forgotten. `noted`: a log file of it is not in the lake, and the ledger says why.
 * `returned`: it must come again, for this reason.
 */
export type DeliveryOutcome =
  | {
      readonly kind: 'acknowledged';
      readonly noted?: { readonly code: ErrorCode; readonly message: string };
    }
  | { readonly kind: 'returned'; readonly code: ErrorCode | undefined; readonly message: string };

export type IngestDeliveriesOptions = {
  readonly deliveries: readonly LogFileDelivery[];
  readonly datasets: readonly DatasetName[];
  /** A fresh lane for each bundle: nothing of one that failed is left for the next. */
  readonly newLane: () => BundleLane;
  readonly ports: CommitPorts;
  readonly counters: Counters;
  /** False when time runs short: nothing more is started, the rest is handed back. */
  readonly mayStart: () => boolean;
};

export type DeliveriesReport = {
  /** An outcome for every delivery, by its ackId. */
  readonly outcomes: ReadonlyMap<string, DeliveryOutcome>;
  readonly tally: Tally;
  /** The first failure of the store or the state: not of a log file, unless it is poison. */
  readonly halted: AuditLakeError | undefined;
};

/** From this delivery on, a log file goes alone: were it poison, it would fail its neighbours for ever (D13). */
const ALONE_FROM = 3;
/** So many log files in a row that cannot be read or committed are not the fault of each of them. */
const SHUT_FROM = 5;
/** Log files looked up and read between two looks at the clock: the largest take more than a second each. */
const BATCH = 8;

/**
 * Noted in the ledger, and no better by another delivery: these are acknowledged (`partitions list` names those that
 * are not in the lake). Every other failure comes again, and ends in the dead-letter queue.
 */
const NOTED: ReadonlySet<ErrorCode> = new Set(['LOG_FILE_MISSING', 'LOG_FILE_ARCHIVED', 'SOURCE_CONFLICT']);

/**
 * The log files of some messages into the lake, in as few bundles as they fit, each message with an outcome of its
 * own. A log file that two messages name is taken once and settles both. Never throws for a log file, nor where the
 * lake cannot be written: what was not settled is handed back.
 */
export async function ingestDeliveries(options: IngestDeliveriesOptions): Promise<DeliveriesReport> {
  const { deliveries, counters } = options;
  const work = new Work(options);
  for (const group of groupsOf(deliveries)) await work.take(group);
  for (const { foreign } of deliveries) addCounts(counters.logFiles, { listed: foreign, foreign });
  const outcomes = new Map(deliveries.map((delivery) => [delivery.ackId, work.outcomeOf(delivery)]));
  return { outcomes, tally: work.tally, halted: work.halted };
}

/** What is delivered for the first or second time goes together, the rest one by one; each log file once. */
function groupsOf(deliveries: readonly LogFileDelivery[]): ListedLogFile[][] {
  const alone = new Map<string, ListedLogFile>();
  const together = new Map<string, ListedLogFile>();
  for (const { receiveCount, files } of deliveries) {
    const group = receiveCount >= ALONE_FROM ? alone : together;
    for (const file of files) group.set(file.location, file);
  }
  for (const location of alone.keys()) together.delete(location);
  return [[...together.values()], ...[...alone.values()].map((file) => [file])];
}

type FileEnd = { readonly acknowledged: boolean; readonly code?: ErrorCode; readonly message: string };
const NOT_STARTED: FileEnd = {
  acknowledged: false,
  message: 'not started: time ran short, or source or lake cannot be reached',
};

/** Takes groups of log files into bundles, and remembers how each log file ended. */
class Work {
  readonly tally: Tally;
  halted: AuditLakeError | undefined;
  readonly #options: IngestDeliveriesOptions;
  readonly #ends = new Map<string, FileEnd>();
  /** Log files that could not be read and bundles that the lake did not take, in a row. */
  #inVain = 0;

  constructor(options: IngestDeliveriesOptions) {
    this.#options = options;
    this.tally = new Tally(options.counters);
  }

  async take(files: readonly ListedLogFile[]): Promise<void> {
    const left = [...files];
    while (left.length > 0 && this.#mayStart()) await this.#bundle(left);
  }

  outcomeOf({ files }: LogFileDelivery): DeliveryOutcome {
    const ends = files.map(({ location }) => this.#ends.get(location) ?? NOT_STARTED);
    const open = ends.find(({ acknowledged }) => !acknowledged);
    if (!open) return acknowledged(ends);
    return { kind: 'returned', code: open.code, message: open.message };
  }

  /** Where source or lake are shut, to try the rest would only wear the messages out (D14). */
  #mayStart(): boolean {
    return this.#inVain < SHUT_FROM && this.#options.mayStart();
  }

  /** One bundle of what is left. What the lake refuses as a whole fails nobody else: it may be the poison of D13. */
  async #bundle(left: ListedLogFile[]): Promise<void> {
    const { datasets, newLane, ports } = this.#options;
    const lane = newLane();
    const started: ListedLogFile[] = [];
    const next = async () => {
      const mayGoOn = started.length === 0 || (!hasReadNothing(lane.soFar) && this.#mayStart());
      if (left.length === 0 || !mayGoOn) return undefined;
      const batch = left.splice(0, BATCH);
      started.push(...batch);
      return batch;
    };
    try {
      const outcome = await ingestBundle({ datasets, lane, ports, next });
      if (outcome) this.#note(outcome);
    } catch (error) {
      if (!(error instanceof AuditLakeError)) throw error;
      this.#giveBack(started, error);
    }
  }

  #note(outcome: BundleOutcome): void {
    addCounts(this.#options.counters.logFiles, { listed: outcome.files.length });
    this.tally.add(outcome);
    for (const file of outcome.files) this.#ends.set(file.file.location, endOf(file));
    const tried = outcome.files.filter(({ report }) => report !== undefined);
    const unread = tried.filter((file) => file.kind === 'failed' && file.code === 'READ_FAILED');
    this.#inVain = unread.length < tried.length ? 0 : this.#inVain + unread.length;
  }

  /** What was being read or committed when the lake failed: settled or not, it comes again and is then skipped. */
  #giveBack(files: readonly ListedLogFile[], error: AuditLakeError): void {
    const { code, message } = error;
    this.halted ??= error;
    this.#inVain++;
    for (const { location } of files) this.#ends.set(location, { acknowledged: false, code, message });
  }
}

const hasReadNothing = ({ files, inflated }: BundleLane['soFar']) => files >= SHUT_FROM && inflated === 0;

function endOf(outcome: LogFileOutcome): FileEnd {
  if (outcome.kind !== 'failed') return { acknowledged: true, message: '' };
  const { code, message } = outcome;
  return { acknowledged: NOTED.has(code), code, message };
}

function acknowledged(ends: readonly FileEnd[]): DeliveryOutcome {
  const noted = ends.flatMap(({ code, message }) => (code === undefined ? [] : [{ code, message }]))[0];
  return noted ? { kind: 'acknowledged', noted } : { kind: 'acknowledged' };
}
