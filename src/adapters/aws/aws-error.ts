import { AuditLakeError, type ErrorCode, messageOf } from '../../errors.js';

/** What was tried: the IAM action that allows it, and on what. */
export type Attempt = { readonly action: string; readonly resource: string };

/** The name of an SDK error, such as `ConditionalCheckFailedException`; empty for anything else. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
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

/**
 * A failure of AWS in our words: the action, the resource, and what the service says; of Athena the name of the error
 * alone, since it repeats what was asked (threat T15).
 */
export function awsError(error: unknown, { action, resource }: Attempt): AuditLakeError {
  if (error instanceof AuditLakeError) return error;
  const words = action.startsWith('athena:') ? nameAndStatus(error) : wordsOf(error);
  return new AuditLakeError(codeOf(error), `${action} on ${resource}: ${words}`, error);
}

/** Whether the credentials or their permissions are what is missing. */
export function isDenied(error: unknown): boolean {
  return codeOf(error) !== 'AWS_FAILED';
}

function codeOf(error: unknown): ErrorCode {
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
  const name = nameOf(error) || 'unknown error';
  return status === undefined ? name : `${name} (HTTP ${status})`;
}
