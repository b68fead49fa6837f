import type { StoredPlan } from '../../backfill/plan.js';
import type { Config } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import { type QueueReport, queueBackfill } from '../../jobs/queue-backfill.js';
import type { FleetRun } from '../../ports/fleet.js';
import { quoted } from '../../shown/shell-quoted.js';
import { listAheadOf, openArchive } from '../../wiring/archive.js';
import { openFleet } from '../../wiring/fleet.js';
import { openLakeAsItIs } from '../../wiring/lake-as-it-is.js';
import { openLogFileQueue } from '../../wiring/log-file-queue.js';
import { openPlanStore } from '../../wiring/plan-store.js';
import { realTime } from '../../wiring/real-time.js';
import { mustBeInS3, targetOf } from '../s3-lake-of.js';
import { archiveSourceOf } from './arguments.js';
import { queueUrlOf, stateMachineOf } from './reach.js';

type Elsewhere = {
  readonly stored: StoredPlan;
  readonly config: Config;
  readonly lake: string;
  readonly isStopped: () => boolean;
};

/**
 * Hands a plan to the fleet: a new run, or what failed in the last one again; one that is under way is left alone.
 * @throws AuditLakeError USAGE without a state machine, for log files that are not in S3, or for a plan that does not lie
 * in the lake; AWS_DENIED, AWS_FAILED
 */
export async function startFleet({ stored, config, lake }: Elsewhere): Promise<FleetRun> {
  const { plan, location } = stored;
  const stateMachine = stateMachineOf(config);
  await mustReadFromS3(stored, config, lake);
  await mustLieInLake(stored, config, lake);
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
 * Sends the log files of a plan to the queue of the ingest Lambda. Nothing is made here: the Lambda makes the lake.
 * @throws AuditLakeError USAGE without a queue or a state table, or for log files that are not in S3; AWS_DENIED, AWS_FAILED
 */
export async function sendToQueue({ stored, config, lake, isStopped }: Elsewhere): Promise<QueueReport> {
  const queueUrl = queueUrlOf(config);
  const { plan, slices } = stored;
  const source = await mustReadFromS3(stored, config, lake);
  const state = await openLakeAsItIs(targetOf(config, lake));
  if (state === undefined) throw noTable(lake);
  const { queue, close } = openLogFileQueue(queueUrl, config);
  try {
    const { ledger, progress } = state;
    const report = await queueBackfill({
      ...{ planId: plan.id, slices: slices(), scope: plan.scope, progress, queue, isStopped },
      ...{ datasets: plan.datasets, state: ledger, now: realTime.now },
      ...{ archive: await openArchive(source, lake), listAhead: listAheadOf(source) },
    });
    // What could not be listed when the plan was made is not in it.
    return { ...report, unlisted: [...plan.unlisted, ...report.unlisted] };
  } finally {
    close();
    await state.close();
  }
}

function noTable(lake: string): AuditLakeError {
  const message = `the lake ${lake} has no state table: deploy the ingest Lambda first, which reads from the queue`;
  return new AuditLakeError('USAGE', message);
}

/** The function of the fleet asks its lake for the plan, by its id. */
async function mustLieInLake({ plan, location }: StoredPlan, config: Config, lake: string): Promise<void> {
  const place = (await openPlanStore(targetOf(config, lake))).locationOf(plan.id);
  if (location === place) return;
  const copy = `aws s3 cp ${quoted(location)} ${quoted(place)}`;
  const message = `a fleet reads plan ${plan.id} from the lake, and it lies at ${location}: copy it with \`${copy}\``;
  throw new AuditLakeError('USAGE', message);
}

async function mustReadFromS3({ plan }: StoredPlan, config: Config, lake: string) {
  const source = await archiveSourceOf(plan.sources, config, lake);
  if (source.reading.kind === 's3') return source;
  throw new AuditLakeError('USAGE', `nobody elsewhere can read ${plan.sources.join(', ')}: use --on here`);
}
