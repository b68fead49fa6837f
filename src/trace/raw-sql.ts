import { createHash } from 'node:crypto';
import { AuditLakeError } from '../errors.js';
import { GRANT_EVENTS, GRANT_SOURCES } from './grant-of.js';
import type { RawBatch } from './partition-batches.js';
import { COGNITO_SUBJECT, conditionOf, joinOf } from './raw-conditions.js';
import type { Searched } from './searched-days.js';

const IDENTITY = 'useridentity';
const ISSUER = `${IDENTITY}.sessioncontext.sessionissuer`;

function listed(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}

/** What is kept of an event: the columns of the result table, and where the raw table has them. */
const KEPT = {
  event_time: 'eventtime',
  event_id: 'eventid',
  account_id: 'coalesce(recipientaccountid, account)',
  aws_region: 'coalesce(awsregion, region)',
  event_source: 'eventsource',
  event_name: 'eventname',
  error_code: 'errorcode',
  source_ip: 'sourceipaddress',
  user_agent: 'useragent',
  identity_type: `${IDENTITY}.type`,
  identity_name: `${IDENTITY}.username`,
  identity_account: `${IDENTITY}.accountid`,
  principal_id: `${IDENTITY}.principalid`,
  user_arn: `${IDENTITY}.arn`,
  invoked_by: `${IDENTITY}.invokedby`,
  access_key_id: `${IDENTITY}.accesskeyid`,
  identity_center_user_id: `${IDENTITY}.onbehalfof.userid`,
  issuer_type: `${ISSUER}.type`,
  issuer_arn: `${ISSUER}.arn`,
  issuer_name: `${ISSUER}.username`,
  cognito_subject: COGNITO_SUBJECT,
  request_parameters: 'requestparameters',
  // Only answers that may hold credentials are read again: to which key they lead.
  response_elements: `CASE WHEN eventsource IN (${listed(GRANT_SOURCES)}) THEN responseelements END`,
} as const;

export type KeptColumn = keyof typeof KEPT;
export const KEPT_COLUMNS = Object.keys(KEPT).filter((name): name is KeptColumn => name in KEPT);

/** Of a result table: 8 to 32 letters and digits behind the word. */
const TABLE = /^trace_[a-z0-9]{8,32}$/;
const RAW_TABLE = /^[a-z_][a-z0-9_]{0,127}$/;
/** Characters that can end no literal early. */
const LOCATION =
  /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[A-Za-z0-9!_.()=-]+)*\/trace\/[a-z0-9]{8,32}\/$/;

/** The name of the result table of a trace. @throws AuditLakeError INTERNAL for an id outside the grammar */
export function traceTable(id: string): string {
  return checked(TABLE, `trace_${id}`);
}

/** Where it lies below a place for results, `s3://bucket/prefix/`. @throws AuditLakeError USAGE */
export function traceLocation(results: string, id: string): string {
  const location = `${results.endsWith('/') ? results : `${results}/`}trace/${id}/`;
  if (LOCATION.test(location)) return location;
  const message = `no table can lie below ${JSON.stringify(results)}: name another place with --results`;
  throw new AuditLakeError('USAGE', message);
}

function checked(grammar: RegExp, name: string): string {
  if (grammar.test(name)) return name;
  throw new AuditLakeError('INTERNAL', `no statement may hold the name ${JSON.stringify(name)}`);
}

export type BatchOfSearch = {
  readonly rawTable: string;
  readonly searched: Searched;
  readonly batch: RawBatch;
  /** Which search of the trace it is, from 1 on: a column of each row. */
  readonly number: number;
};

/** The rows that a search finds in the partitions of a batch, as a SELECT. */
export function batchSelect({ rawTable, searched, batch, number }: BatchOfSearch): string {
  const columns = KEPT_COLUMNS.map((name) => `${KEPT[name]} AS ${name}`);
  const [year = '', month = ''] = batch.month.split('-');
  const join = joinOf(searched, batch.keys);
  return [
    `SELECT ${number} AS search,\n  ${columns.join(',\n  ')}`,
    `FROM "${checked(RAW_TABLE, rawTable)}"`,
    ...(join === undefined ? [] : [join]),
    `WHERE ${among('account', batch.accounts)}`,
    `  AND ${among('region', batch.regions)}`,
    `  AND year = '${year}' AND month = '${month}'`,
    `  AND ${among('day', batch.days)}`,
    `  AND ${conditionOf(searched, batch.keys)}`,
  ].join('\n');
}

