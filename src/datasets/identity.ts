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
    access_key_id: said(identity, 'accessKeyId'),
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

/** The role that acted; `session` is the name its session was given. */
type Role = {
  readonly name: string | null;
  readonly arn: string | null;
  readonly session: string | null;
};

const ASSUMED = ':assumed-role/';
const ROLE = ':role/';
const NO_ROLE: Role = { name: null, arn: null, session: null };

/** The role behind a session, or the role itself. Of a session's ARN the path of the role is gone: its issuer has it. */
function roleOf(identity: JsonObject | undefined): Role {
  const issuer = within(identity, 'sessionContext', 'sessionIssuer');
  const arn = said(identity, 'arn');
  const assumed = roleAndSession(arn ?? '');
  if (assumed || said(issuer, 'type') === 'Role' || said(identity, 'type') === 'AssumedRole') {
    return {
      name: said(issuer, 'userName') ?? assumed?.role ?? null,
      arn: said(issuer, 'arn'),
      session: assumed?.session ?? afterColon(said(identity, 'principalId')),
    };
  }
  return arn?.includes(ROLE) ? { name: lastOfArn(arn), arn, session: null } : NO_ROLE;
}

/**
 * `arn:aws:sts::111122223333:assumed-role/Analyst/john.doe`: role, then session. Cut, not matched: an ARN may be hostile
 * and long.
 */
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
function userName(identity: JsonObject | undefined, role: Role): string | null {
  const principal = said(identity, 'principalId');
  return (
    nameByType(identity, role) ??
    said(identity, 'userName') ??
    role.session ??
    lastOfArn(said(identity, 'arn')) ??
    said(within(identity, 'onBehalfOf'), 'userId') ??
    afterColon(principal) ??
    role.name ??
    principal ??
    (said(identity, 'type') === 'AWSAccount' ? said(identity, 'accountId') : null) ??
    said(identity, 'invokedBy')
  );
}

/** What goes before the order of all types. */
function nameByType(identity: JsonObject | undefined, role: Role): string | null {
  switch (said(identity, 'type')) {
    case 'Root': // its userName is the alias of the account
      return 'root';
    case 'AssumedRole':
      if (role.session === COGNITO_SESSION) return cognitoSubject(identity);
      return role.session ?? said(identity, 'userName') ?? role.name;
    case 'FederatedUser':
      return lastOfArn(said(identity, 'arn'));
    case 'WebIdentityUser':
      return said(identity, 'userName') ?? webSubject(identity);
    case 'AWSService':
      return said(identity, 'invokedBy');
    default:
      return null;
  }
}

/** Cognito names the session of everybody so; who it is stands beside it. */
const COGNITO_SESSION = 'CognitoIdentityCredentials';
const COGNITO_SUBJECT = 'cognito-identity.amazonaws.com:sub';

function cognitoSubject(identity: JsonObject | undefined): string | null {
  const told = within(identity, 'sessionContext', 'webIdFederationData', 'attributes');
  return said(told, COGNITO_SUBJECT) ?? COGNITO_SESSION;
}

/** Of `provider:application:subject` the last. Cut from the front: ARNs of providers and subjects have colons too. */
function webSubject(identity: JsonObject | undefined): string | null {
  const principal = said(identity, 'principalId');
  const provider = said(identity, 'identityProvider');
  const isKnown = provider !== null && principal?.startsWith(`${provider}:`) === true;
  return afterColon(isKnown ? principal.slice(provider.length + 1) : afterColon(principal));
}

/** A text that says something: names are never empty. */
function said(object: JsonObject | undefined, field: string): string | null {
  return textOf(object, field) || null;
}

/** `AROAEXAMPLE:john.doe` says who, behind the colon; in other ids nothing follows. */
function afterColon(id: string | null): string | null {
  const colon = id?.indexOf(':') ?? -1;
  return id !== null && colon >= 0 ? id.slice(colon + 1) || null : null;
}

/** The last part of an ARN: the name of a user, role or federated user. */
function lastOfArn(arn: string | null): string | null {
  return /\/([^/]+)$/.exec(arn ?? '')?.[1] ?? null;
}

/** creationDate is written extended (`2026-01-09T00:05:00Z`) or basic (`20260109T000500Z`). */
function sessionStart(text: string | null): number | null {
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '');
  const [, year, month, day, hour, minute, second] = basic ?? [];
  return parseEventTime(basic ? `${year}-${month}-${day}T${hour}:${minute}:${second}Z` : text) ?? null;
}
