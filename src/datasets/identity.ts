import { parseEventTime } from '../cloudtrail/event-time.js';
import { flagOf, type JsonObject, textOf, within } from '../cloudtrail/record.js';
import type { Cells } from './column.js';

/**
 * Who acted, from userIdentity ("CloudTrail userIdentity element", eventVersion 1.00 to 1.11). Every level may
 * be missing: service events carry only an account and invokedBy, some records no identity at all.
 */
export function identityCells(record: JsonObject): Cells {
  const identity = within(record, 'userIdentity');
  const session = within(identity, 'sessionContext');
  const role = roleOf(identity);
  return {
    user_type: textOf(identity, 'type'),
    user_name: userName(identity, role),
    user_arn: textOf(identity, 'arn'),
    principal_id: textOf(identity, 'principalId'),
    user_account_id: textOf(identity, 'accountId'),
    access_key_id: textOf(identity, 'accessKeyId') || null,
    role_name: role.name,
    role_arn: role.arn,
    session_name: role.session,
    source_identity: textOf(session, 'sourceIdentity'),
    identity_center_user_id: textOf(within(identity, 'onBehalfOf'), 'userId'),
    invoked_by: textOf(identity, 'invokedBy'),
    mfa_authenticated: flagOf(within(session, 'attributes'), 'mfaAuthenticated'),
    session_creation_time: sessionStart(textOf(within(session, 'attributes'), 'creationDate')),
  };
}

type AssumedRole = {
  readonly name: string | null;
  readonly arn: string | null;
  readonly session: string | null;
};

const ASSUMED = ':assumed-role/';
const NO_ROLE: AssumedRole = { name: null, arn: null, session: null };

/** The role behind a session. `arn:aws:sts::111122223333:assumed-role/Analyst/john.doe`: role, then session. */
function roleOf(identity: JsonObject | undefined): AssumedRole {
  const issuer = within(identity, 'sessionContext', 'sessionIssuer');
  const assumed = roleAndSession(textOf(identity, 'arn') ?? '');
  if (!assumed && textOf(issuer, 'type') !== 'Role' && textOf(identity, 'type') !== 'AssumedRole')
    return NO_ROLE;
  const session = assumed?.session ?? afterColon(textOf(identity, 'principalId'));
  return { name: textOf(issuer, 'userName') ?? assumed?.role ?? null, arn: textOf(issuer, 'arn'), session };
}

/** The last two parts of an assumed role's ARN, behind its path. Cut, not matched: an ARN may be hostile and long. */
function roleAndSession(arn: string): { readonly role: string; readonly session: string } | undefined {
  const start = arn.indexOf(ASSUMED);
  if (start < 0) return undefined;
  const cut = arn.lastIndexOf('/');
  const role = arn.slice(arn.lastIndexOf('/', cut - 1) + 1, cut);
  const session = arn.slice(cut + 1);
  return cut >= start + ASSUMED.length && role && session ? { role, session } : undefined;
}

/**
 * The human or workload that acted. For a role that is the session, not the role: everyone behind a role has
 * the same role name. Table and examples: src/README.md, "Who acted".
 */
function userName(identity: JsonObject | undefined, role: AssumedRole): string | null {
  const named = textOf(identity, 'userName') || null;
  const invokedBy = textOf(identity, 'invokedBy');
  const principal = textOf(identity, 'principalId');
  switch (textOf(identity, 'type')) {
    case 'Root':
      return 'root';
    case 'AssumedRole':
      return role.session ?? named ?? role.name ?? invokedBy;
    case 'Role':
      return named ?? lastOfArn(identity) ?? invokedBy;
    case 'FederatedUser':
      return lastOfArn(identity) ?? named ?? afterColon(principal);
    case 'IdentityCenterUser':
      return named ?? textOf(within(identity, 'onBehalfOf'), 'userId') ?? principal;
    case 'AWSAccount':
      return named ?? afterColon(principal) ?? principal ?? textOf(identity, 'accountId');
    case 'AWSService':
      return invokedBy ?? named;
    default:
      return named ?? role.session ?? lastOfArn(identity) ?? afterColon(principal) ?? invokedBy;
  }
}

/** `AROAEXAMPLE:john.doe` says who, behind the colon; in other ids nothing follows. */
function afterColon(principal: string | null): string | null {
  const colon = principal?.indexOf(':') ?? -1;
  return principal !== null && colon >= 0 ? principal.slice(colon + 1) || null : null;
}

/** The last part of an ARN: the name of a user, role or federated user. */
function lastOfArn(identity: JsonObject | undefined): string | null {
  return /\/([^/]+)$/.exec(textOf(identity, 'arn') ?? '')?.[1] ?? null;
}

/** creationDate is written extended (`2026-01-09T00:05:00Z`) or basic (`20260109T000500Z`). */
function sessionStart(text: string | null): number | null {
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '');
  const [, year, month, day, hour, minute, second] = basic ?? [];
  return parseEventTime(basic ? `${year}-${month}-${day}T${hour}:${minute}:${second}Z` : text) ?? null;
}
