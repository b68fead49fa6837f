import type { JsonObject } from '../../src/demo/json.js';
import { neighbour, oldStart, randomFor, recentQuery, type Sample, sample, without } from './sample.js';

/** Fields by the minor version that brought them (CloudTrail user guide, "CloudTrail record contents"). */
const SINCE: { readonly [field: string]: number } = {
  requestID: 1,
  eventID: 1,
  readOnly: 1,
  eventType: 2,
  recipientAccountId: 2,
  vpcEndpointId: 4,
  managementEvent: 6,
  eventCategory: 7,
  tlsDetails: 8,
  sessionCredentialFromConsole: 8,
};

/** The minor version and a day on which real records of it were written. */
const DAYS: readonly (readonly [minor: number, day: string])[] = [
  [0, '2014-03-06'],
  [1, '2014-08-12'],
  [2, '2014-12-02'],
  [3, '2016-06-04'],
  [4, '2016-12-05'],
  [5, '2017-05-04'],
  [6, '2018-06-28'],
  [7, '2020-07-21'],
  [8, '2022-10-14'],
  [9, '2023-08-01'],
  [10, '2024-07-31'],
];

/** One log file for every eventVersion, each with an Athena event and one of another service. */
export function versionSamples(): readonly Sample[] {
  const { query, records } = recentQuery('eventVersion0111');
  const latest = sample(
    'eventVersion0111',
    'eventVersion 1.11: a query of last month, resolved',
    query.at,
    records,
  );
  return [...DAYS.map(([minor, day]) => ofVersion(minor, day)), { ...latest, queries: [query] }];
}

function ofVersion(minor: number, day: string): Sample {
  const name = `eventVersion01${String(minor).padStart(2, '0')}`;
  const random = randomFor(name);
  const at = Date.parse(`${day}T00:23:55Z`);
  // The SQL was in the event until July 2023, so up to 1.08.
  const start = oldStart(random, { at, ...(minor <= 8 && { sql: 'Select 10' }) });
  const records = [start, neighbour(random, at - 60_000)].map((record) => asOfVersion(record, minor));
  return sample(name, aboutVersion(minor), at, records);
}

function aboutVersion(minor: number): string {
  const version = versionName(minor);
  if (minor === 0) return `eventVersion ${version}: no event id, no request id, no account`;
  if (minor < 5) return `eventVersion ${version}: older than Athena, shows the fields that a record then had`;
  if (minor <= 8) return `eventVersion ${version}: the SQL is in the event`;
  return `eventVersion ${version}: the SQL is withheld, and Athena has forgotten it: expired`;
}

function asOfVersion(record: JsonObject, minor: number): JsonObject {
  const tooNew = Object.keys(SINCE).filter((field) => (SINCE[field] ?? 0) > minor);
  return { ...without(record, ...tooNew), eventVersion: versionName(minor) };
}

/** The first version was written `1.0`, the next `1.01`. */
function versionName(minor: number): string {
  return minor === 0 ? '1.0' : `1.${String(minor).padStart(2, '0')}`;
}
