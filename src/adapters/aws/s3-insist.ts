import { isDenied, nameOf, statusOf } from './aws-error.js';
import { again, type Waiting } from './back-off.js';

/** Beyond the retries of the SDK, of which some end without an answer. */
const MOST_ATTEMPTS = 4;
/** S3 gave up on a slow connection: status 400, and nothing was done. */
const SLOW = 'RequestTimeout';

/**
 * Sends the same request again until an answer tells what happened (protocol 4.2 step 7). Only for requests of
 * which two do what one does.
 */
export function insist<T>(send: () => Promise<T>, waiting: Waiting): Promise<T> {
  return again({ waiting, most: MOST_ATTEMPTS, mayPass }, send);
}

/** No answer at all, two conditional writes that met, too many requests, or S3 itself failed. */
function mayPass(error: unknown): boolean {
  const status = statusOf(error);
  if (status === undefined) return !isDenied(error);
  return status === 409 || status === 429 || status >= 500 || nameOf(error) === SLOW;
}
