import { parseKey } from '../cloudtrail/log-file-ref.js';
import type { Delivery, Envelope, NotifiedObject } from '../cloudtrail/notification.js';
import type { DeliveryOutcome, LogFileDelivery } from '../jobs/ingest-deliveries.js';
import type { ListedLogFile } from '../jobs/settled.js';
import { isOfSources } from './sources.js';

/** Messages to be worked on, and those that must come back as they are. */
export type SortedDeliveries = {
  readonly deliveries: readonly LogFileDelivery[];
  readonly returned: ReadonlyMap<string, DeliveryOutcome>;
};

type Known = Exclude<Envelope, { kind: 'unknown' }>;

/**
 * What the messages of an envelope deliver. A message that cannot be read, or names an object outside of `sources`
 * (`s3://bucket/prefix`: the lake itself, a forged bucket), is returned: acknowledged, it would be lost.
 */
export function sortDeliveries(envelope: Known, sources: readonly string[]): SortedDeliveries {
  const deliveries: LogFileDelivery[] = [];
  const returned = new Map<string, DeliveryOutcome>();
  for (const delivery of envelope.deliveries) {
    const reason = refusalOf(delivery, sources);
    if (reason !== undefined) {
      returned.set(delivery.ackId, { kind: 'returned', code: 'BAD_NOTIFICATION', message: reason });
    } else if (delivery.kind === 'objects') deliveries.push(logFilesOf(delivery));
  }
  return { deliveries, returned };
}

function refusalOf(delivery: Delivery, sources: readonly string[]): string | undefined {
  if (delivery.kind === 'undecodable') return delivery.reason;
  const outside = delivery.objects.find((object) => !isOfSources(placeOf(object), sources));
  return outside && `it names an object outside of AUDIT_LAKE_SOURCES, in bucket ${outside.bucket}`;
}

function logFilesOf({ ackId, receiveCount, objects }: Delivery & { kind: 'objects' }): LogFileDelivery {
  const files: ListedLogFile[] = [];
  for (const object of objects) {
    const what = parseKey(object.bucket, object.key);
    if (what.kind === 'log-file') {
      files.push({ ref: what.ref, location: placeOf(object), etag: object.etag });
    }
  }
  return { ackId, receiveCount, files, foreign: objects.length - files.length };
}

const placeOf = ({ bucket, key }: NotifiedObject) => `s3://${bucket}/${key}`;
