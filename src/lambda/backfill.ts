import { setFlagsFromString } from 'node:v8';
import { readConfig } from '../config.js';
import { AuditLakeError, ERROR_CODES } from '../errors.js';
import { type BackfillReport, runBackfill } from '../jobs/run-backfill.js';
import { examineBackfill } from '../wiring/handler-doctor.js';
import { type NotifiedBackfill, openNotifiedBackfill } from '../wiring/notified-backfill.js';
import { check, isCheck } from './check.js';
import { once } from './once.js';
import { tellBackfill, tellEndpoint, tellHistory } from './report.js';
import { mustBeOf, type SliceBatch, sliceBatch } from './slice-batch.js';
import { type LambdaContext, stopwatch } from './time-left.js';

/** As on the command line: V8 would let the heap grow to several times of what is in use before it collects. */
setFlagsFromString('--heap-growing-percent=20');

const opened = once(async () => {
  const config = await readConfig({});
  tellEndpoint(config.endpointUrl);
  return openNotifiedBackfill(config, tellHistory);
});

/** What Step Functions keeps of a batch. */
const MOST_FAILURES = 10;

/**
 * Works off a batch of slices of a plan, for Step Functions (backfill/state-machine.ts). Where time runs short it stops
 * and throws SLICES_UNFINISHED: the same event goes on where it was. What another attempt may mend is thrown too;
 * log files that are parked are counted, and noted in the ledger. `{"task": "check"}` tries what that needs (check.ts).
 * @throws Error named by its code, by which a state machine knows it
 */
export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  if (isCheck(event)) return check(event, context, examineBackfill);
  try {
    const backfill = await opened();
    const batch = sliceBatch(event, backfill.sources);
    const report = await workOff(batch, backfill, context);
    tellBackfill(batch.plan, report);
    mustBeWhole(report);
    const { slices, gone, failures, counters } = report;
    const log_files = { ...counters.logFiles, gone };
    return { plan: batch.plan, slices, log_files, failures: failures.slice(0, MOST_FAILURES) };
  } catch (error) {
    throw error instanceof AuditLakeError ? named(error.code, error.message, error) : error;
  }
}

async function workOff(
  batch: SliceBatch,
  backfill: NotifiedBackfill,
  context: LambdaContext,
): Promise<BackfillReport> {
  const { planned, listAhead, batchFiles, progressOf, datasets, ports, newLane, now } = backfill;
  const { left, mayStart } = stopwatch(context);
  const { plan, archive } = await planned(batch.plan);
  mustBeOf(plan, batch);
  return runBackfill({
    ...{ planId: plan.id, scope: plan.scope, archive, listAhead, now },
    slices: oneByOne(batch.slices),
    progress: progressOf(batch.slices.map(({ place }) => place)),
    ingest: {
      ...{ datasets, ports, batchFiles, lanes: [newLane(left)] },
      // The registrar runs each minute, the sweep each hour: lambda/maintain.ts.
      follow: async () => undefined,
      isStopped: () => !mayStart(),
    },
  });
}

async function* oneByOne<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** @throws Error named by its code, where another attempt may do more */
function mustBeWhole({ interrupted, failures, unlisted, slices }: BackfillReport): void {
  if (interrupted) {
    throw named('SLICES_UNFINISHED', `time ran short after ${slices.ended} slices: the same event goes on`);
  }
  const [folder] = unlisted;
  if (folder) throw named(folder.code, `${folder.place}: ${folder.message}`);
  const passing = failures.find(({ code }) => ERROR_CODES[code].disposition === 'retry');
  if (passing) throw named(passing.code, `${passing.file}: ${passing.message}`);
}

/** Lambda tells of an error by its name, and a state machine compares names. */
function named(name: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { name });
}
