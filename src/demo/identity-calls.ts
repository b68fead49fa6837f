import { type AsOf, momentOf } from './calendar.js';
import type { JsonObject } from './json.js';
import { PEOPLE } from './people.js';
import { ACCOUNTS, type Place } from './places.js';
import type { Random } from './random.js';
import { type Call, type Happening, happening } from './records.js';
import { STRANGERS } from './strangers.js';

const ANALYTICS: Place = { account: ACCOUNTS.analytics, region: 'eu-west-1' };
const PLATFORM: Place = { account: ACCOUNTS.platform, region: 'eu-west-1' };
const SECURITY: Place = { account: ACCOUNTS.security, region: 'us-east-1' };

type Plan = Omit<Call, 'at'> & { readonly day: number; readonly time: `${number}:${number}` };

const STS = { service: 'sts', readOnly: true };

/** Signing in and assuming roles: the kinds of caller that are seen nowhere else. */
const PLANS: readonly Plan[] = [
  {
    ...STS,
    name: 'AssumeRoleWithSAML',
    by: STRANGERS.saml,
    day: 6,
    time: '07:31',
    place: ANALYTICS,
    request: role(ANALYTICS, 'Analyst'),
  },
  {
    ...STS,
    name: 'AssumeRoleWithWebIdentity',
    by: STRANGERS.webIdentity,
    day: 5,
    time: '04:02',
    place: PLATFORM,
    request: role(PLATFORM, 'Deploy'),
  },
  {
    ...STS,
    name: 'AssumeRole',
    by: STRANGERS.anotherAccount,
    day: 4,
    time: '09:09',
    place: SECURITY,
    request: role(SECURITY, 'Auditor'),
    // The same id is in the caller's own trail: one action, told to two accounts.
    sharedEventId: '5b2c8f0e-6a53-4b0e-9d0b-2a8c1f7e4d10',
  },
  {
    service: 'workdocs',
    name: 'DescribeUsers',
    readOnly: true,
    by: STRANGERS.directory,
    day: 3,
    time: '08:08',
    place: ANALYTICS,
  },
  // Lake Formation lets Athena at the data of a table, and tells for whom.
  {
    service: 'lakeformation',
    name: 'GetDataAccess',
    readOnly: true,
    by: PEOPLE.marthaAtHome,
    day: 5,
    time: '21:30',
    place: ANALYTICS,
    request: {
      tableArn: `arn:aws:glue:${ANALYTICS.region}:${ANALYTICS.account}:table/finance/ledger`,
      durationSeconds: 3600,
    },
    additionalEventData: { requesterService: 'ATHENA' },
  },
  {
    service: 'signin',
    name: 'ConsoleLogin',
    readOnly: false,
    by: PEOPLE.root,
    day: 7,
    time: '06:45',
    place: SECURITY,
    eventType: 'AwsConsoleSignIn',
    response: { ConsoleLogin: 'Success' },
    additionalEventData: {
      LoginTo: 'https://console.aws.amazon.com/console/home',
      MobileVersion: 'No',
      MFAUsed: 'Yes',
    },
  },
];

export function identityCalls(asOf: AsOf, random: Random): readonly Happening[] {
  return PLANS.map(({ day, time, ...call }) => happening({ ...call, at: momentOf(asOf, day, time) }, random));
}

function role(place: Place, name: string): JsonObject {
  return { roleArn: `arn:aws:iam::${place.account}:role/${name}` };
}
