import { ACCOUNT, BEGAN, type Identity, KEY, OIDC, OTHER, onBehalfOf, ROLES } from './identities-of-roles.ts';

const PEOPLE: readonly Identity[] = [
  {
    name: 'Root',
    identity: { type: 'Root', principalId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT },
    cells: {
      ...{ user_type: 'Root', user_name: 'root', user_arn: `arn:aws:iam::${ACCOUNT}:root` },
      ...{ principal_id: ACCOUNT, user_account_id: ACCOUNT },
    },
  },
  {
    name: 'Root of an account with an alias, through a service',
    identity: { type: 'Root', userName: 'my-alias', invokedBy: 'autoscaling.amazonaws.com' },
    cells: { user_type: 'Root', user_name: 'root', invoked_by: 'autoscaling.amazonaws.com' },
  },
  {
    name: 'Root for a privileged task of the organization (assumedRoot): who took it stands in AssumeRoot',
    identity: {
      type: 'Root',
      accountId: OTHER,
      sessionContext: { assumedRoot: 'true', sourceIdentity: 'jane' },
    },
    cells: { user_type: 'Root', user_name: 'root', user_account_id: OTHER, source_identity: 'jane' },
  },
  {
    name: 'IAMUser, in the console with a second factor',
    identity: {
      ...{ type: 'IAMUser', principalId: 'AIDAEXAMPLE', arn: `arn:aws:iam::${ACCOUNT}:user/staff/john.doe` },
      ...{ accountId: ACCOUNT, accessKeyId: KEY, userName: 'john.doe' },
      sessionContext: { attributes: { creationDate: '2026-01-09T00:05:00Z', mfaAuthenticated: 'true' } },
    },
    cells: {
      ...{ user_type: 'IAMUser', user_name: 'john.doe', principal_id: 'AIDAEXAMPLE' },
      ...{ user_arn: `arn:aws:iam::${ACCOUNT}:user/staff/john.doe`, user_account_id: ACCOUNT },
      ...{ access_key_id: KEY, mfa_authenticated: true, session_creation_time: BEGAN },
    },
  },
  {
    name: 'IAMUser of whom nothing but the id is told',
    identity: { type: 'IAMUser', principalId: 'AIDAEXAMPLE', accountId: ACCOUNT, invokedBy: 'AWS Internal' },
    cells: {
      ...{ user_type: 'IAMUser', user_name: 'AIDAEXAMPLE', principal_id: 'AIDAEXAMPLE' },
      ...{ user_account_id: ACCOUNT, invoked_by: 'AWS Internal' },
    },
  },
  {
    name: 'IAMUser whose sign-in failed: CloudTrail hides what may be a password',
    identity: {
      type: 'IAMUser',
      accountId: ACCOUNT,
      accessKeyId: '',
      userName: 'HIDDEN_DUE_TO_SECURITY_REASONS',
    },
    cells: { user_type: 'IAMUser', user_name: 'HIDDEN_DUE_TO_SECURITY_REASONS', user_account_id: ACCOUNT },
  },
  {
    name: 'FederatedUser',
    identity: {
      ...{ type: 'FederatedUser', principalId: `${ACCOUNT}:bob`, accountId: ACCOUNT, accessKeyId: KEY },
      arn: `arn:aws:sts::${ACCOUNT}:federated-user/bob`,
      sessionContext: { sessionIssuer: { type: 'IAMUser', userName: 'broker' }, attributes: {} },
    },
    cells: {
      ...{ user_type: 'FederatedUser', user_name: 'bob', principal_id: `${ACCOUNT}:bob`, access_key_id: KEY },
      ...{ user_arn: `arn:aws:sts::${ACCOUNT}:federated-user/bob`, user_account_id: ACCOUNT },
    },
  },
  {
    name: 'SAMLUser',
    identity: {
      type: 'SAMLUser',
      principalId: 'QUALIFIER:jane',
      userName: 'jane',
      identityProvider: 'QUALIFIER',
    },
    cells: { user_type: 'SAMLUser', user_name: 'jane', principal_id: 'QUALIFIER:jane' },
  },
  {
    name: 'WebIdentityUser',
    identity: {
      ...{ type: 'WebIdentityUser', userName: '1234', identityProvider: 'accounts.example.com' },
      principalId: 'accounts.example.com:app.example.com:1234',
    },
    cells: {
      ...{ user_type: 'WebIdentityUser', user_name: '1234' },
      principal_id: 'accounts.example.com:app.example.com:1234',
    },
  },
  {
    name: 'WebIdentityUser without userName: the subject behind provider and application',
    identity: {
      ...{ type: 'WebIdentityUser', identityProvider: OIDC },
      principalId: `${OIDC}:sts.amazonaws.com:repo:example/lake:ref:main`,
    },
    cells: {
      ...{ user_type: 'WebIdentityUser', user_name: 'repo:example/lake:ref:main' },
      principal_id: `${OIDC}:sts.amazonaws.com:repo:example/lake:ref:main`,
    },
  },
  {
    name: 'IdentityCenterUser',
    identity: { type: 'IdentityCenterUser', accountId: ACCOUNT, onBehalfOf, credentialId: 'EXAMPLEVHULjJ' },
    cells: {
      ...{ user_type: 'IdentityCenterUser', user_name: '544894e8-EXAMPLE', user_account_id: ACCOUNT },
      identity_center_user_id: '544894e8-EXAMPLE',
    },
  },
  {
    name: 'Directory',
    identity: { type: 'Directory', userName: 'EXAMPLE\\jane', accountId: ACCOUNT },
    cells: { user_type: 'Directory', user_name: 'EXAMPLE\\jane', user_account_id: ACCOUNT },
  },
];

