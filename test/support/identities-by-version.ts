import type { JsonObject } from '../../src/cloudtrail/record.js';
import { ACCOUNT, type Identity, onBehalfOf, session } from './identities-of-roles.ts';

/** An identity as log files of a version have it, with what had been added to userIdentity until then. */
export type VersionedIdentity = Identity & { readonly version: string };

const ARN = `arn:aws:iam::${ACCOUNT}:user/john.doe`;
const JOHN: JsonObject = {
  ...{ type: 'IAMUser', principalId: 'AIDAEXAMPLE', arn: ARN, accountId: ACCOUNT, userName: 'john.doe' },
};
const JOHNS = {
  ...{ user_type: 'IAMUser', user_name: 'john.doe', user_arn: ARN, principal_id: 'AIDAEXAMPLE' },
  user_account_id: ACCOUNT,
};
const analyst = session('Analyst', 'jane.doe');
const EMPTY = { webIdFederationData: {} };
const quickSight = session('aws-quicksight-service-role-v0', 'QuickSight-RoleSession-1767917100', {
  more: EMPTY,
});
const chained = session('Analyst', 'jane.doe', { more: { ...EMPTY, sourceIdentity: 'jane@example.com' } });
const byCenter = session('AWSReservedSSO_Analyst_01', 'zoe@example.com', { beside: { onBehalfOf } });
const inScope = session('Nightly', 'nightly', {
  more: { ec2RoleDelivery: '2.0' },
  beside: {
    inScopeOf: { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: 'arn:aws:lambda:example' },
  },
});

/** In order of their versions. */
export const VERSIONED: readonly VersionedIdentity[] = [
  { version: '1.0', name: 'an IAM user by access key', identity: JOHN, cells: JOHNS },
  {
    version: '1.01',
    name: 'a session, its date in the basic form',
    identity: {
      ...JOHN,
      sessionContext: { attributes: { creationDate: '20260109T000500Z', mfaAuthenticated: 'true' } },
    },
    cells: { ...JOHNS, mfa_authenticated: true, session_creation_time: Date.UTC(2026, 0, 9, 0, 5) },
  },
  { version: '1.02', name: 'a role behind its session', ...analyst },
  {
    version: '1.03',
    name: 'a service on behalf of a user (invokedBy)',
    identity: { ...JOHN, invokedBy: 'cloudformation.amazonaws.com' },
    cells: { ...JOHNS, invoked_by: 'cloudformation.amazonaws.com' },
  },
  {
    version: '1.04',
    name: 'another account',
    identity: { type: 'AWSAccount', principalId: 'AROAEXAMPLEID:jane.doe', accountId: '444455556666' },
    cells: {
      ...{ user_type: 'AWSAccount', user_name: 'jane.doe', principal_id: 'AROAEXAMPLEID:jane.doe' },
      user_account_id: '444455556666',
    },
  },
  {
    version: '1.05',
    name: 'an empty webIdFederationData, an empty issuer',
    identity: { ...JOHN, sessionContext: { sessionIssuer: {}, webIdFederationData: {}, attributes: {} } },
    cells: JOHNS,
  },
  { version: '1.06', name: 'QuickSight by its role', ...quickSight },
  {
    version: '1.07',
    name: 'a service alone',
    identity: { type: 'AWSService', invokedBy: 'athena.amazonaws.com' },
    cells: { user_type: 'AWSService', user_name: 'athena.amazonaws.com', invoked_by: 'athena.amazonaws.com' },
  },
  {
    version: '1.08',
    name: 'sourceIdentity',
    identity: chained.identity,
    cells: { ...chained.cells, source_identity: 'jane@example.com' },
  },
  {
    version: '1.09',
    name: 'a role of Identity Center, onBehalfOf beside it',
    identity: byCenter.identity,
    cells: { ...byCenter.cells, identity_center_user_id: '544894e8-EXAMPLE' },
  },
  {
    version: '1.10',
    name: 'IdentityCenterUser by a bearer token (credentialId)',
    identity: { type: 'IdentityCenterUser', accountId: ACCOUNT, onBehalfOf, credentialId: 'EXAMPLEVHULjJ' },
    cells: {
      ...{ user_type: 'IdentityCenterUser', user_name: '544894e8-EXAMPLE', user_account_id: ACCOUNT },
      identity_center_user_id: '544894e8-EXAMPLE',
    },
  },
  { version: '1.11', name: 'inScopeOf', ...inScope },
];
