import type { JsonObject } from '../../src/cloudtrail/record.js';
import type { Cells } from '../../src/datasets/column.js';

/** A userIdentity, and what its columns must hold: all others are NULL. */
export type Identity = {
  readonly name: string;
  readonly identity: JsonObject | null;
  readonly cells: Cells;
};

export const ACCOUNT = '111122223333';
export const OTHER = '444455556666';
export const KEY = 'ASIAIOSFODNN7EXAMPLE';
/** `creationDate` of every session here, in milliseconds. */
export const BEGAN = Date.UTC(2026, 0, 9, 0, 5);

export const OIDC = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.example.com`;
const STORE = `arn:aws:identitystore::${ACCOUNT}:identitystore/d-1234567890`;
export const onBehalfOf = { userId: '544894e8-EXAMPLE', identityStoreArn: STORE };

/** A session of a role, and its columns. `more` stands beside sessionIssuer, `beside` in userIdentity itself. */
export function session(
  role: string,
  name: string,
  {
    more = {},
    beside = {},
    account = ACCOUNT,
  }: { more?: JsonObject; beside?: JsonObject; account?: string } = {},
): { readonly identity: JsonObject; readonly cells: Cells } {
  const roleName = role.slice(role.lastIndexOf('/') + 1);
  const roleArn = `arn:aws:iam::${account}:role/${role}`;
  const arn = `arn:aws:sts::${account}:assumed-role/${roleName}/${name}`;
  const issuer = { type: 'Role', principalId: 'AROAEXAMPLEID', arn: roleArn, accountId: account };
  const attributes = { creationDate: '2026-01-09T00:05:00Z', mfaAuthenticated: 'false' };
  return {
    identity: {
      ...{ type: 'AssumedRole', principalId: `AROAEXAMPLEID:${name}`, arn, accountId: account },
      accessKeyId: KEY,
      sessionContext: { sessionIssuer: { ...issuer, userName: roleName }, attributes, ...more },
      ...beside,
    },
    cells: {
      ...{ user_type: 'AssumedRole', user_name: name, user_arn: arn, principal_id: `AROAEXAMPLEID:${name}` },
      ...{ user_account_id: account, access_key_id: KEY, mfa_authenticated: false },
      ...{ role_name: roleName, role_arn: roleArn, session_name: name, session_creation_time: BEGAN },
    },
  };
}

/** {@link session} as a case; `over` are the columns that differ. */
function asRole(name: string, made: ReturnType<typeof session>, over: Cells = {}): Identity {
  return { name, identity: made.identity, cells: { ...made.cells, ...over } };
}

const federation = (federatedProvider: string, attributes: JsonObject) => ({
  webIdFederationData: { federatedProvider, attributes },
});

/** Sessions of roles, and a role without one. */
export const ROLES: readonly Identity[] = [
  asRole(
    'AssumedRole: the session is who, the role stands beside it',
    session('team/data/Analyst', 'jane.doe'),
  ),
  asRole(
    'AssumedRole by Identity Center',
    session('aws-reserved/sso.amazonaws.com/AWSReservedSSO_Analyst_0123456789abcdef', 'zoe@example.com', {
      beside: { onBehalfOf },
    }),
    { identity_center_user_id: '544894e8-EXAMPLE' },
  ),
  asRole('AssumedRole of another account', session('Auditor', 'jane.doe', { account: OTHER })),
  asRole(
    'AssumedRole by role chaining: whom the first session belonged to stays in source_identity',
    session('Second', 'pipeline', { more: { sourceIdentity: 'jane@example.com' } }),
    { source_identity: 'jane@example.com' },
  ),
  asRole('AssumedRole after SAML', session('Federated', 'jane@example.com')),
  asRole(
    'AssumedRole after web identity: the session, as for every role',
    session('Deploy', 'deploy-42', { more: federation(OIDC, {}) }),
  ),
  asRole(
    'AssumedRole after Cognito, whose sessions all have one name: the subject',
    session('CognitoAuth', 'CognitoIdentityCredentials', {
      more: federation('cognito-identity.amazonaws.com', {
        'cognito-identity.amazonaws.com:sub': 'us-east-1:0a656e9c-EXAMPLE',
      }),
    }),
    { user_name: 'us-east-1:0a656e9c-EXAMPLE' },
  ),
  asRole(
    'AssumedRole after Cognito that does not tell the subject',
    session('CognitoAuth', 'CognitoIdentityCredentials', { more: { webIdFederationData: {} } }),
  ),
  asRole(
    'AssumedRole of an instance',
    session('WebServer', 'i-0123456789EXAMPLE', { more: { ec2RoleDelivery: '2.0' } }),
  ),
  asRole(
    'AssumedRole of a function, in scope of it',
    session('Nightly', 'nightly-report', { beside: { inScopeOf: { issuerType: 'AWS::Lambda::Function' } } }),
  ),
  asRole(
    'AssumedRole linked to a service',
    session('aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling', 'AutoScaling', {
      beside: { invokedBy: 'autoscaling.amazonaws.com' },
    }),
    { invoked_by: 'autoscaling.amazonaws.com' },
  ),
  asRole(
    'AssumedRole of QuickSight: its log does not tell whose dashboard it was',
    session('service-role/aws-quicksight-service-role-v0', 'QuickSight-RoleSession-1767917100', {
      beside: { invokedBy: 'quicksight.amazonaws.com' },
    }),
    { invoked_by: 'quicksight.amazonaws.com' },
  ),
  {
    name: 'AssumedRole with nothing but its issuer',
    identity: {
      type: 'AssumedRole',
      sessionContext: { sessionIssuer: { type: 'Role', userName: 'Analyst' } },
    },
    cells: { user_type: 'AssumedRole', user_name: 'Analyst', role_name: 'Analyst' },
  },
  {
    name: 'Role, without a session',
    identity: {
      type: 'Role',
      arn: `arn:aws:iam::${ACCOUNT}:role/jobs/Batch`,
      invokedBy: 'batch.amazonaws.com',
    },
    cells: {
      ...{ user_type: 'Role', user_name: 'Batch', user_arn: `arn:aws:iam::${ACCOUNT}:role/jobs/Batch` },
      ...{ role_name: 'Batch', role_arn: `arn:aws:iam::${ACCOUNT}:role/jobs/Batch` },
      invoked_by: 'batch.amazonaws.com',
    },
  },
];
