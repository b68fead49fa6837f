import { parseEventTime } from '../cloudtrail/event-time.js';
import { objectOf, textOf, within } from '../cloudtrail/record.js';
import type { Grant } from './grant.js';

/**
 * The calls that answer with credentials, and the services that take them. GetSigninToken turns those of a session into a
 * console: it names the key under which the console works (IAM, "Logging sign-in events for temporary credentials").
 */
export const GRANT_SOURCES: readonly string[] = ['sts.amazonaws.com', 'signin.amazonaws.com'];
export const GRANT_EVENTS: readonly string[] = [
  ...['AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'AssumeRoot'],
  ...['GetSessionToken', 'GetFederationToken', 'GetSigninToken'],
];

/** What is known of an event that may have given out credentials. */
export type GrantCells = Pick<Grant, 'at' | 'how' | 'byKey' | 'byName' | 'account' | 'region' | 'eventId'> & {
  /** requestParameters and responseElements, as JSON. */
  readonly request: string | null;
  readonly response: string | null;
};

/** Letters, digits, underscores (STS, `AccessKeyId` of `Credentials`); a word that stands for a hidden one is none. */
const KEY = /^(?!HIDDEN_|REDACTED)\w{1,128}$/;

/** The credentials that an event gave out; undefined where it gave none, or does not tell which. */
export function grantOf({ request, response, ...event }: GrantCells): Grant | undefined {
  const answer = objectOf(parsed(response));
  const credentials = within(answer, 'credentials');
  const key = textOf(credentials, 'accessKeyId') ?? '';
  if (!KEY.test(key) || key === event.byKey) return undefined;
  const sessionArn =
    textOf(within(answer, 'assumedRoleUser'), 'arn') ?? textOf(within(answer, 'federatedUser'), 'arn');
  const roleArn = textOf(objectOf(parsed(request)), 'roleArn') ?? roleOfSession(sessionArn);
  return { ...event, key, until: endOf(textOf(credentials, 'expiration')), sessionArn, roleArn };
}

function parsed(json: string | null): unknown {
  try {
    return json === null ? undefined : JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The role of a session, without its path. */
function roleOfSession(sessionArn: string | null): string | null {
  const [, partition, account, role] =
    /^arn:([^:]+):sts::([^:]*):assumed-role\/([^/]+)\//.exec(sessionArn ?? '') ?? [];
  return role === undefined ? null : `arn:${partition}:iam::${account}:role/${role}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const IN_WORDS = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d):(\d\d)[ \u202f]([AP]M)$/;

/** `Jan 9, 2026, 10:00:00 AM` (real log files write it with and without the second comma), or ISO 8601; both are UTC. */
export function endOf(expiration: string | null): number | null {
  const [, month = '', day, year, hour, minute, second, half] = IN_WORDS.exec(expiration ?? '') ?? [];
  const place = MONTHS.indexOf(month);
  if (place < 0) return parseEventTime(expiration) ?? null;
  const hours = (Number(hour) % 12) + (half === 'PM' ? 12 : 0);
  const two = (value: unknown) => String(value).padStart(2, '0');
  return parseEventTime(`${year}-${two(place + 1)}-${two(day)}T${two(hours)}:${minute}:${second}Z`) ?? null;
}
