import { valueSql } from '../questions/parameter-types.js';
import { GRANT_EVENTS, GRANT_SOURCES } from './grant-of.js';
import { spanOf } from './key-window.js';
import { isOfKeys, type Searched, type SearchedKey } from './searched-days.js';
import type { Subject } from './subject.js';
import { sessionsOf } from './subject-of.js';

/** A text as a literal, whatever its characters. @throws AuditLakeError USAGE for a text that no name holds */
const literal = (text: string): string => valueSql('text', text, 'trace');

/** A moment as CloudTrail writes it: whole seconds. What is not before it as a text is not before it in time. */
const second = (epochMs: number): string =>
  literal(`${new Date(Math.ceil(epochMs / 1_000) * 1_000).toISOString().slice(0, 19)}Z`);

const within = ({ from, to }: { readonly from: number; readonly to: number }): string =>
  `eventtime >= ${second(from)} AND eventtime < ${second(to)}`;

/** One of several; each on its own line. */
const either = (conditions: readonly string[]): string => `(${conditions.join('\n    OR ')})`;

const IDENTITY = 'useridentity';
const TYPE = `${IDENTITY}.type`;
const ARN = `${IDENTITY}.arn`;
const PRINCIPAL = `${IDENTITY}.principalid`;
const ISSUER = `${IDENTITY}.sessioncontext.sessionissuer`;
export const COGNITO_SUBJECT = `element_at(${IDENTITY}.sessioncontext.webidfederationdata.attributes, 'cognito-identity.amazonaws.com:sub')`;

const answered = (path: string) => `json_extract_scalar(responseelements, '$.${path}')`;
const GIVEN_KEY = answered('credentials.accessKeyId');
/** The ARN of the session that an answer of STS gave out; an empty text where it gave none. */
const GIVEN_SESSION = `coalesce(${answered('assumedRoleUser.arn')}, ${answered('federatedUser.arn')}, '')`;
const IS_GRANT = `eventsource IN (${GRANT_SOURCES.map(literal).join(', ')}) AND eventname IN (${GRANT_EVENTS.map(literal).join(', ')}) AND errorcode IS NULL`;

/** What a search looks for in each partition; of keys, these. */
export function conditionOf(searched: Searched, keys: readonly SearchedKey[]): string {
  switch (searched.kind) {
    case 'keys':
      return within(spanOf(keys));
    case 'grants':
      return `${within(spanOf(keys))}\n  AND ${IS_GRANT}`;
    case 'subject':
      return `${within(searched)}\n  AND ${either([...by(searched.subject), given(searched.subject)])}`;
    case 'origins':
      return `${within(searched)}\n  AND ${origin(searched.keys)}`;
  }
}

/**
 * Each key in its own time, as a table that is joined: thousands of them as conditions would be more than Athena compiles.
 * Undefined where no keys have times of their own.
 */
export function joinOf(searched: Searched, keys: readonly SearchedKey[]): string | undefined {
  if (!isOfKeys(searched)) return undefined;
  const rows = keys.map(({ key, from, to }) => `(${literal(key)}, ${second(from)}, ${second(to)})`);
  const column = searched.kind === 'keys' ? `${IDENTITY}.accesskeyid` : GIVEN_KEY;
  return [
    `JOIN (VALUES ${[...new Set(rows)].join(',\n    ')}) AS used (key_id, begins, ends)`,
    `  ON used.key_id = ${column} AND eventtime >= used.begins AND eventtime < used.ends`,
  ].join('\n');
}

const origin = (keys: readonly string[]): string =>
  `${IS_GRANT}\n  AND ${GIVEN_KEY} IN (${keys.map(literal).join(', ')})`;

