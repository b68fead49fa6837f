import type { Envelope } from '../cloudtrail/notification.js';
import { AuditLakeError, ERROR_CODES } from '../errors.js';
import type { DeliveryOutcome } from '../jobs/ingest-deliveries.js';

type Outcomes = ReadonlyMap<string, DeliveryOutcome>;
type Returned = Extract<DeliveryOutcome, { kind: 'returned' }>;

/**
 * What the caller of the handler is told: of a queue, the messages that must come again; of S3 Batch Operations, a
 * result for each task. A message without an outcome counts as returned. A direct call knows only all or nothing.
 * @throws AuditLakeError for a direct call that must come again
 */
export function responseTo(envelope: Exclude<Envelope, { kind: 'unknown' }>, outcomes: Outcomes): unknown {
  const ids = [...new Set(envelope.deliveries.map(({ ackId }) => ackId))];
  const returned = new Map(ids.flatMap((id) => returnedOf(id, outcomes)));
  switch (envelope.kind) {
    case 'queue':
      return { batchItemFailures: [...returned.keys()].map((itemIdentifier) => ({ itemIdentifier })) };
    case 'batch-tasks':
      return {
        invocationSchemaVersion: envelope.schema,
        treatMissingKeysAs: 'TemporaryFailure',
        invocationId: envelope.invocationId,
        results: ids.map((taskId) => ({ taskId, ...resultOf(returned.get(taskId)) })),
      };
    case 'direct': {
      const [first] = returned.values();
      if (first) throw new AuditLakeError(first.code ?? 'READ_FAILED', first.message);
      return {};
    }
  }
}

const NOBODY_LOOKED: Returned = { kind: 'returned', code: undefined, message: 'it was not looked at' };

function returnedOf(id: string, outcomes: Outcomes): (readonly [string, Returned])[] {
  const outcome = outcomes.get(id) ?? NOBODY_LOOKED;
  return outcome.kind === 'returned' ? [[id, outcome]] : [];
}

function resultOf(returned: Returned | undefined): { resultCode: string; resultString: string } {
  if (!returned) return { resultCode: 'Succeeded', resultString: '' };
  const { code, message } = returned;
  const isForGood = code !== undefined && ERROR_CODES[code].disposition === 'park';
  const resultCode = isForGood ? 'PermanentFailure' : 'TemporaryFailure';
  return { resultCode, resultString: `${code ?? 'not started'}: ${message}`.slice(0, 1024) };
}
