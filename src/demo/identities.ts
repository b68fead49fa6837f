import { isoSeconds } from './calendar.js';
import type { JsonObject } from './json.js';
import type { AccountId } from './places.js';

/** `userIdentity` as CloudTrail would write it at a moment; undefined where a record carries none. */
export type IdentityAt = (at: number) => JsonObject | undefined;

const HOUR = 3_600_000;

/** An id in the shape of AWS's own that says EXAMPLE, made of a name: 20 characters for keys, 21 for principals. */
export function exampleId(prefix: 'AKIA' | 'ASIA' | 'AIDA' | 'AROA', name: string): string {
  const letters = name.toUpperCase().replace(/[^A-Z]/g, '');
  const room = prefix.startsWith('AK') || prefix.startsWith('AS') ? 9 : 10;
  return `${prefix}${letters.slice(0, room).padEnd(room, 'I')}EXAMPLE`;
}

/** An IAM user with a long-lived key. */
export function iamUser(account: AccountId, userName: string): IdentityAt {
  return () => ({
    type: 'IAMUser',
    principalId: exampleId('AIDA', userName),
    arn: `arn:aws:iam::${account}:user/${userName}`,
    accountId: account,
    accessKeyId: exampleId('AKIA', userName),
    userName,
  });
}

/** The root user, signed in to the console. */
export function root(account: AccountId): IdentityAt {
  return (at) => ({
    type: 'Root',
    principalId: account,
    arn: `arn:aws:iam::${account}:root`,
    accountId: account,
    accessKeyId: exampleId('ASIA', 'root'),
    sessionContext: { attributes: attributes(at, true) },
  });
}

export type RoleSession = {
  readonly account: AccountId;
  readonly role: string;
  readonly session: string;
  /** Path of the role, such as `/service-role/`. */
  readonly path?: string;
  readonly mfa?: boolean;
  /** Who the person was before the role: `sts:SourceIdentity`. */
  readonly sourceIdentity?: string;
  /** The service that used the role. */
  readonly invokedBy?: string;
  /** IAM Identity Center: the user on whose behalf an application acted. */
  readonly onBehalfOf?: JsonObject;
  /** The access key of the session, where it is not made of its name. */
  readonly key?: string;
  /** When the session began, where that is known. */
  readonly since?: number;
};

/** A session of a role: the person, if there is one, is in the session's name. */
export function assumedRole(how: RoleSession): IdentityAt {
  const { account, role, session } = how;
  return (at) => ({
    type: 'AssumedRole',
    principalId: `${exampleId('AROA', role)}:${session}`,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
    accountId: account,
    accessKeyId: how.key ?? exampleId('ASIA', session),
    ...(how.onBehalfOf && { onBehalfOf: how.onBehalfOf }),
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: exampleId('AROA', role),
        arn: `arn:aws:iam::${account}:role${how.path ?? '/'}${role}`,
        accountId: account,
        userName: role,
      },
      webIdFederationData: {},
      attributes: attributes(at, how.mfa ?? false, how.since),
      ...(how.sourceIdentity && { sourceIdentity: how.sourceIdentity }),
    },
    ...(how.invokedBy && { invokedBy: how.invokedBy }),
  });
}

/** A person of IAM Identity Center: the session's name is the e-mail address. */
export function identityCenterRole(account: AccountId, permissionSet: string, email: string): RoleSession {
  return {
    account,
    role: `AWSReservedSSO_${permissionSet}_0123456789abcdef`,
    session: email,
    path: '/aws-reserved/sso.amazonaws.com/eu-west-1/',
    mfa: true,
  };
}

/** A person known to Identity Center, as an application that acts for him tells it. */
export function identityCenterUser(account: AccountId, userId: string): JsonObject {
  return { userId, identityStoreArn: `arn:aws:identitystore::${account}:identitystore/d-1234567890` };
}

/** `sts:GetFederationToken`: temporary credentials that an IAM user handed to a name of his own choice. */
export function federatedUser(account: AccountId, name: string, issuer: string): IdentityAt {
  return (at) => ({
    type: 'FederatedUser',
    principalId: `${account}:${name}`,
    arn: `arn:aws:sts::${account}:federated-user/${name}`,
    accountId: account,
    accessKeyId: exampleId('ASIA', name),
    sessionContext: {
      sessionIssuer: {
        type: 'IAMUser',
        principalId: exampleId('AIDA', issuer),
        arn: `arn:aws:iam::${account}:user/${issuer}`,
        accountId: account,
        userName: issuer,
      },
      attributes: attributes(at, false),
    },
  });
}

/** A session of which nothing else is told begins at the last full hour before it is used. */
function attributes(at: number, mfa: boolean, since = Math.floor(at / HOUR) * HOUR): JsonObject {
  return { creationDate: isoSeconds(since), mfaAuthenticated: String(mfa) };
}
