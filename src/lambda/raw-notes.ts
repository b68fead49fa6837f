import { AuditLakeError, type ErrorCode } from '../errors.js';
import type { DeliveryOutcome, LogFileDelivery } from '../jobs/ingest-deliveries.js';
import type { RawNoter } from '../jobs/note-raw.js';

type Outcomes = ReadonlyMap<string, DeliveryOutcome>;

/**
 * Notes the partitions of the raw table that some messages deliver to, whatever became of their log files: these are
 * in the bucket. Where they cannot be noted, the messages come again: acknowledged, a partition would be forgotten.
 * The rows of the lake do not wait for it.
 */
export async function noteRaw(
  deliveries: readonly LogFileDelivery[],
  noter: RawNoter | undefined,
): Promise<Outcomes> {
  if (!noter) return new Map();
  try {
    await noter.note(locationsOf(deliveries));
    return new Map();
  } catch (error) {
    if (!(error instanceof AuditLakeError) || error.code === 'INTERNAL') throw error;
    const failed = {
      kind: 'returned',
      code: error.code satisfies ErrorCode,
      message: error.message,
    } as const;
    const open = deliveries.filter(({ files }) => files.some(({ location }) => noter.isNew(location)));
    return new Map(open.map(({ ackId }) => [ackId, failed]));
  }
}

const locationsOf = (deliveries: readonly LogFileDelivery[]) =>
  deliveries.flatMap(({ files }) => files.map(({ location }) => location));
