import { parseKey } from '../../src/cloudtrail/log-file-ref.js';
import type { DatasetName } from '../../src/datasets/dataset.js';
import { AuditLakeError, type ErrorCode } from '../../src/errors.js';
import type { CommitPorts } from '../../src/jobs/commit-bundle.js';
import { type DeliveriesReport, ingestDeliveries } from '../../src/jobs/ingest-deliveries.js';
import type { ListedLogFile } from '../../src/jobs/settled.js';
import type { BundleStore } from '../../src/ports/bundle-store.js';
import type { LogReader } from '../../src/ports/log-source.js';
import { type Counters, imbalances, newCounters } from '../../src/telemetry.js';
import { Chaos } from './chaos.ts';
import type { MadeLogFile } from './log-files.ts';
import { BOTH, type MemoryLake, memoryLane } from './memory-ingest.ts';
import { MemoryLakeState } from './memory-lake-state.ts';
import { etagOfContent, MemoryLogSource } from './memory-log-source.ts';

/** A message of a queue that names these log files. */
export type Message = {
  readonly id: string;
  readonly files: readonly MadeLogFile[];
  readonly receiveCount?: number;
  readonly foreign?: number;
};

export type MemoryDelivery = {
  readonly messages: readonly Message[];
  readonly datasets?: readonly DatasetName[];
  readonly reader?: LogReader;
  readonly ports?: Partial<CommitPorts>;
  /** After how many log files a bundle is full. */
  readonly full?: number;
  readonly chaos?: Chaos;
  readonly mayStart?: () => boolean;
};

export type Delivered = {
  readonly report: DeliveriesReport;
  readonly counters: Counters;
  readonly acknowledged: readonly string[];
  /** By id: the code, or the reason where there is none. */
  readonly returned: Readonly<Record<string, string>>;
};

/** What a lake lends to the ports that are not given. */
type Target = Pick<MemoryLake, 'items' | 'newBundleId'> & { readonly store: BundleStore };

/** The real job over ports in memory. Reads what the messages name, unless there is another reader. */
export async function deliver(lake: Target, options: MemoryDelivery): Promise<Delivered> {
  const { messages, datasets = BOTH, full = 1_000, chaos = new Chaos(), mayStart = () => true } = options;
  const source = options.reader ?? new MemoryLogSource(messages.flatMap(({ files }) => files));
  const reader = chaos.wrap('reader', source, 'READ_FAILED');
  const state = options.ports?.state ?? new MemoryLakeState(lake.items);
  const bundles = options.ports?.bundles ?? lake.store;
  const counters = newCounters();
  const report = await ingestDeliveries({
    deliveries: messages.map(deliveryOf),
    datasets,
    newLane: () => memoryLane(reader, full),
    ports: {
      state: chaos.wrap('state', state, 'AWS_FAILED'),
      bundles: chaos.wrap('bundles', bundles, 'AWS_FAILED'),
      newBundleId: options.ports?.newBundleId ?? lake.newBundleId,
    },
    counters,
    mayStart,
  });
  return { report, counters, ...sorted(report) };
}

/** What of the counters does not add up after an invocation, however it ended. */
export function imbalancesOf({ counters, report }: Delivered): readonly string[] {
  const { listed, ingested, skipped, failed, foreign } = counters.logFiles;
  const found = imbalances(counters);
  if (listed !== ingested + skipped + failed + foreign) found.push(`listed ${listed}`);
  if (report.tally.failures.length !== failed) found.push(`failed ${failed}`);
  return found;
}

/** One message for each of these log files, `m0` the first. */
export const oneEach = (files: readonly MadeLogFile[], receiveCount = 1): Message[] =>
  files.map((file, at) => ({ id: `m${at}`, files: [file], receiveCount }));

export function listedOf(file: MadeLogFile): ListedLogFile {
  const what = parseKey('amzn-s3-demo-bucket', file.key);
  if (what.kind === 'foreign') throw new Error(`${file.key} is foreign`);
  return { ref: what.ref, location: file.key, etag: etagOfContent(file) };
}

/** A reader that cannot read some log files, for these reasons; it counts what it is asked for. */
export class FailingReader implements LogReader {
  asked = 0;
  readonly #source: MemoryLogSource;
  readonly #reasonOf: (location: string) => ErrorCode | undefined;

  constructor(files: readonly MadeLogFile[], reasonOf: (location: string) => ErrorCode | undefined) {
    this.#source = new MemoryLogSource(files);
    this.#reasonOf = reasonOf;
  }

  async read(location: string) {
    this.asked++;
    const reason = this.#reasonOf(location);
    if (reason) throw new AuditLakeError(reason, `${reason} for ${location}`);
    return this.#source.read(location);
  }
}

function deliveryOf({ id, files, receiveCount = 1, foreign = 0 }: Message) {
  return { ackId: id, receiveCount, files: files.map(listedOf), foreign };
}

function sorted({ outcomes }: DeliveriesReport): Pick<Delivered, 'acknowledged' | 'returned'> {
  const acknowledged: string[] = [];
  const returned: Record<string, string> = {};
  for (const [id, outcome] of outcomes) {
    if (outcome.kind === 'acknowledged') acknowledged.push(id);
    else returned[id] = outcome.code ?? outcome.message;
  }
  return { acknowledged, returned };
}
