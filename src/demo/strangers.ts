import { exampleId, identityCenterUser } from './identities.js';
import { BOTO, BROWSER, CLI, person, ZOE_USER_ID } from './people.js';
import { ACCOUNTS } from './places.js';

const { analytics, platform, security } = ACCOUNTS;

/** Identities that are not people of the cast, one per remaining `userIdentity.type`. */
export const STRANGERS = {
  role: person(
    () => ({
      type: 'Role',
      principalId: exampleId('AROA', 'GridReader'),
      arn: `arn:aws:iam::${platform}:role/GridReader`,
      accountId: platform,
    }),
    '10.8.0.40',
    BOTO,
  ),
  anotherAccount: person(
    () => ({ type: 'AWSAccount', principalId: exampleId('AIDA', 'wangxiulan'), accountId: platform }),
    '10.20.7.3',
    CLI,
  ),
  service: person(
    () => ({ type: 'AWSService', invokedBy: 'quicksight.amazonaws.com' }),
    'quicksight.amazonaws.com',
    'quicksight.amazonaws.com',
  ),
  identityCenterUser: person(
    () => ({
      type: 'IdentityCenterUser',
      accountId: analytics,
      onBehalfOf: identityCenterUser(security, ZOE_USER_ID),
      credentialId: '90e292de-5eb8-446e-9602-90f7c45044f7',
    }),
    '10.20.4.31',
    BROWSER,
  ),
  saml: person(
    () => ({
      type: 'SAMLUser',
      principalId: 'SamlExampleProviderHash=:paulo.santos@example.com',
      userName: 'paulo.santos@example.com',
      identityProvider: 'SamlExampleProviderHash=',
    }),
    '10.20.4.40',
    BROWSER,
  ),
  webIdentity: person(
    () => ({
      type: 'WebIdentityUser',
      principalId: `arn:aws:iam::${platform}:oidc-provider/oidc.example.com:sts.amazonaws.com:job/deploy`,
      userName: 'job/deploy',
      identityProvider: `arn:aws:iam::${platform}:oidc-provider/oidc.example.com`,
    }),
    '192.0.2.80',
    BOTO,
  ),
  directory: person(
    () => ({
      type: 'Directory',
      principalId: 'd-1234567890',
      arn: `arn:aws:ds:eu-west-1:${analytics}:directory/d-1234567890`,
      accountId: analytics,
      userName: 'akua.mansa',
    }),
    '10.20.4.50',
    'workdocs.amazonaws.com',
  ),
  unknown: person(
    () => ({ type: 'Unknown', principalId: 'unknown', accountId: security }),
    '192.0.2.99',
    BROWSER,
  ),
  /** A record without any userIdentity: rare, and real. */
  nobody: person(() => undefined, 'athena.amazonaws.com', 'athena.amazonaws.com'),
} as const;