/** Whoever acts is the subject. */
function by(subject: Subject): readonly string[] {
  switch (subject.kind) {
    case 'key':
      return [`${IDENTITY}.accesskeyid = ${literal(subject.id)}`];
    case 'arn':
      return [`${ARN} = ${literal(subject.arn)}`];
    case 'role':
      return [
        ...[`${ISSUER}.arn`, ARN].map((expression) => `${expression} = ${literal(subject.arn)}`),
        `strpos(${ARN}, ${literal(sessionsOf(subject.arn))}) = 1`,
      ];
    case 'name':
      return named(subject.name);
  }
}

/** Whoever is given credentials is the subject: its role, its session, the key itself. */
function given(subject: Subject): string {
  switch (subject.kind) {
    case 'key':
      return `(${origin([subject.id])})`;
    case 'arn':
      return `(${IS_GRANT} AND ${GIVEN_SESSION} = ${literal(subject.arn)})`;
    case 'role':
      return `(${IS_GRANT} AND strpos(${GIVEN_SESSION}, ${literal(sessionsOf(subject.arn))}) = 1)`;
    case 'name':
      return `(${IS_GRANT} AND (${holdsRole(GIVEN_SESSION, subject.name)} OR ${endsIn(GIVEN_SESSION, subject.name)}))`;
  }
}

/** Nobody cares how a name is written. */
const same = (expression: string, name: string) => `lower(${expression}) = lower(${literal(name)})`;

/** Whether an ARN ends in `/bob`: no other text ends in what follows a quote. */
const endsIn = (arn: string, name: string) =>
  `strpos(lower(${arn}) || '"', lower(${literal(`/${name}"`)})) > 0`;

const holdsRole = (arn: string, role: string) =>
  `strpos(lower(${arn}), lower(${literal(`:assumed-role/${role}/`)})) > 0`;

/** What `user_name` falls back on where an identity has nothing that is made for a name. */
const LAST_RESORT = `coalesce(${PRINCIPAL}, CASE WHEN ${TYPE} = 'AWSAccount' THEN ${IDENTITY}.accountid END, ${IDENTITY}.invokedby)`;
const IS_NAMELESS = ['username', 'arn', 'onbehalfof.userid']
  .map((it) => `${IDENTITY}.${it} IS NULL`)
  .join(' AND ');

const afterColon = (expression: string) => `substr(${expression}, strpos(${expression}, ':') + 1)`;
const colonsIn = (expression: string) => `length(${expression}) - length(replace(${expression}, ':', ''))`;

/** A web identity is provider, application and subject. A provider may be an ARN, and a subject holds colons of its own. */
function isSubject(name: string): string {
  const colons = name.split(':').length - 1;
  const before = `CASE WHEN strpos(${PRINCIPAL}, 'arn:') = 1 THEN 7 ELSE 2 END`;
  const ends = `strpos(lower(${PRINCIPAL}) || '"', lower(${literal(`:${name}"`)})) > 0`;
  return `(${TYPE} = 'WebIdentityUser' AND ${ends} AND ${colonsIn(PRINCIPAL)} = ${before} + ${colons})`;
}

/**
 * Whoever goes by a name: by what `user_name` is made of, and what stands beside it (session, source identity, role,
 * Identity Center user). Behind the colon of a principal stands a session.
 */
function named(name: string): readonly string[] {
  const texts = ['username', 'onbehalfof.userid', 'sessioncontext.sourceidentity'];
  return [
    ...texts.map((text) => same(`${IDENTITY}.${text}`, name)),
    same(COGNITO_SUBJECT, name),
    endsIn(ARN, name),
    holdsRole(ARN, name),
    `(${ISSUER}.type = 'Role' AND ${same(`${ISSUER}.username`, name)})`,
    `(strpos(${PRINCIPAL}, ':') > 0 AND ${same(afterColon(PRINCIPAL), name)})`,
    isSubject(name),
    `(${IS_NAMELESS} AND ${same(LAST_RESORT, name)})`,
    `(${TYPE} = 'AWSService' AND ${same(`${IDENTITY}.invokedby`, name)})`,
    ...(name.toLowerCase() === 'root' ? [`${TYPE} = 'Root'`] : []),
  ];
}
