import type { Config } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import { type QueueReport, queueBackfill } from '../../jobs/queue-backfill.js';
import type { FleetRun } from '../../ports/fleet.js';
import type { StoredPlan } from '../../ports/plan-store.js';
import { listAheadOf, openArchive } from '../../wiring/archive.js';
import { openFleet } from '../../wiring/fleet.js';
import { lakePrivacy } from '../../wiring/lake-privacy.js';
import { openLogFileQueue } from '../../wiring/log-file-queue.js';
import { realTime } from '../../wiring/real-time.js';
import { openLake } from '../../wiring/writable-lake.js';
import type { Io } from '../io.js';
import { mustBeInS3, targetOf } from '../s3-lake-of.js';
import { archiveSourceOf } from './arguments.js';

type Elsewhere = {
  readonly stored: StoredPlan;
  readonly config: Config;
  readonly lake: string;
  readonly isStopped: () => boolean;
};

/**
 * Hands a plan to the fleet: a new run, or what failed in the last one again; one that is under way is left alone.
 * @throws AuditLakeError USAGE without a state machine, or for log files that are not in S3; AWS_DENIED, AWS_FAILED
 */
export async function startFleet({ stored, config, lake }: Elsewhere): Promise<FleetRun> {
  const { plan, location } = stored;
  const { stateMachine } = config;
  if (stateMachine === undefined)
    throw notSet('--state-machine', 'the ARN of the state machine of the fleet');
  await mustReadFromS3(stored, config, lake);
  const settings = { ...mustBeInS3(config, 'backfill run --on fleet'), stateMachine };
  const { fleet, close } = openFleet(settings);
  try {
    const last = await fleet.last(plan.id);
    if (last?.state === 'running') return last;
    return last?.redrivable ? await fleet.redrive(last) : await fleet.start(plan.id, location);
  } finally {
    close();
  }
}

/**
 * Sends the log files of a plan to the queue of the ingest Lambda.
 * @throws AuditLakeError USAGE without a queue, or for log files that are not in S3; AWS_DENIED, AWS_FAILED
 */
export async function sendToQueue(
  { stored, config, lake, isStopped }: Elsewhere,
  io: Io,
): Promise<QueueReport> {
  const { queueUrl, datasets } = config;
  const { plan, slices } = stored;
  if (queueUrl === undefined) throw notSet('--queue-url', 'the address of the queue of the ingest Lambda');
  const source = await mustReadFromS3(stored, config, lake);
  const target = targetOf(config, lake);
  const privacy = await lakePrivacy(target, config);
  const options = {
    datasets,
    privacy,
    dryRun: false,
    isStopped,
    say: io.err,
    tellRegistered: () => undefined,
  };
  const { ports, progress, release } = await openLake(target, options);
  const { queue, close } = openLogFileQueue(queueUrl, config);
  try {
    return await queueBackfill({
      ...{ planId: plan.id, slices: slices(), scope: plan.scope, progress, queue, isStopped },
      ...{ datasets: plan.datasets, state: ports.state, now: realTime.now },
      ...{ archive: await openArchive(source, lake), listAhead: listAheadOf(source) },
    });
  } finally {
    close();
    await release();
  }
}

async function mustReadFromS3({ plan }: StoredPlan, config: Config, lake: string) {
  const source = await archiveSourceOf(plan.sources, config, lake);
  if (source.reading.kind === 's3') return source;
  throw new AuditLakeError('USAGE', `nobody elsewhere can read ${plan.sources.join(', ')}: use --on here`);
}

function notSet(flag: string, what: string): AuditLakeError {
  return new AuditLakeError('USAGE', `${flag} is not set: it names ${what}`);
}
