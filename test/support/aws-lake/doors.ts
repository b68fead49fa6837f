import { createHash } from 'node:crypto';
import { decodeNotification } from '../../../src/cloudtrail/notification.js';
import { ATHENA, type Dataset } from '../../../src/datasets/dataset.js';
import { AuditLakeError } from '../../../src/errors.js';
import { finishBundle, sweepBundles } from '../../../src/jobs/finish-bundle.js';
import { type DeliveriesReport, ingestDeliveries } from '../../../src/jobs/ingest-deliveries.js';
import { type BundleSize, OpenBundle } from '../../../src/jobs/open-bundle.js';
import { reconcilePartitions } from '../../../src/jobs/reconcile-partitions.js';
import { type RegistrarReport, registerPartitions } from '../../../src/jobs/register-partitions.js';
import { visibleState } from '../../../src/jobs/visible-state.js';
import { TABLE_NAMES } from '../../../src/lake/tables.js';
import { sortDeliveries } from '../../../src/lambda/deliveries.js';
import type { QueryHistory } from '../../../src/ports/query-history.js';
import { type Counters, imbalances, newCounters } from '../../../src/telemetry.js';
import { BOTH } from '../memory-ingest.ts';
import { type AwsLake, type LakePorts, SOURCE } from './aws-lake.ts';
import type { AwsProcess } from './aws-process.ts';
import type { LakeLogFile } from './lake-log-file.ts';

/** A message of the queue: some log files, as S3 tells of them. */
export type Message = {
  readonly id: string;
  readonly files: readonly LakeLogFile[];
  readonly receiveCount: number;
};

export const DATASETS: readonly Dataset[] = [
  { name: 'athena_events', eventSources: [ATHENA] },
  { name: 'cloudtrail_events', eventSources: 'all' },
];

/** A bundle for tests: as in S3, but full after three log files. */
const SMALL: BundleSize = { bytes: 32 << 20, files: 3, millis: 20_000, items: 72 };
const INVOCATION_MS = 300_000;
/** Begins to count when the process says so. */
const RESERVE_MS = 30_000;

/** What the caller of the handler is told, and what the handler should not have done. */
export type Answer = {
  readonly returned: ReadonlySet<string>;
  /** Keys of log files that were not there. */
  readonly missing: ReadonlySet<string>;
  readonly defects: readonly string[];
};

/** What rows are made with: nobody is asked for texts, and no role is our own, unless a test says so. */
export type Enriching = { readonly history: QueryHistory; readonly ownRoleArns: ReadonlySet<string> };
const NO_ENRICHING: Enriching = { history: { lookup: async () => new Map() }, ownRoleArns: new Set() };

/** The path of lambda/ingest.ts, without the settings of the environment. */
export async function ingest(
  lake: AwsLake,
  process: AwsProcess,
  {
    messages,
    enriching = NO_ENRICHING,
  }: { readonly messages: readonly Message[]; readonly enriching?: Enriching },
): Promise<Answer> {
  const envelope = decodeNotification(queueEvent(messages));
  if (envelope.kind === 'unknown') throw new Error(envelope.reason);
  const { deliveries, returned } = sortDeliveries(envelope, [`s3://${SOURCE}`]);
  const ports = lake.portsOf(process);
  const counters = newCounters();
  const end = process.now() + INVOCATION_MS;
  const report = await ingestDeliveries({
    deliveries,
    datasets: BOTH,
    newLane: () => laneOf(process, ports, enriching),
    ports: {
      state: visibleState(ports.state, (bid) => finishBundle(bid, ports.finishing)),
      bundles: ports.store,
      newBundleId: ports.newBundleId,
    },
    counters,
    mayStart: () => end - process.now() > RESERVE_MS,
  });
  const open = messages.filter(({ id }) => report.outcomes.get(id)?.kind !== 'acknowledged');
  const defects = [...defectsOf(report, counters), ...[...returned.keys()].map((id) => `${id} not decoded`)];
  if (report.outcomes.size !== messages.length) defects.push('not every message has an outcome');
  const missing = report.tally.failures.filter(({ code }) => code === 'LOG_FILE_MISSING');
  return {
    returned: new Set(open.map(({ id }) => id)),
    missing: new Set(missing.map(({ file }) => file.replace(`s3://${SOURCE}/`, ''))),
    defects,
  };
}

function laneOf({ now }: AwsProcess, { reader }: LakePorts, enriching: Enriching): OpenBundle {
  return new OpenBundle({
    datasets: DATASETS,
    reader,
    ...enriching,
    privacy: { mode: 'full' },
    clock: now,
    now: now(),
    breathe: async () => undefined,
    full: SMALL,
    readAhead: 8,
  });
}

function defectsOf({ halted, tally }: DeliveriesReport, counters: Counters): string[] {
  const broken = tally.failures.filter(({ code }) => code === 'INTERNAL').map(({ message }) => message);
  if (halted?.code === 'INTERNAL') broken.push(halted.message);
  return [...broken, ...imbalances(counters)];
}

function queueEvent(messages: readonly Message[]) {
  return {
    Records: messages.map(({ id, files, receiveCount }) => ({
      messageId: id,
      eventSource: 'aws:sqs',
      attributes: { ApproximateReceiveCount: String(receiveCount) },
      body: JSON.stringify({ Records: files.map(s3Record) }),
    })),
  };
}

function s3Record({ key, bytes }: LakeLogFile) {
  const eTag = createHash('md5').update(bytes).digest('hex');
  const s3 = { bucket: { name: SOURCE }, object: { key, eTag } };
  return { eventVersion: '2.6', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 };
}

/** One run of the registrar, as lambda/maintain.ts does it. Undefined where the register could not be read. */
export function register(lake: AwsLake, process: AwsProcess): Promise<RegistrarReport | undefined> {
  const { register, catalog } = lake.portsOf(process);
  const { now, name, waiting } = process;
  const ports = { register, catalog, now, pause: waiting.pause, owner: name };
  return unlessFailed(() => registerPartitions(TABLE_NAMES, ports));
}

export async function sweep(lake: AwsLake, process: AwsProcess): Promise<void> {
  await unlessFailed(() => sweepBundles(lake.portsOf(process).finishing, process.now()));
}

export async function reconcile(lake: AwsLake, process: AwsProcess): Promise<void> {
  const { days, state, register, catalog } = lake.portsOf(process);
  const ports = { days, state, register, catalog };
  await unlessFailed(() => reconcilePartitions(TABLE_NAMES, ports, { repair: false, dryRun: false }));
}

/** AWS may fail; anything else is a defect of ours. */
async function unlessFailed<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof AuditLakeError && error.code === 'AWS_FAILED') return undefined;
    throw error;
  }
}
