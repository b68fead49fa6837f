import { AuditLakeError, messageOf } from '../../errors.js';
import { isDenied, isTooBusy, nameOf, reasonOf, statusOf } from './aws-error.js';

/**
 * Why a call of Athena or STS gave nothing. `busy`: less, please; `credentials`: there are none, or they have expired;
 * `refused`: the request itself is wrong, whoever sends it; `passing`: anything that a moment may mend.
 */
export type CallFailure = 'busy' | 'credentials' | 'denied' | 'not_found' | 'refused' | 'passing';

const BUSY: ReadonlySet<string> = new Set(['Throttling', 'RequestLimitExceeded', 'SlowDown']);
const WITHOUT_CREDENTIALS: ReadonlySet<string> = new Set([
  ...['ExpiredToken', 'ExpiredTokenException', 'CredentialsProviderError', 'TokenProviderError'],
]);
/** A clock that is wrong: the SDK learns by how much from the answer, and is right the next time. */
const SKEWED: ReadonlySet<string> = new Set([
  ...['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'],
  ...['InvalidSignatureException', 'SignatureDoesNotMatch'],
]);

export function failureOf(error: unknown): CallFailure {
  const name = nameOf(error);
  const status = statusOf(error);
  if (WITHOUT_CREDENTIALS.has(name)) return 'credentials';
  if (isTooBusy(error) || BUSY.has(name) || status === 429) return 'busy';
  if (isNotFound(error)) return 'not_found';
  if (SKEWED.has(name)) return 'passing';
  if (isDenied(error)) return 'denied';
  if (status !== undefined && status >= 400 && status < 500 && status !== 408) return 'refused';
  return name === 'InvalidRequestException' ? 'refused' : 'passing';
}

/** Of executions and named queries only the words tell it. */
function isNotFound(error: unknown): boolean {
  const name = nameOf(error);
  if (name === 'ResourceNotFoundException') return true;
  return name === 'InvalidRequestException' && /not found/i.test(messageOf(error));
}

/** The name of a failure and nothing of its message, which may repeat a query (threat T15). */
export function failureName(error: unknown): string {
  return error instanceof AuditLakeError ? error.code : codeName(reasonOf(error));
}

/** A name that a service made, if it looks like one. */
export function codeName(text: string): string {
  return /^[\w.-]{1,64}$/.test(text) ? text : 'unnamed';
}