const OTHERS: readonly Identity[] = [
  {
    name: 'AWSAccount: another account, of which only the id of its user is told',
    identity: { type: 'AWSAccount', principalId: 'AIDAEXAMPLE', accountId: OTHER },
    cells: {
      ...{ user_type: 'AWSAccount', user_name: 'AIDAEXAMPLE', principal_id: 'AIDAEXAMPLE' },
      user_account_id: OTHER,
    },
  },
  {
    name: 'AWSAccount by a session of a role over there',
    identity: { type: 'AWSAccount', principalId: 'AROAEXAMPLEID:jane.doe', accountId: OTHER },
    cells: {
      ...{ user_type: 'AWSAccount', user_name: 'jane.doe', principal_id: 'AROAEXAMPLEID:jane.doe' },
      user_account_id: OTHER,
    },
  },
  {
    name: 'AWSAccount with the ARN of that session',
    identity: {
      type: 'AWSAccount',
      arn: `arn:aws:sts::${OTHER}:assumed-role/Auditor/jane.doe`,
      accountId: OTHER,
    },
    cells: {
      ...{ user_type: 'AWSAccount', user_name: 'jane.doe', user_account_id: OTHER, role_name: 'Auditor' },
      ...{ user_arn: `arn:aws:sts::${OTHER}:assumed-role/Auditor/jane.doe`, session_name: 'jane.doe' },
    },
  },
  {
    name: 'AWSAccount by its number alone, told by a service',
    identity: { type: 'AWSAccount', accountId: OTHER, invokedBy: 'ec2.amazonaws.com' },
    cells: {
      ...{ user_type: 'AWSAccount', user_name: OTHER, user_account_id: OTHER },
      invoked_by: 'ec2.amazonaws.com',
    },
  },
  {
    name: 'AWSService',
    identity: { type: 'AWSService', invokedBy: 'athena.amazonaws.com' },
    cells: {
      ...{ user_type: 'AWSService', user_name: 'athena.amazonaws.com', invoked_by: 'athena.amazonaws.com' },
    },
  },
  {
    name: 'no type: an event of a service',
    identity: { accountId: ACCOUNT, invokedBy: 'athena.amazonaws.com' },
    cells: {
      ...{ user_name: 'athena.amazonaws.com', user_account_id: ACCOUNT },
      invoked_by: 'athena.amazonaws.com',
    },
  },
  {
    name: 'Unknown, but with a session of a role',
    identity: { type: 'Unknown', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Admin_01/zoe` },
    cells: {
      ...{
        user_type: 'Unknown',
        user_name: 'zoe',
        session_name: 'zoe',
        role_name: 'AWSReservedSSO_Admin_01',
      },
      user_arn: `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Admin_01/zoe`,
    },
  },
  {
    name: 'Unknown with empty texts: no name is empty',
    identity: {
      type: 'Unknown',
      principalId: '',
      arn: '',
      accountId: ACCOUNT,
      accessKeyId: '',
      userName: '',
    },
    cells: { user_type: 'Unknown', user_arn: '', principal_id: '', user_account_id: ACCOUNT },
  },
  {
    name: 'lists and objects in place of texts',
    identity: {
      type: 'IAMUser',
      userName: [{ not: 'jane' }],
      arn: {},
      principalId: null,
      sessionContext: [],
    },
    cells: { user_type: 'IAMUser' },
  },
  { name: 'null', identity: null, cells: {} },
];

/** One for each type that the CloudTrail user guide documents, and the shapes that real log files have beside them. */
export const IDENTITIES: readonly Identity[] = [...PEOPLE, ...ROLES, ...OTHERS];
