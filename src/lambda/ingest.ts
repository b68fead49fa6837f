import { setFlagsFromString } from 'node:v8';
import { decodeNotification } from '../cloudtrail/notification.js';
import { readConfig } from '../config.js';
import { AuditLakeError } from '../errors.js';
import { ingestDeliveries } from '../jobs/ingest-deliveries.js';
import { newCounters } from '../telemetry.js';
import { examineIngest } from '../wiring/handler-doctor.js';
import { openNotifiedLake } from '../wiring/notified-lake.js';
import { check, isCheck } from './check.js';
import { sortDeliveries } from './deliveries.js';
import { once } from './once.js';
import { noteRaw } from './raw-notes.js';
import { countMessages, tellEndpoint, tellHistory, tellIngest } from './report.js';
import { responseTo } from './response.js';
import { type LambdaContext, stopwatch } from './time-left.js';

/** As on the command line: V8 would let the heap grow to several times of what is in use before it collects. */
setFlagsFromString('--heap-growing-percent=20');

/** Settings, clients and lake.json: read once, by the first event of this instance. */
const opened = once(async () => {
  const config = await readConfig({});
  tellEndpoint(config.endpointUrl);
  return openNotifiedLake(config, tellHistory);
});

/**
 * Whatever names objects of a trail's bucket (see cloudtrail/notification.ts) becomes rows of the lake. Of a queue's
 * batch only the messages that must come again are told back; `ReportBatchItemFailures` must be on. `{"task": "check"}`
 * tries what that needs (check.ts).
 */
export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  if (isCheck(event)) return check(event, context, examineIngest);
  const envelope = decodeNotification(event);
  if (envelope.kind === 'unknown') throw new AuditLakeError('BAD_NOTIFICATION', envelope.reason);
  const { datasets, sources, newLane, ports, rawNoter } = await opened();
  const { deliveries, returned } = sortDeliveries(envelope, sources);
  const counters = newCounters();
  const { left, mayStart } = stopwatch(context);
  const lane = () => newLane(left);
  const report = await ingestDeliveries({ deliveries, datasets, newLane: lane, ports, counters, mayStart });
  const unnoted = await noteRaw(deliveries, rawNoter);
  const outcomes = new Map([...report.outcomes, ...unnoted, ...returned]);
  tellIngest(
    report,
    counters,
    countMessages(outcomes, new Set(envelope.deliveries.map(({ ackId }) => ackId))),
  );
  return responseTo(envelope, outcomes);
}
