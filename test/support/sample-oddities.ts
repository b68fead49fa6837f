import { isoSeconds, momentOf } from '../../src/demo/calendar.js';
import type { Json, JsonObject } from '../../src/demo/json.js';
import { PEOPLE } from '../../src/demo/people.js';
import { STRANGERS } from '../../src/demo/strangers.js';
import {
  HOME,
  neighbour,
  oldStart,
  randomFor,
  recentQuery,
  recordOf,
  SAMPLES_AS_OF,
  type Sample,
  sample,
  without,
} from './sample.js';

/** When most oddities happened: long before the samples' date, so that their text has expired. */
const AT = Date.UTC(2025, 2, 14, 15, 9, 26);

/** Log files that differ from the usual in one respect each. */
export function odditySamples(): readonly Sample[] {
  return [...textSamples(), ...shapeSamples(), ...writingSamples(), ...callerSamples()];
}

/** Where the SQL is, or is not. */
function textSamples(): readonly Sample[] {
  const long = '-- two windows\nWITH past AS (SELECT 1)\nSELECT *\n\tFROM past';
  const in2021 = Date.UTC(2021, 9, 19, 4, 50, 27);
  const in2017 = Date.UTC(2017, 4, 4, 0, 21, 57);
  const refused: JsonObject = {
    errorCode: 'InvalidRequestException',
    errorMessage:
      'Invalid result configuration. Should specify either output location or result configuration',
    responseElements: null,
  };
  return [
    odd('sqlInQueryString', 'the SQL in the event, under `queryString`: until July 2023', in2021, [
      { sql: long, eventVersion: '1.08' },
    ]),
    odd('sqlInQuery', 'the SQL in the event, under `query`: the oldest log files', in2017, [
      { sql: 'Select 10', sqlKey: 'query', eventVersion: '1.05' },
    ]),
    odd('failedStart', 'a start that Athena refused: no query id, so never any text', AT, [{}], refused),
  ];
}

/** Fields that are missing, or of another type than usual. */
function shapeSamples(): readonly Sample[] {
  const random = randomFor('eventTime');
  const bad = (eventTime: Json): JsonObject => ({ ...oldStart(random, { at: AT }), eventTime });
  return [
    drop('noUserIdentity', 'no `userIdentity` at all', 'userIdentity'),
    odd('userIdentityText', '`userIdentity` is a string', AT, [{}], { userIdentity: 'root' }),
    odd('requestText', '`requestParameters` is a string that holds JSON', AT, [{}], {
      requestParameters: '{\n  "queryString": "***OMITTED***"\n}',
    }),
    drop('noEventId', 'no `eventID`: still a row', 'eventID'),
    sample('noEventTime', 'three records without a possible `eventTime` (rejected), and one good one', AT, [
      without(bad(''), 'eventTime'),
      bad('2026-02-30T10:00:00Z'),
      bad(1_741_964_966),
      oldStart(random, { at: AT }),
    ]),
    odd('unknownFields', 'fields that no documentation knows yet', AT, [{}], {
      eventFuture: { a: [1, null] },
      tlsDetails: null,
    }),
    sample('noRecords', 'a log file without records', AT, '{"Records":[]}'),
  ];
}

/** The same JSON, written in ways that a careless reader misses. */
function writingSamples(): readonly Sample[] {
  const random = randomFor('writing');
  const start = oldStart(random, { at: AT });
  const other = neighbour(random, AT);
  const line = JSON.stringify(start);
  const rewritten = (name: string, about: string, from: string, to: string): Sample =>
    sample(name, about, AT, `{"Records":[${line.replace(from, to)}]}`);
  const source = '\\u0061thena\\u002eamazonaws.com';
  const big = '"additionalEventData":{"bytes":9007199254740993,"from":1.688560107857E9},"readOnly"';
  const twice = '"readOnly":true,"__proto__":{"eventSource":"ec2.amazonaws.com"},"readOnly":false';
  return [
    rewritten('escapedSource', '`eventSource` written with `\\u` escapes', 'athena.amazonaws.com', source),
    rewritten(
      'bigNumbers',
      'numbers beyond 2^53, and in exponent form: kept digit for digit',
      '"readOnly"',
      big,
    ),
    rewritten('twiceTheSameKey', 'duplicate keys and `__proto__`', '"readOnly":false', twice),
    rewritten('loneSurrogate', 'half of a surrogate pair, escaped', 'aws-cli', 'aws\\ud83ccli'),
    sample(
      'whiteSpace',
      'white space around every colon, and line ends of Windows',
      AT,
      spaced({ Records: [start, other] }),
    ),
    sample('otherField', "Athena's name in fields of other services: no Athena event in the file", AT, [
      { ...other, userAgent: 'athena.amazonaws.com', sourceIPAddress: 'athena.amazonaws.com' },
      { ...other, requestParameters: { note: '"eventSource":"athena.amazonaws.com"' } },
    ]),
    notAscii(),
  ];
}

function notAscii(): Sample {
  const sql = "SELECT * FROM sales.orders WHERE city = 'Łódź' AND note LIKE '%🎉%'";
  const { query, records } = recentQuery('notAscii', { by: PEOPLE.zoe, database: 'sales', sql });
  return { ...sample('notAscii', 'a name and a text beyond ASCII', query.at, records), queries: [query] };
}

/** Every `userIdentity.type`, one Athena call each; then addresses, times and corrections that are not usual. */
function callerSamples(): readonly Sample[] {
  const random = randomFor('callers');
  const at = momentOf(SAMPLES_AS_OF, 90, '12:00');
  const callers = [...Object.values(PEOPLE), ...Object.values(STRANGERS)];
  const calls = callers.map((by, index) =>
    recordOf(random, {
      by,
      at: at + index * 1000,
      place: HOME,
      service: 'athena',
      name: 'ListWorkGroups',
      readOnly: true,
    }),
  );
  const yesterday = oldStart(random, { at: AT, addendum: { reason: 'DELIVERY_DELAY' } });
  const corrected = oldStart(random, {
    at: AT,
    addendum: { reason: 'UPDATED_DATA', updatedFields: 'userIdentity', originalEventID: random.uuid() },
  });
  const late = sample(
    'lateEvent',
    'delivered three days after it happened; and a correction of another event',
    AT + 3 * 86_400_000,
    [yesterday, corrected],
  );
  return [sample('everyCaller', 'one call by every type of `userIdentity`', at, calls), late];
}

function odd(
  name: string,
  about: string,
  at: number,
  starts: readonly object[],
  over: JsonObject = {},
): Sample {
  const random = randomFor(name);
  return sample(
    name,
    about,
    at,
    starts.map((start) => ({ ...oldStart(random, { at, ...start }), ...over, eventTime: isoSeconds(at) })),
  );
}

function drop(name: string, about: string, field: string): Sample {
  return sample(name, about, AT, [without(oldStart(randomFor(name), { at: AT }), field)]);
}

/** JSON with white space wherever the grammar allows it. */
function spaced(value: Json): string {
  return JSON.stringify(value, null, '\t').replace(/": /g, '" \t: ').replace(/\n/g, '\r\n');
}
