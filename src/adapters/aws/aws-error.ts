import { AuditLakeError, type ErrorCode, messageOf } from '../../errors.js';

/**
 * What was tried: the IAM action that allows it, and on what; that is left out where whoever tells the message names
 * it anyway.
 */
export type Attempt = { readonly action: string; readonly resource?: string };

/** The name of an SDK error, such as `ConditionalCheckFailedException`; empty for anything else. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** The name of a failure; of the system its code, such as `ENOTFOUND`, which says more than `Error` does. */
export function reasonOf(error: unknown): string {
  const name = nameOf(error);
  if (name !== 'Error' && name !== 'AggregateError') return name;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : name;
}

/** The HTTP status that the service answered with; undefined where no answer came. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

const NO_CREDENTIALS: ReadonlySet<string> = new Set([
  ...['CredentialsProviderError', 'TokenProviderError', 'ExpiredToken', 'ExpiredTokenException'],
  ...['InvalidAccessKeyId', 'InvalidClientTokenId', 'SignatureDoesNotMatch', 'UnrecognizedClientException'],
]);
const DENIED: ReadonlySet<string> = new Set([
  ...['AccessDenied', 'AccessDeniedException', 'AllAccessDisabled', 'KMSAccessDeniedException'],
  ...['UnauthorizedOperation', 'Forbidden'],
]);

const TOO_BUSY: ReadonlySet<string> = new Set(['TooManyRequestsException', 'ThrottlingException']);

export const NO_REGION = 'no AWS Region is known: name one with --region, AWS_REGION or the profile';
const CHECK_PLACE = 'check --region, --endpoint-url and the network';
const OTHER_REGION = 'the bucket lies in another Region: name that one with --region';
/** What to do next, by the name of a failure. For missing credentials and permissions their error codes say it. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['NoSuchBucket', 'check the name of the bucket'],
  ['PermanentRedirect', OTHER_REGION],
  ['AuthorizationHeaderMalformed', OTHER_REGION],
  ['ENOTFOUND', CHECK_PLACE],
  ['EAI_AGAIN', CHECK_PLACE],
  ['ECONNREFUSED', CHECK_PLACE],
]);

/**
 * A failure of AWS in our words: the action, the resource, what the service says, and what to do about it; of Athena
 * the name of the error alone, since it repeats what was asked (threat T15).
 */
export function awsError(error: unknown, { action, resource }: Attempt): AuditLakeError {
  if (error instanceof AuditLakeError) return error;
  if (isWithoutRegion(error)) return new AuditLakeError('USAGE', NO_REGION, error);
  const words = action.startsWith('athena:') ? nameAndStatus(error) : wordsOf(error);
  const tried = resource === undefined ? action : `${action} on ${resource}`;
  const hint = HINTS.get(reasonOf(error));
  const message = hint === undefined ? `${tried}: ${words}` : `${tried}: ${words}; ${hint}`;
  return new AuditLakeError(codeOf(error), message, error);
}

/** Whether credentials, their permissions or a Region are what is missing: to ask again is of no use. */
export function isDenied(error: unknown): boolean {
  return codeOf(error) !== 'AWS_FAILED';
}

/** Whether the service takes the same call a moment later. */
export function isTooBusy(error: unknown): boolean {
  return TOO_BUSY.has(nameOf(error));
}

/** The SDK has no name for it. */
function isWithoutRegion(error: unknown): boolean {
  return /^Region (is missing|not accepted)/.test(messageOf(error));
}

function codeOf(error: unknown): ErrorCode {
  if (isWithoutRegion(error)) return 'USAGE';
  const name = nameOf(error);
  if (NO_CREDENTIALS.has(name)) return 'AWS_CREDENTIALS';
  if (DENIED.has(name) || statusOf(error) === 403) return 'AWS_DENIED';
  return 'AWS_FAILED';
}

const MOST_WORDS = 300;

function wordsOf(error: unknown): string {
  const [line = ''] = messageOf(error).split('\n');
  const named = nameAndStatus(error);
  return line === '' || line === nameOf(error) ? named : `${named}: ${line.slice(0, MOST_WORDS)}`;
}

function nameAndStatus(error: unknown): string {
  const status = statusOf(error);
  const name = reasonOf(error) || 'unknown error';
  return status === undefined ? name : `${name} (HTTP ${status})`;
}
