import { iamUser, identityCenterUser } from './identities.js';
import type { JsonObject } from './json.js';
import { type Actor, BROWSER, CLI, person } from './people.js';
import { ACCOUNTS, type AccountId, type Place } from './places.js';
import type { Call } from './records.js';
import { STRANGERS } from './strangers.js';

const { analytics, platform, security } = ACCOUNTS;
const IRELAND: Place = { account: analytics, region: 'eu-west-1' };
const VIRGINIA: Place = { account: analytics, region: 'us-east-1' };
const PLATFORM: Place = { account: platform, region: 'eu-west-1' };

type Time = `${number}:${number}`;

/** A call in a session. Day and place are those of the session, where it names no other. */
export type Step = Pick<Call, 'service' | 'name' | 'request' | 'response'> & {
  readonly time: Time;
  readonly day?: number;
  readonly place?: Place;
  /** It only reads where it says nothing else. */
  readonly changes?: true;
};

/** Credentials that somebody was given, and what was done with them. */
export type SessionPlan = {
  readonly how: string;
  /** Who asked for them; the key of another session where they were asked for in it. */
  readonly by: Actor | { readonly key: string };
  readonly key: string;
  readonly account: AccountId;
  /** None for a federated user. */
  readonly role?: string;
  readonly path?: string;
  readonly session: string;
  readonly day: number;
  readonly time: Time;
  /** Where it was asked. */
  readonly place: Place;
  readonly hours: number;
  readonly written: 'words' | 'iso';
  readonly request?: JsonObject;
  /** What the answer holds beside credentials and session. */
  readonly response?: JsonObject;
  readonly onBehalfOf?: JsonObject;
  /** Nobody sees how it began: its log file was never delivered. */
  readonly unseen?: true;
  readonly steps: readonly Step[];
};

/** An administrator with an access key, who works in roles. */
export const BOB: Actor = person(iamUser(analytics, 'bob'), '10.20.4.21', CLI);
/** Who hands out credentials to trainees. */
const TRAINING: Actor = person(iamUser(analytics, 'training-admin'), '10.20.4.60', CLI);

/** Known to Identity Center by this id. */
export const LI_JUAN_USER_ID = '5448a4e8-30b1-70cf-23e3-4ba6510dfa22';
const LI_JUAN = 'li.juan@example.com';
const liJuan: Actor = person(
  () => ({
    type: 'SAMLUser',
    principalId: `SsoExampleProviderHash=:${LI_JUAN}`,
    userName: LI_JUAN,
    identityProvider: 'SsoExampleProviderHash=',
  }),
  '10.20.4.44',
  BROWSER,
);

const INSTANCE = 'i-0471100000EXAMPLE';
const instances = { instancesSet: { items: [{ instanceId: INSTANCE }] } };
const ADMIN_POLICY = 'arn:aws:iam::aws:policy/PowerUserAccess';

type Bob = Pick<SessionPlan, 'key' | 'role' | 'session' | 'day' | 'time' | 'steps'> & Partial<SessionPlan>;
const bobs = (plan: Bob): SessionPlan => ({
  ...{ how: 'AssumeRole', by: BOB, account: analytics, place: IRELAND, hours: 1, written: 'words' },
  ...plan,
});

const OF_BOB: readonly SessionPlan[] = [
  bobs({
    ...{ role: 'devops', session: 'bob', key: 'ASIABOBDEVOPAEXAMPLE', day: 8, time: '09:02' },
    steps: [
      { time: '09:05', service: 'ec2', name: 'DescribeInstances', request: instances },
      { time: '09:07', service: 'ec2', name: 'StopInstances', request: instances, changes: true },
      { time: '09:30', service: 's3', name: 'ListBuckets', place: VIRGINIA },
    ],
  }),
  bobs({
    ...{ role: 'it', session: 'bob', key: 'ASIABOBITLOSTEXAMPLE', day: 7, time: '15:00', unseen: true },
    steps: [{ time: '15:20', service: 'iam', name: 'ListRoles' }],
  }),
  // A tool named this session: only the key leads to bob.
  bobs({
    ...{ role: 'it', session: 'botocore-session-1793000000', key: 'ASIABOBITROLAEXAMPLE' },
    ...{ day: 6, time: '10:15', hours: 4, written: 'iso' },
    steps: [
      { time: '10:18', service: 'iam', name: 'ListUsers', place: VIRGINIA },
      {
        ...{ time: '10:20', service: 'iam', name: 'CreateUser', place: VIRGINIA, changes: true },
        request: { userName: 'john.smith', path: '/' },
        response: {
          user: { path: '/', arn: `arn:aws:iam::${analytics}:user/john.smith`, userName: 'john.smith' },
        },
      },
      {
        ...{ time: '10:21', service: 'iam', name: 'AttachUserPolicy', place: VIRGINIA, changes: true },
        request: { userName: 'john.smith', policyArn: ADMIN_POLICY },
      },
    ],
  }),
  bobs({
    ...{ role: 'devops', session: 'bob', key: 'ASIABOBDEVOPBEXAMPLE', day: 4, time: '13:40' },
    steps: [
      {
        ...{ time: '13:42', service: 'ssm', name: 'GetParameter' },
        request: { name: '/demo/deploy', withDecryption: true },
      },
    ],
  }),
  // From that session on into another account.
  bobs({
    ...{
      by: { key: 'ASIABOBDEVOPBEXAMPLE' },
      account: platform,
      role: 'Deploy',
      session: 'deploy-from-analytics',
    },
    ...{ key: 'ASIABOBCHAINAEXAMPLE', day: 4, time: '13:45' },
    steps: [
      {
        ...{ time: '13:50', service: 's3', name: 'DeleteBucket', place: PLATFORM, changes: true },
        request: {
          bucketName: 'amzn-s3-demo-source-bucket',
          Host: 'amzn-s3-demo-source-bucket.s3.amazonaws.com',
        },
      },
      { time: '13:52', service: 'ec2', name: 'DescribeVolumes', place: PLATFORM },
    ],
  }),
  // Over midnight.
  bobs({
    ...{ role: 'devops', session: 'bob', key: 'ASIABOBDEVOPCEXAMPLE', day: 2, time: '23:30' },
    steps: [
      { time: '23:40', service: 'ec2', name: 'DescribeInstances', request: instances },
      {
        day: 1,
        time: '00:10',
        service: 'ec2',
        name: 'TerminateInstances',
        request: instances,
        changes: true,
      },
    ],
  }),
];

