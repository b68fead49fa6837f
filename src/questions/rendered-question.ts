import { Buffer } from 'node:buffer';
import { AuditLakeError } from '../errors.js';
import { valueSql } from './parameter-types.js';
import { beginSql, type Period, withinSql } from './period.js';
import { filled } from './placeholders.js';
import { BEFORE, type Parameter, type Question } from './question.js';
import { isOfPeriod, type PeriodPlaceholder } from './question-file.js';

/** The values that were given, by the name of the parameter. */
export type Given = { readonly [name: string]: string | undefined };

/** What Athena takes as a query. */
const LONGEST_BYTES = 262_144;

/** How the parameter is written on a command line. */
export const written = ({ kind, name }: Parameter): string =>
  kind === 'argument' ? `<${name}>` : `--${name}`;

/** @throws AuditLakeError USAGE */
function valueFor(parameter: Parameter, given: Given): string {
  const value = given[parameter.name];
  if (parameter.kind === 'option') return value ?? parameter.standard;
  if (value !== undefined && value !== '') return value;
  throw new AuditLakeError(
    'USAGE',
    `${written(parameter)} is missing: say ${parameter.help}, such as ${parameter.example}`,
  );
}

/**
 * The SQL of a question. A relative period stays relative, so that the text may be kept and asked again.
 * @throws AuditLakeError USAGE for a value that is missing or none, or more than Athena takes
 */
export function sqlOf(question: Question, given: Given, period: Period): string {
  const sqlByName = new Map(
    question.parameters.map((parameter) => {
      const sql = valueSql(parameter.type, valueFor(parameter, given), written(parameter));
      return [parameter.name, sql] as const;
    }),
  );
  const daysBefore = Number(sqlByName.get(BEFORE) ?? 0);
  const sql = filled(question.pieces, (name) =>
    isOfPeriod(name) ? periodSql(name, period, daysBefore) : (sqlByName.get(name) ?? ''),
  );
  if (Buffer.byteLength(sql) <= LONGEST_BYTES) return sql;
  throw new AuditLakeError(
    'USAGE',
    `${question.name} with these values is longer than Athena takes: name fewer`,
  );
}

function periodSql(name: PeriodPlaceholder, period: Period, daysBefore: number): string {
  switch (name) {
    case 'within_period':
      return withinSql(period);
    case 'within_period_or_before':
      return withinSql(period, daysBefore);
    case 'period_begins':
      return beginSql(period);
  }
}
