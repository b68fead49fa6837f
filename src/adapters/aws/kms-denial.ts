import { AuditLakeError, messageOf } from '../../errors.js';
import type { Call } from '../../ports/access-check.js';

const NAMED =
  /not authorized to perform: (kms:[A-Za-z]+)(?:.*? on (?:the )?resource: (arn:[a-z-]+:kms:[\w:/-]+))?/s;

/**
 * The call of KMS that was denied to S3 in our name: the message of S3 alone tells it. Nothing else of that message is
 * used.
 */
export function kmsDenial(error: unknown): Call | undefined {
  const cause = error instanceof AuditLakeError ? error.cause : error;
  const [, action, key = '*'] = NAMED.exec(messageOf(cause)) ?? [];
  if (action === undefined) return undefined;
  const on = key === '*' ? 'the key of the bucket' : key;
  return { action, on, allowedBy: { actions: [action], resources: [key] } };
}
