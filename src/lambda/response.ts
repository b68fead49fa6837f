import type { Envelope } from '../cloudtrail/notification.js';
import { AuditLakeError, ERROR_CODES } from '../errors.js';
import type { DeliveryOutcome } from '../jobs/ingest-deliveries.js';

type Outcomes = ReadonlyMap<string, DeliveryOutcome>;

/**
 * What the caller of the handler is told: of a queue, the messages that must come again; of S3 Batch Operations, a
 * result for each task. A message without an outcome counts as returned. A direct call knows only all or nothing.
 * @throws AuditLakeError for a direct call that must come again
 */
export function responseTo(envelope: Exclude<Envelope, { kind: 'unknown' }>, outcomes: Outcomes): unknown {
  const ids = [...new Set(envelope.deliveries.map(({ ackId }) => ackId))];
  const ends = new Map(ids.map((id) => [id, outcomes.get(id) ?? NOBODY_LOOKED]));
  const returned = [...ends].flatMap(([id, end]) => (end.kind === 'returned' ? [{ id, ...end }] : []));
  switch (envelope.kind) {
    case 'queue':
      return { batchItemFailures: returned.map(({ id }) => ({ itemIdentifier: id })) };
    case 'batch-tasks':
      return {
        invocationSchemaVersion: envelope.schema,
        treatMissingKeysAs: 'TemporaryFailure',
        invocationId: envelope.invocationId,
        results: [...ends].map(([taskId, end]) => ({ taskId, ...resultOf(end) })),
      };
    case 'direct': {
      const [first] = returned;
      if (first) throw new AuditLakeError(first.code ?? 'READ_FAILED', first.message);
      return {};
    }
  }
}

const NOBODY_LOOKED: DeliveryOutcome = {
  kind: 'returned',
  code: undefined,
  message: 'it was not looked at',
};

/** A report is read by people: what is only noted, such as an archived object, is not in the lake. */
function resultOf(end: DeliveryOutcome): { resultCode: string; resultString: string } {
  const failure = end.kind === 'returned' ? end : end.noted;
  if (!failure) return { resultCode: 'Succeeded', resultString: '' };
  const { code, message } = failure;
  const isForGood = code !== undefined && ERROR_CODES[code].disposition === 'park';
  const resultCode = isForGood ? 'PermanentFailure' : 'TemporaryFailure';
  return { resultCode, resultString: `${code ?? 'not started'}: ${message}`.slice(0, 1024) };
}
