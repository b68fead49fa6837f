import { type AsOf, momentOf, RECENT_DAYS, type When } from './calendar.js';
import { type Actor, PEOPLE } from './people.js';
import { ACCOUNTS, type Place } from './places.js';
import type { Query } from './queries.js';
import { OMITTED } from './query-events.js';
import type { Random } from './random.js';
import { type Call, type Happening, happening } from './records.js';
import { STRANGERS } from './strangers.js';

const ANALYTICS: Place = { account: ACCOUNTS.analytics, region: 'eu-west-1' };
const PLATFORM: Place = { account: ACCOUNTS.platform, region: 'eu-west-1' };
const SECURITY: Place = { account: ACCOUNTS.security, region: 'us-east-1' };

const NO_OUTPUT = {
  code: 'InvalidRequestException',
  message: 'Invalid result configuration. Should specify either output location or result configuration',
};

/** A call to Athena; the place, and whether it only reads, follow from who calls what. */
type AthenaCall = Pick<Call, 'by' | 'name' | 'request' | 'response' | 'error' | 'addendum'> & {
  readonly when: When;
};
type Refusal = Pick<AthenaCall, 'by' | 'when' | 'error'> & { readonly workGroup: string };

/** Starts that Athena refused: no query, so no id and never any text. */
export function failedStarts(asOf: AsOf, random: Random): readonly Happening[] {
  const denied = (workGroup: string) => ({
    code: 'AccessDenied',
    message: `User: arn:aws:sts::${ACCOUNTS.analytics}:assumed-role/Contractor/diego.ramirez is not authorized to perform: athena:StartQueryExecution on resource: arn:aws:athena:eu-west-1:${ACCOUNTS.analytics}:workgroup/${workGroup} because no identity-based policy allows the athena:StartQueryExecution action`,
  });
  const refusals: readonly Refusal[] = [
    { by: PEOPLE.zoe, when: [6, '09:03'], error: NO_OUTPUT, workGroup: 'primary' },
    { by: PEOPLE.mary, when: [2, '16:30'], error: NO_OUTPUT, workGroup: 'primary' },
    { by: PEOPLE.diego, when: [1, '20:15'], error: denied('clinical'), workGroup: 'clinical' },
    { by: PEOPLE.diego, when: [1, '20:18'], error: denied('finance'), workGroup: 'finance' },
    { by: PEOPLE.mary, when: [54, '10:30'], error: NO_OUTPUT, workGroup: 'primary' },
  ];
  const name = 'StartQueryExecution';
  return refusals.map(({ workGroup, ...refused }) => {
    const request = { queryString: OMITTED, clientRequestToken: random.uuid(), workGroup };
    return call({ ...refused, name, request }, asOf, random);
  });
}

const LIMIT = { bytesScannedCutoffPerQuery: 1_099_511_627_776, enforceWorkGroupConfiguration: true };
const STATEMENT = { statementName: 'visits_by_city', workGroup: 'clinical' };

const OTHER_KEPT_THINGS: readonly AthenaCall[] = [
  {
    by: PEOPLE.mary,
    name: 'CreatePreparedStatement',
    when: [1, '09:58'],
    request: { ...STATEMENT, queryStatement: OMITTED },
  },
  {
    by: PEOPLE.mary,
    name: 'GetPreparedStatement',
    when: [1, '10:01'],
    request: STATEMENT,
  },
  {
    by: PEOPLE.martha,
    name: 'CreateWorkGroup',
    when: [9, '08:00'],
    request: { name: 'clinical', configuration: LIMIT },
  },
  {
    by: PEOPLE.wang,
    name: 'UpdateWorkGroup',
    when: [5, '09:15'],
    request: { workGroup: 'etl', state: 'ENABLED', configurationUpdates: LIMIT },
  },
  {
    by: PEOPLE.nikki,
    name: 'ListDatabases',
    when: [3, '13:28'],
    request: { catalogName: 'AwsDataCatalog' },
  },
];

/** Named queries, prepared statements and workgroups: what is kept in Athena, and who changed it. */
export function keptThings(asOf: AsOf, random: Random): readonly Happening[] {
  const calls = [...namedQueryCalls(random), ...OTHER_KEPT_THINGS];
  return calls.map((it) => call(it, asOf, random));
}

