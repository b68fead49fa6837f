import {
  assumedRole,
  federatedUser,
  type IdentityAt,
  iamUser,
  identityCenterRole,
  identityCenterUser,
  root,
} from './identities.js';
import { ACCOUNTS } from './places.js';

/** Someone, or something, that calls AWS: who it is, and from where it calls. */
export type Actor = {
  readonly identity: IdentityAt;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Calls made in the browser carry `sessionCredentialFromConsole`. */
  readonly console?: true;
};

const { analytics, platform, security } = ACCOUNTS;
export const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
export const CLI =
  'aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.8 lang/python#3.13.7 cfg/retry-mode#standard';
export const BOTO =
  'Boto3/1.40.50 md/Botocore#1.40.50 ua/2.1 os/linux#5.10 lang/python#3.12.11 exec-env/AWS_Lambda_python3.12';
const JDBC = 'sbAthenaJDBCDriver/2.0, aws-internal/3';

/** The name that Identity Center gives to Zoë Müller. */
export const ZOE_USER_ID = '544894e8-80c1-707f-60e3-3ba6510dfac1';

/**
 * The cast. The corporate network is 10.0.0.0/8, as in the queries that AWS Support published; everything
 * outside it is from the ranges kept for documentation. Names are the fictitious people of AWS's manuals.
 */
export const PEOPLE = {
  /** An analyst of the clinic with an access key. By day he works; at night somebody uses his key elsewhere. */
  john: person(iamUser(analytics, 'john.doe'), '10.20.4.17', BROWSER),
  johnAtNight: person(iamUser(analytics, 'john.doe'), '203.0.113.9', CLI),
  /** Looks at sales; her name needs more than ASCII. Identity Center tells on whose behalf. */
  zoe: onConsole(
    assumedRole({
      ...identityCenterRole(analytics, 'Analyst', 'zoë.müller@example.com'),
      onBehalfOf: identityCenterUser(security, ZOE_USER_ID),
    }),
    '10.20.4.31',
  ),
  mary: onConsole(
    assumedRole(identityCenterRole(analytics, 'Analyst', 'mary.major@example.com')),
    '10.20.4.32',
  ),
  /** Head of finance: her salary query is the one that somebody else reads. */
  martha: onConsole(
    assumedRole(identityCenterRole(analytics, 'Finance', 'martha.rivera@example.com')),
    '10.20.9.2',
  ),
  /** The same session from home, outside of the corporate network. */
  marthaAtHome: onConsole(
    assumedRole(identityCenterRole(analytics, 'Finance', 'martha.rivera@example.com')),
    '198.51.100.23',
  ),
  /** A contractor on a role, from his own network. */
  diego: person(
    assumedRole({
      account: analytics,
      role: 'Contractor',
      session: 'diego.ramirez',
      sourceIdentity: 'diego.ramirez@example.com',
    }),
    '198.51.100.77',
    CLI,
  ),
  /** A trainee with credentials that an administrator handed out, over IPv6. */
  nikki: person(federatedUser(analytics, 'nikki.wolf', 'training-admin'), '2001:db8:0:17::5', CLI),
  /** Dashboards: Athena sees the role of Quick Sight, not the reader. */
  quickSight: person(
    assumedRole({
      account: analytics,
      role: 'aws-quicksight-service-role-v0',
      path: '/service-role/',
      session: 'QuickSight-RoleSession-1761955200000-0',
    }),
    '192.0.2.45',
    JDBC,
  ),
  /** The product's own role: its questions to Athena come back as events. */
  auditLake: person(
    assumedRole({ account: analytics, role: 'audit-lake-query-history', session: 'audit-lake' }),
    '10.8.1.20',
    'aws-sdk-js/3.940.0 ua/2.1 os/linux#5.10 lang/js md/nodejs#24.11.0 api/athena#3.940.0',
  ),
  /** The nightly loads. */
  etl: person(
    assumedRole({ account: platform, role: 'EtlRole', session: 'nightly-load', path: '/data/' }),
    '10.8.0.12',
    BOTO,
  ),
  wang: person(iamUser(platform, 'wang.xiulan'), '10.20.7.3', CLI),
  /** The auditors. */
  saanvi: onConsole(
    assumedRole(identityCenterRole(security, 'Auditor', 'saanvi.sarkar@example.com')),
    '10.20.1.5',
  ),
  root: onConsole(root(security), '10.20.1.9'),
} as const;

export function person(identity: IdentityAt, sourceIp: string, userAgent: string): Actor {
  return { identity, sourceIp, userAgent };
}

/** Somebody who works in the console of AWS. */
function onConsole(identity: IdentityAt, sourceIp: string): Actor {
  return { ...person(identity, sourceIp, BROWSER), console: true };
}
