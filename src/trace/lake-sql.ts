import { Buffer } from 'node:buffer';
import { valueSql } from '../questions/parameter-types.js';
import { withinSql } from '../questions/period.js';
import { GRANT_EVENTS, GRANT_SOURCES } from './grant-of.js';
import { type Span, spanOf } from './key-window.js';
import type { Subject } from './subject.js';
import { sessionsOf } from './subject-of.js';

/** A key, and when it may have been used. */
type Use = Span & { readonly key: string };

/** Everything that a timeline shows events of. */
export type Looked = Span & {
  readonly subjects: readonly (Span & { readonly subject: Subject })[];
  /** Each key once. */
  readonly uses: readonly Use[];
  /** Events that gave out credentials. */
  readonly granted: readonly { readonly eventId: string; readonly at: number }[];
};

/** What Athena takes as a query, in bytes. */
const LONGEST = 262_144;
/** So many keys are asked for at once: some 90 bytes each. */
export const KEYS_AT_ONCE = 2_000;

const text = (value: string) => valueSql('text', value, '<who>');
const moment = (at: number) => `timestamp '${new Date(at).toISOString().slice(0, -1).replace('T', ' ')}'`;
const within = ({ from, to }: Span) =>
  withinSql({ from: { kind: 'at', epochMs: from }, to: { kind: 'at', epochMs: to } });

/** Whoever acts is the subject: by name, by role, by ARN. Nobody cares how a name is written. */
function bySql(subject: Subject): string {
  switch (subject.kind) {
    case 'key':
      return `access_key_id = ${text(subject.id)}`;
    case 'arn':
      return `user_arn = ${text(subject.arn)}`;
    case 'role': {
      const arn = text(subject.arn);
      return `(${arn} IN (role_arn, user_arn) OR strpos(user_arn, ${text(sessionsOf(subject.arn))}) = 1)`;
    }
    case 'name': {
      const columns = [
        'user_name',
        'session_name',
        'source_identity',
        'identity_center_user_id',
        'role_name',
      ];
      return `lower(${text(subject.name)}) IN (${columns.map((name) => `lower(${name})`).join(', ')})`;
    }
  }
}

/** The ARN of the session that an answer of STS names; never NULL. */
const SESSION =
  "coalesce(json_extract_scalar(response_elements, '$.assumedRoleUser.arn'), json_extract_scalar(response_elements, '$.federatedUser.arn'), '')";

/** Whoever is given credentials is the subject: its role, or its session. */
function toSql(subject: Subject): string {
  switch (subject.kind) {
    case 'key':
      return `json_extract_scalar(response_elements, '$.credentials.accessKeyId') = ${text(subject.id)}`;
    case 'arn':
      return `${SESSION} = ${text(subject.arn)}`;
    case 'role':
      return `strpos(${SESSION}, ${text(sessionsOf(subject.arn))}) = 1`;
    case 'name': {
      const role = text(`:assumed-role/${subject.name}/`);
      const session = text(`/${subject.name}"`);
      return `(strpos(lower(${SESSION}), lower(${role})) > 0 OR strpos(lower(${SESSION}) || '"', lower(${session})) > 0)`;
    }
  }
}

/**
 * Events that gave out credentials, with what `grantOf` reads. Here and below the tables are asked, not their views: these
 * find second deliveries by a sort of all events, of which a trace shows few.
 */
function grantsSql({ span, condition, uses = [], most }: Grants): string {
  const [sources, names] = [GRANT_SOURCES, GRANT_EVENTS].map((all) => all.map((it) => `'${it}'`).join(', '));
  const join = uses.length === 0 ? '' : '\nJOIN used\n  ON used.key_id = access_key_id';
  return `${uses.length === 0 ? '' : `WITH ${usedSql(uses)}\n`}SELECT DISTINCT event_time, event_name, request_parameters, response_elements, access_key_id, user_name, account_id, aws_region, event_id
FROM cloudtrail_events${join}
WHERE event_source IN (${sources})
  AND event_name IN (${names})
  AND error_code IS NULL
  AND ${within(span)}
  AND ${condition}
ORDER BY event_time, event_id
LIMIT ${most}`;
}

type Grants = {
  readonly span: Span;
  readonly condition: string;
  readonly uses?: readonly Use[];
  readonly most: number;
};

/** The keys that the subject's own events show. */
const keysSql = (table: string, subject: Subject, span: Span) =>
  `SELECT access_key_id FROM ${table} WHERE access_key_id IS NOT NULL AND ${bySql(subject)} AND ${within(span)}`;

/** Credentials that the subject asked for, or was given: its name may stand on one side only, or only where they were used. */
export const subjectGrantsSql = (subject: Subject, span: Span, most: number): string =>
  grantsSql({
    ...{ span, most },
    condition: `(${bySql(subject)}
    OR ${toSql(subject)}
    OR json_extract_scalar(response_elements, '$.credentials.accessKeyId') IN (
      ${keysSql('cloudtrail_events', subject, span)}
      UNION
      ${keysSql('athena_events', subject, span)}
    ))`,
  });