function namedQueryCalls(random: Random): readonly AthenaCall[] {
  const namedQueryId = random.uuid();
  const token = { clientRequestToken: random.uuid() };
  const named = {
    name: 'Umsatz je Stadt',
    database: 'sales',
    queryString: OMITTED,
    workGroup: 'primary',
    ...token,
  };
  return [
    {
      by: PEOPLE.zoe,
      name: 'CreateNamedQuery',
      when: [8, '09:40'],
      request: named,
      response: { namedQueryId },
    },
    { by: PEOPLE.zoe, name: 'GetNamedQuery', when: [6, '09:41'], request: { namedQueryId } },
    {
      by: PEOPLE.zoe,
      name: 'UpdateNamedQuery',
      when: [6, '09:44'],
      request: { namedQueryId, name: 'Umsatz je Stadt', queryString: OMITTED },
    },
  ];
}

/** One Athena call by each kind of caller that no query of the demo has. */
export function strangerCalls(asOf: AsOf, random: Random): readonly Happening[] {
  const calls: readonly AthenaCall[] = [
    { by: PEOPLE.root, name: 'ListWorkGroups', when: [7, '06:50'] },
    { by: STRANGERS.role, name: 'GetWorkGroup', when: [6, '12:00'], request: { workGroup: 'etl' } },
    { by: STRANGERS.anotherAccount, name: 'GetDataCatalog', when: [5, '12:00'], request: { name: 'shared' } },
    { by: STRANGERS.service, name: 'GetWorkGroup', when: [4, '05:00'], request: { workGroup: 'primary' } },
    {
      by: STRANGERS.identityCenterUser,
      name: 'ListWorkGroups',
      when: [3, '12:00'],
      request: { maxResults: 50 },
    },
    { by: STRANGERS.unknown, name: 'ListWorkGroups', when: [2, '12:00'] },
    { by: STRANGERS.nobody, name: 'ListEngineVersions', when: [1, '12:00'] },
  ];
  return calls.map((it) => call(it, asOf, random));
}

/** An event that CloudTrail could not deliver in time, and says so. */
export function delayedCall(asOf: AsOf, random: Random): Happening {
  const listed: AthenaCall = {
    by: PEOPLE.nikki,
    name: 'ListTableMetadata',
    when: [5, '13:45'],
    request: { catalogName: 'AwsDataCatalog', databaseName: 'training' },
    addendum: { reason: 'DELIVERY_DELAY' },
  };
  return call(listed, asOf, random);
}

/** The product's own questions, and the auditor's: they name queries and must not be asked about in turn. */
export function questions(asOf: AsOf, queries: readonly Query[], random: Random): readonly Happening[] {
  return RECENT_DAYS.flatMap((daysAgo) => {
    const [from, to] = [momentOf(asOf, daysAgo, 0), momentOf(asOf, daysAgo, '23:50')];
    const ids = queries
      .filter((query) => query.place.account === ACCOUNTS.analytics && query.place.region === 'eu-west-1')
      .filter((query) => query.at >= from && query.at < to)
      .map((query) => query.id);
    const listed: AthenaCall = {
      by: PEOPLE.saanvi,
      name: 'ListQueryExecutions',
      when: [daysAgo, '09:30'],
      request: { maxResults: 50, workGroup: 'security' },
    };
    const asked: AthenaCall = {
      by: PEOPLE.auditLake,
      name: 'BatchGetQueryExecution',
      when: [daysAgo, '23:50'],
      request: { queryExecutionIds: ids },
    };
    return [listed, asked].map((it) => call(it, asOf, random));
  });
}

const PLACES = new Map<Actor, Place>([
  [PEOPLE.wang, PLATFORM],
  [STRANGERS.role, PLATFORM],
  [PEOPLE.saanvi, SECURITY],
  [PEOPLE.root, SECURITY],
  [STRANGERS.unknown, SECURITY],
]);

function call({ when, ...told }: AthenaCall, asOf: AsOf, random: Random): Happening {
  const at = momentOf(asOf, ...when);
  const place = PLACES.get(told.by) ?? ANALYTICS;
  const readOnly = /^(Get|List|BatchGet)/.test(told.name);
  return happening({ ...told, at, place, service: 'athena', readOnly }, random);
}