const OF_OTHERS: readonly SessionPlan[] = [
  {
    ...{ how: 'AssumeRoleWithSAML', by: STRANGERS.saml, account: analytics, role: 'Analyst' },
    ...{ session: 'paulo.santos@example.com', key: 'ASIAPAULOSAMLEXAMPLE', written: 'words' },
    ...{ day: 5, time: '07:31', place: IRELAND, hours: 1 },
    request: { principalArn: `arn:aws:iam::${analytics}:saml-provider/example` },
    response: {
      subject: 'paulo.santos@example.com',
      subjectType: 'persistent',
      issuer: 'https://idp.example.com',
    },
    steps: [
      { time: '07:40', service: 'glue', name: 'GetTables', request: { databaseName: 'sales' } },
      {
        time: '08:05',
        service: 's3',
        name: 'GetBucketLocation',
        request: { bucketName: 'amzn-s3-demo-bucket' },
      },
    ],
  },
  {
    ...{ how: 'AssumeRoleWithWebIdentity', by: STRANGERS.webIdentity, account: platform, role: 'Deploy' },
    ...{ session: 'job-4711', key: 'ASIAJOBDEPLOYEXAMPLE', written: 'iso' },
    ...{ day: 5, time: '04:12', place: PLATFORM, hours: 1 },
    response: { subjectFromWebIdentityToken: 'job/deploy', provider: 'https://oidc.example.com' },
    steps: [
      {
        ...{ time: '04:13', service: 'lambda', name: 'UpdateFunctionCode20150331v2', changes: true },
        request: { functionName: 'nightly-load', publish: true },
        place: { account: platform, region: 'us-east-1' },
      },
      {
        time: '04:14',
        service: 'lambda',
        name: 'GetFunction20150331v2',
        request: { functionName: 'nightly-load' },
      },
    ],
  },
  {
    ...{
      how: 'AssumeRoleWithSAML',
      by: liJuan,
      account: analytics,
      role: 'AWSReservedSSO_Analyst_0123456789abcdef',
    },
    ...{ path: '/aws-reserved/sso.amazonaws.com/eu-west-1/', session: LI_JUAN, key: 'ASIALIJUANSSOEXAMPLE' },
    ...{ written: 'words', day: 3, time: '08:31', place: IRELAND, hours: 8 },
    onBehalfOf: identityCenterUser(security, LI_JUAN_USER_ID),
    response: { subject: LI_JUAN, subjectType: 'persistent' },
    steps: [{ time: '08:45', service: 'glue', name: 'GetTables', request: { databaseName: 'sales' } }],
  },
  {
    ...{ how: 'GetFederationToken', by: TRAINING, account: analytics, session: 'nikki.wolf' },
    ...{ key: 'ASIANIKKIFEDAEXAMPLE', written: 'words', day: 3, time: '13:20', place: IRELAND, hours: 12 },
    request: { name: 'nikki.wolf' },
    steps: [
      { time: '14:02', service: 'glue', name: 'GetDatabase', request: { name: 'training' } },
      { time: '22:15', service: 's3', name: 'ListBuckets' },
    ],
  },
];

/** In order: the sessions of bob, by roles, one of them in another account; those of people who sign in otherwise. */
export const SESSIONS: readonly SessionPlan[] = [...OF_BOB, ...OF_OTHERS];

/** What gave nobody a key: bob by himself, and a role that he may not have; a person who chooses a role in the portal. */
export const KEYLESS: readonly (Omit<Call, 'at'> & { readonly day: number; readonly time: Time })[] = [
  {
    by: BOB,
    service: 'sts',
    name: 'GetCallerIdentity',
    readOnly: true,
    place: IRELAND,
    day: 8,
    time: '08:58',
  },
  {
    ...{ by: BOB, service: 'sts', name: 'AssumeRole', readOnly: true, place: IRELAND, day: 3, time: '11:00' },
    request: { roleArn: `arn:aws:iam::${security}:role/Auditor`, roleSessionName: 'bob' },
    error: {
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${analytics}:user/bob is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${security}:role/Auditor`,
    },
  },
  {
    by: person(
      () => ({
        type: 'IdentityCenterUser',
        accountId: security,
        onBehalfOf: identityCenterUser(security, LI_JUAN_USER_ID),
        credentialId: '8c4a2f31-5e0b-4a1c-9d3e-0f5a7c1b2d34',
      }),
      '10.20.4.44',
      BROWSER,
    ),
    ...{ service: 'sso', name: 'GetRoleCredentials', readOnly: true, eventType: 'AwsServiceEvent' },
    ...{ place: { account: security, region: 'us-east-1' }, day: 3, time: '08:30' },
    serviceEventDetails: { role_name: 'Analyst', account_id: analytics },
  },
];