/** Credentials that were asked for under keys. At most {@link KEYS_AT_ONCE} of them. */
export const grantsUnderSql = (uses: readonly Use[], most: number): string =>
  grantsSql({
    ...{ span: spanOf(uses), uses, most },
    condition: 'event_time >= used.begins AND event_time < used.ends',
  });

/** The grants of keys. At most {@link KEYS_AT_ONCE} of them. */
export const originsSql = (keys: readonly string[], span: Span, most: number): string =>
  grantsSql({
    ...{ span, most },
    condition: `json_extract_scalar(response_elements, '$.credentials.accessKeyId') IN (${keys.map(text).join(', ')})`,
  });

/** A list in SQL is never empty: nothing has an empty key or id. */
function usedSql(uses: readonly Use[]): string {
  const rows = uses.length === 0 ? [{ key: '', from: 0, to: 0 }] : uses;
  const lines = rows.map(({ key, from, to }) => `(${text(key)}, ${moment(from)}, ${moment(to)})`);
  return `used (key_id, begins, ends) AS (\n  VALUES ${lines.join(',\n    ')}\n)`;
}

const idsSql = (ids: readonly string[]) =>
  `granted (id) AS (\n  VALUES ${(ids.length === 0 ? [''] : ids).map((id) => `(${text(id)})`).join(', ')}\n)`;

const COLUMNS = [
  ...['event_time', 'event_id', 'account_id', 'aws_region', 'event_source', 'event_name', 'error_code'],
  ...['source_ip', 'user_agent', 'user_name', 'user_arn', 'access_key_id', 'request_parameters'],
].join(', ');

function eventsOf(table: string, looked: Looked): string {
  const theirs = looked.subjects.map((it) => `coalesce(${bySql(it.subject)} AND ${timeIn(it)}, false)`);
  const subject = theirs.length === 0 ? 'false' : theirs.join(' OR ');
  return `SELECT ${COLUMNS}, ${subject} AS is_theirs,
    CASE WHEN event_id IS NULL THEN source_key || '#' || cast(record_index AS varchar) END AS place
  FROM ${table}
  WHERE ${within(looked)}
    AND (${subject} OR access_key_id IN (SELECT key_id FROM used) OR event_id IN (SELECT id FROM granted))`;
}

const timeIn = ({ from, to }: Span) => `event_time >= ${moment(from)} AND event_time < ${moment(to)}`;

/** All events of what was looked for, oldest first. Both tables may tell one, and twice: UNION takes it once. */
function timelineSql(looked: Looked): string {
  return `WITH ${usedSql(looked.uses)},
${idsSql(looked.granted.map(({ eventId }) => eventId))},
event AS (
  ${eventsOf('athena_events', looked)}
  UNION
  ${eventsOf('cloudtrail_events', looked)}
)
SELECT ${COLUMNS}
FROM event
LEFT JOIN used
  ON used.key_id = access_key_id
WHERE is_theirs OR (event_time >= used.begins AND event_time < used.ends) OR event_id IN (SELECT id FROM granted)
ORDER BY event_time, account_id, aws_region, event_id, place`;
}

/** Time is not cut into shorter parts: where an hour has more keys than a query may name, these are cut. */
const SHORTEST = 3_600_000;
/** Of some 45 bytes each. */
const IDS_AT_ONCE = 4_000;

/**
 * A part of a timeline, after the one before it: the events that these queries find, each event once. It is one query, but
 * where more keys are used in an hour than Athena takes in one.
 */
export type TimelinePart = readonly string[];

/** A timeline, in parts that follow one another in time: one, unless its query would be longer than Athena takes. */
export function timelineParts(looked: Looked): readonly TimelinePart[] {
  const sql = timelineSql(looked);
  if (Buffer.byteLength(sql) <= LONGEST) return [[sql]];
  const half = Math.floor((looked.from + looked.to) / 2);
  if (half - looked.from < SHORTEST) return [byKeys(looked)];
  return [
    { from: looked.from, to: half },
    { from: half, to: looked.to },
  ].flatMap((part) => timelineParts(partOf(looked, part)));
}

function byKeys({ from, to, subjects, uses, granted }: Looked): TimelinePart {
  const nothing = { from, to, subjects: [], uses: [], granted: [] };
  return [
    { ...nothing, subjects },
    ...piecesOf(uses, KEYS_AT_ONCE).map((piece) => ({ ...nothing, uses: piece })),
    ...piecesOf(granted, IDS_AT_ONCE).map((piece) => ({ ...nothing, granted: piece })),
  ].map(timelineSql);
}

/** A list in pieces of at most so many. */
export function piecesOf<T>(items: readonly T[], most: number): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / most);
  return Array.from({ length: count }, (_, at) => items.slice(at * most, (at + 1) * most));
}

const meets = (one: Span, other: Span) => one.from < other.to && other.from < one.to;

const partOf = (looked: Looked, part: Span): Looked => ({
  ...part,
  subjects: looked.subjects.filter((it) => meets(it, part)),
  uses: looked.uses.filter((it) => meets(it, part)),
  granted: looked.granted.filter(({ at }) => at >= part.from && at < part.to),
});
