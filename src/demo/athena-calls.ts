import { type AsOf, momentOf, RECENT_DAYS } from './calendar.js';
import type { Json } from './json.js';
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

type When = readonly [daysAgo: number, time: `${number}:${number}`];
type What = Partial<Pick<Call, 'request' | 'response' | 'error' | 'addendum'>>;

/** Starts that Athena refused: no query, so no id and never any text. */
export function failedStarts(asOf: AsOf, random: Random): readonly Happening[] {
  const refused = (by: Actor, when: When, error: NonNullable<Call['error']>, workGroup: string): Happening =>
    call(asOf, random, by, 'StartQueryExecution', when, {
      request: { queryString: OMITTED, clientRequestToken: random.uuid(), workGroup },
      error,
    });
  const denied = (workGroup: string) => ({
    code: 'AccessDenied',
    message: `User: arn:aws:sts::${ACCOUNTS.analytics}:assumed-role/Contractor/diego.ramirez is not authorized to perform: athena:StartQueryExecution on resource: arn:aws:athena:eu-west-1:${ACCOUNTS.analytics}:workgroup/${workGroup} because no identity-based policy allows the athena:StartQueryExecution action`,
  });
  return [
    refused(PEOPLE.zoe, [6, '09:03'], NO_OUTPUT, 'primary'),
    refused(PEOPLE.mary, [2, '16:30'], NO_OUTPUT, 'primary'),
    refused(PEOPLE.diego, [1, '20:15'], denied('clinical'), 'clinical'),
    refused(PEOPLE.diego, [1, '20:18'], denied('finance'), 'finance'),
    refused(PEOPLE.mary, [54, '10:30'], NO_OUTPUT, 'primary'),
  ];
}

/** Named queries, prepared statements and work groups: what is kept in Athena, and who changed it. */
export function keptThings(asOf: AsOf, random: Random): readonly Happening[] {
  const namedQueryId = random.uuid();
  const statementName = 'visits_by_city';
  const workGroup = 'clinical';
  const token = { clientRequestToken: random.uuid() };
  const named = {
    name: 'Umsatz je Stadt',
    database: 'sales',
    queryString: OMITTED,
    workGroup: 'primary',
    ...token,
  };
  const limit = { bytesScannedCutoffPerQuery: 1_099_511_627_776, enforceWorkGroupConfiguration: true };
  const say = (by: Actor, name: string, when: When, what: What): Happening =>
    call(asOf, random, by, name, when, what);
  return [
    say(PEOPLE.zoe, 'CreateNamedQuery', [8, '09:40'], { request: named, response: { namedQueryId } }),
    say(PEOPLE.zoe, 'GetNamedQuery', [6, '09:41'], { request: { namedQueryId } }),
    say(PEOPLE.zoe, 'UpdateNamedQuery', [6, '09:44'], {
      request: { namedQueryId, name: 'Umsatz je Stadt', queryString: OMITTED },
    }),
    say(PEOPLE.mary, 'CreatePreparedStatement', [1, '09:58'], {
      request: { statementName, workGroup, queryStatement: OMITTED },
    }),
    say(PEOPLE.mary, 'GetPreparedStatement', [1, '10:01'], { request: { statementName, workGroup } }),
    say(PEOPLE.martha, 'CreateWorkGroup', [9, '08:00'], {
      request: { name: 'clinical', configuration: limit },
    }),
    say(PEOPLE.wang, 'UpdateWorkGroup', [5, '09:15'], {
      request: { workGroup: 'etl', state: 'ENABLED', configurationUpdates: limit },
    }),
    say(PEOPLE.nikki, 'ListDatabases', [3, '13:28'], { request: { catalogName: 'AwsDataCatalog' } }),
  ];
}

/** One Athena call by each kind of caller that no query of the demo has. */
export function strangerCalls(asOf: AsOf, random: Random): readonly Happening[] {
  const say = (by: Actor, name: string, when: When, request: Json): Happening =>
    call(asOf, random, by, name, when, { request });
  return [
    say(PEOPLE.root, 'ListWorkGroups', [7, '06:50'], null),
    say(STRANGERS.role, 'GetWorkGroup', [6, '12:00'], { workGroup: 'etl' }),
    say(STRANGERS.anotherAccount, 'GetDataCatalog', [5, '12:00'], { name: 'shared' }),
    say(STRANGERS.service, 'GetWorkGroup', [4, '05:00'], { workGroup: 'primary' }),
    say(STRANGERS.identityCenterUser, 'ListWorkGroups', [3, '12:00'], { maxResults: 50 }),
    say(STRANGERS.unknown, 'ListWorkGroups', [2, '12:00'], null),
    say(STRANGERS.nobody, 'ListEngineVersions', [1, '12:00'], null),
  ];
}

/** An event that CloudTrail could not deliver in time, and says so. */
export function delayedCall(asOf: AsOf, random: Random): Happening {
  return call(asOf, random, PEOPLE.nikki, 'ListTableMetadata', [5, '13:45'], {
    request: { catalogName: 'AwsDataCatalog', databaseName: 'training' },
    addendum: { reason: 'DELIVERY_DELAY' },
  });
}

/** The product's own questions, and the auditor's: they name queries and must not be asked about in turn. */
export function questions(asOf: AsOf, queries: readonly Query[], random: Random): readonly Happening[] {
  return RECENT_DAYS.flatMap((daysAgo) => {
    const [from, to] = [momentOf(asOf, daysAgo, 0), momentOf(asOf, daysAgo, '23:50')];
    const ids = queries
      .filter((query) => query.place.account === ACCOUNTS.analytics && query.place.region === 'eu-west-1')
      .filter((query) => query.at >= from && query.at < to)
      .map((query) => query.id);
    const listed = call(asOf, random, PEOPLE.saanvi, 'ListQueryExecutions', [daysAgo, '09:30'], {
      request: { maxResults: 50, workGroup: 'security' },
    });
    const asked = call(asOf, random, PEOPLE.auditLake, 'BatchGetQueryExecution', [daysAgo, '23:50'], {
      request: { queryExecutionIds: ids },
    });
    return [listed, asked];
  });
}

const PLACES = new Map<Actor, Place>([
  [PEOPLE.wang, PLATFORM],
  [STRANGERS.role, PLATFORM],
  [PEOPLE.saanvi, SECURITY],
  [PEOPLE.root, SECURITY],
  [STRANGERS.unknown, SECURITY],
]);

function call(asOf: AsOf, random: Random, by: Actor, name: string, when: When, what: What): Happening {
  const at = momentOf(asOf, when[0], when[1]);
  const readOnly = /^(Get|List|BatchGet)/.test(name);
  return happening(
    { by, at, place: PLACES.get(by) ?? ANALYTICS, service: 'athena', name, readOnly, ...what },
    random,
  );
}
