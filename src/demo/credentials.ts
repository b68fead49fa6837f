import { isoSeconds } from './calendar.js';
import { exampleId } from './identities.js';
import type { JsonObject } from './json.js';
import type { AccountId } from './places.js';

/** What STS gave out: for whom, until when (milliseconds). */
export type Given = {
  readonly key: string;
  readonly until: number;
  /** How the end is written: services have done so in both ways. */
  readonly written: 'words' | 'iso';
};

/** `credentials` of an answer. The token is left out: it is long, and nobody needs it. */
export function credentials({ key, until, written }: Given): JsonObject {
  const expiration = written === 'iso' ? isoSeconds(until) : inWords(until);
  return { credentials: { accessKeyId: key, sessionToken: 'EXAMPLE', expiration } };
}

/** `Jan 9, 2026, 10:00:00 AM`. */
function inWords(at: number): string {
  const text = new Date(at).toLocaleString('en-US', {
    timeZone: 'UTC',
    dateStyle: 'medium',
    timeStyle: 'medium',
  });
  return text.replaceAll('\u202f', ' ');
}

/** The session of a role, as an answer names it. */
export function assumedRoleUser(account: AccountId, role: string, session: string): JsonObject {
  const arn = `arn:aws:sts::${account}:assumed-role/${role}/${session}`;
  return { assumedRoleUser: { assumedRoleId: `${exampleId('AROA', role)}:${session}`, arn } };
}
