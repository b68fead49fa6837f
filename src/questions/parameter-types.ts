import { AuditLakeError } from '../errors.js';
import { rangeOf } from './networks.js';

/** What a value may be, by the name of its type in the head of a question. */
export type ParameterType = 'text' | 'number' | 'count' | 'days' | 'networks';

/** A value as SQL; undefined where the text is no such value. `where` names the parameter in an error. */
type Rendering = (text: string, where: string) => string | undefined;

/**
 * No name holds these. A zero ends a text for some engines, and half a surrogate pair cannot be written in UTF-8: all
 * other characters are a part of a literal like any letter.
 */
const UNSPEAKABLE = /[\0\p{Cs}]/u;

/** A text as a literal of Trino and of DuckDB: only a quote ends it, and a quote is written twice. */
const literal: Rendering = (text) => (UNSPEAKABLE.test(text) ? undefined : `'${text.replaceAll("'", "''")}'`);

/** A double in both engines, so that no sum overflows a decimal. */
const double: Rendering = (text) => (/^\d{1,12}(\.\d{1,6})?$/.test(text) ? `${text}E0` : undefined);

const count: Rendering = (text) => (/^[1-9]\d{0,8}$/.test(text) ? text : undefined);

const days: Rendering = (text) => (/^(0|[1-9]\d{0,4})$/.test(text) ? text : undefined);

/** A condition that holds for rows whose address is in one of the networks. */
const networks: Rendering = (text, where) => {
  const conditions = text.split(',').map((item) => {
    const network = item.trim();
    const range = rangeOf(network);
    if (range) return `source_ip_sortable BETWEEN '${range.first}' AND '${range.last}'`;
    throw new AuditLakeError(
      'USAGE',
      `${where}: ${network || 'nothing'} is no network: write 10.0.0.0/8 or fc00::/7`,
    );
  });
  return `(${conditions.join('\n      OR ')})`;
};

type TypeOfValue = { readonly meaning: string; readonly sqlOf: Rendering };

const TYPES: { readonly [type in ParameterType]: TypeOfValue } = {
  text: { meaning: 'a text without zero characters and halves of characters', sqlOf: literal },
  number: { meaning: 'a number such as 5 or 4.75', sqlOf: double },
  count: { meaning: 'a whole number from 1 on', sqlOf: count },
  days: { meaning: 'a whole number of days', sqlOf: days },
  networks: { meaning: 'a list of networks', sqlOf: networks },
};

/** The type of that name. */
export const typeNamed = (name: string): ParameterType | undefined =>
  Object.keys(TYPES).find((type): type is ParameterType => type === name);

/** A value as SQL of its type, whatever its characters. @throws AuditLakeError USAGE, naming it and `where` it was given */
export function valueSql(type: ParameterType, text: string, where: string): string {
  const { meaning, sqlOf } = TYPES[type];
  const sql = sqlOf(text, where);
  if (sql !== undefined) return sql;
  throw new AuditLakeError('USAGE', `${where}: ${text || 'an empty text'} is not ${meaning}`);
}
