import type { JsonObject } from './json.js';
import { PEOPLE } from './people.js';
import { isArchived, type Query, resultsOf } from './queries.js';
import type { Random } from './random.js';
import { type Call, type Happening, happening } from './records.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What Athena writes in the place of the SQL since July 2023. */
export const OMITTED = '***OMITTED***';

/** A call that names a query, and what its request says beside the id. */
type AboutIt = Pick<Call, 'name' | 'at' | 'readOnly'> & { readonly more?: JsonObject };

/** The events that one query leaves in CloudTrail: its start, the questions about it, its results, its stop. */
export function eventsOfQuery(query: Query, random: Random): readonly Happening[] {
  const calls = [start(query, random), ...(isArchived(query) ? [] : later(query))];
  return calls.map((call) => happening(call, random));
}

function start(query: Query, random: Random): Call {
  return {
    ...common(query, 'StartQueryExecution', query.at),
    readOnly: false,
    ...(isArchived(query) && { eventVersion: '1.08' }),
    request: {
      queryString: isArchived(query) ? query.sql : OMITTED,
      clientRequestToken: random.uuid(),
      queryExecutionContext: { database: query.database, catalog: 'AwsDataCatalog' },
      resultConfiguration: { outputLocation: resultsOf(query.workGroup) },
      workGroup: query.workGroup,
      ...(query.parameters && { executionParameters: query.parameters }),
      ...(query.ending === 'reused' && {
        resultReuseConfiguration: { resultReuseByAgeConfiguration: { enabled: true, maxAgeInMinutes: 60 } },
      }),
    },
    response: { queryExecutionId: query.id },
  };
}

/** What follows a start. Whoever reads a result that he did not ask for stands out. */
function later(query: Query): readonly Call[] {
  const ended = query.at + 2 * SECOND + query.engineMs;
  const asked = aboutIt(query, { name: 'GetQueryExecution', at: ended, readOnly: true });
  if (query.ending === 'running') return [asked];
  if (query.ending === 'cancelled')
    return [aboutIt(query, { name: 'StopQueryExecution', at: ended, readOnly: false })];
  if (query.ending === 'failed' || query.ending === 'denied') return [asked];
  return [asked, ...results(query, ended)];
}

function results(query: Query, ended: number): readonly Call[] {
  // The JDBC driver streams; everyone else fetches pages.
  const name = query.by === PEOPLE.quickSight ? 'GetQueryResultsStream' : 'GetQueryResults';
  const more: JsonObject = name === 'GetQueryResults' ? { maxResults: 1000 } : {};
  const own = aboutIt(query, { name, at: ended + SECOND, readOnly: true, more });
  if (!query.readBy) return [own];
  const stolen = aboutIt(query, {
    name: 'GetQueryResults',
    at: ended + 7 * 60 * MINUTE,
    readOnly: true,
    more: { maxResults: 1000 },
  });
  return [own, { ...stolen, by: query.readBy }];
}

function aboutIt(query: Query, { name, at, readOnly, more }: AboutIt): Call {
  return { ...common(query, name, at), readOnly, request: { queryExecutionId: query.id, ...more } };
}

function common(query: Query, name: string, at: number): Omit<Call, 'readOnly'> {
  return { by: query.by, at: Math.floor(at / SECOND) * SECOND, place: query.place, service: 'athena', name };
}