/** Values of partitions: digits and names of Regions, which hold no quote. One stands with `=`: projections ask for it. */
function among(column: string, values: readonly string[]): string {
  const texts = values.map((value) => `'${checked(/^[a-z0-9-]+$/, value)}'`);
  return texts.length === 1 ? `${column} = ${texts[0]}` : `${column} IN (${texts.join(', ')})`;
}

/** The result table with the columns that Athena finds in a SELECT, and no row. Without a location Athena chooses one. */
export function createTrace(table: string, select: string, location: string | undefined): string {
  const place = location === undefined ? '' : `, external_location = '${checked(LOCATION, location)}'`;
  return `CREATE TABLE ${checked(TABLE, table)}\nWITH (format = 'PARQUET'${place}) AS\n${select}\nWITH NO DATA`;
}

export const insertInto = (table: string, select: string): string =>
  `INSERT INTO ${checked(TABLE, table)}\n${select}`;

export const dropTrace = (table: string): string => `DROP TABLE IF EXISTS ${checked(TABLE, table)}`;

/** What was delivered twice in other words has one id: its rows are neighbours. */
const ORDER = 'ORDER BY event_time, event_id, account_id, aws_region';

const GRANTS = listed(GRANT_EVENTS);
const IS_GRANT = `event_source IN (${listed(GRANT_SOURCES)}) AND event_name IN (${GRANTS}) AND error_code IS NULL`;

/** The answers that a search found and that gave out a key, so many at most, oldest first. */
export function grantsOf(table: string, number: number, most: number): string {
  return [
    `SELECT DISTINCT ${KEPT_COLUMNS.join(', ')}`,
    `FROM ${checked(TABLE, table)}`,
    `WHERE search = ${number} AND ${IS_GRANT}`,
    "  AND json_extract_scalar(response_elements, '$.credentials.accessKeyId') IS NOT NULL",
    ORDER,
    `LIMIT ${most}`,
  ].join('\n');
}

/**
 * The temporary keys that the events of a search show, and when each was met first; so many at most. An answer that gave
 * out a key may be found for whom it was given to: then its own key is somebody else's.
 */
export function keysMet(table: string, number: number, most: number): string {
  return [
    'SELECT access_key_id, min(event_time) AS first_time',
    `FROM ${checked(TABLE, table)}`,
    `WHERE search = ${number} AND strpos(access_key_id, 'ASIA') = 1`,
    `  AND (coalesce(event_source, '') <> 'sts.amazonaws.com' OR event_name NOT IN (${GRANTS}) OR error_code IS NOT NULL)`,
    'GROUP BY access_key_id',
    'ORDER BY first_time, access_key_id',
    `LIMIT ${most}`,
  ].join('\n');
}

/** All events that were found. */
export function timelineOf(table: string): string {
  return [`SELECT DISTINCT ${KEPT_COLUMNS.join(', ')}`, `FROM ${checked(TABLE, table)}`, ORDER].join('\n');
}

/**
 * Nothing is changed in anybody's database but a table of our own. What follows the first line of a statement is a
 * SELECT, or Athena refuses it: a statement makes one change. @throws AuditLakeError INTERNAL
 */
export function mustBeOwnTable(sql: string, table: string): void {
  const name = checked(TABLE, table);
  const isOurs =
    sql === dropTrace(name) ||
    sql.startsWith(`INSERT INTO ${name}\nSELECT `) ||
    (sql.startsWith(`CREATE TABLE ${name}\nWITH (format = 'PARQUET'`) && sql.endsWith('\nWITH NO DATA'));
  if (!isOurs) throw new AuditLakeError('INTERNAL', `a trace changes nothing but its table ${name}`);
}

/** A token by which Athena knows a statement of a trace when it is sent again: 64 hex digits. */
export const traceToken = (table: string, statement: string): string =>
  createHash('sha256').update(`v1\n${table}\n${statement}`).digest('hex');
