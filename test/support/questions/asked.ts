import type { AnswerValue, QueryEngine } from '../../../src/ports/query-engine.js';
import { periodOf, type WrittenPeriod } from '../../../src/questions/period.js';
import { type Given, sqlOf } from '../../../src/questions/rendered-question.js';
import { readQuestions } from '../../../src/wiring/questions.js';

export const QUESTIONS = readQuestions();

export function question(name: string) {
  const found = QUESTIONS.find((it) => it.name === name);
  if (found) return found;
  throw new Error(`no question ${name}`);
}

/** A row by the names of its columns. */
export type Found = { readonly [column: string]: AnswerValue };

export type Ask = {
  readonly given?: Given;
  readonly period?: WrittenPeriod;
  /** The day on which it is asked, in place of today. */
  readonly on?: string;
};

export function sqlFor(name: string, { given = {}, period = {}, on }: Ask = {}): string {
  const { days } = question(name);
  const sql = sqlOf(question(name), given, periodOf(period, days));
  return on === undefined ? sql : sql.replaceAll('current_date', `date '${on}'`);
}

export async function rowsOfSql(engine: QueryEngine, sql: string): Promise<readonly Found[]> {
  const { columns, chunks } = await engine.query(sql);
  const rows: Found[] = [];
  for await (const chunk of chunks) {
    for (const row of chunk) {
      rows.push(Object.fromEntries(columns.map(({ name }, at) => [name, plain(row[at])])));
    }
  }
  return rows;
}

const plain = (value: AnswerValue | undefined): AnswerValue =>
  typeof value === 'bigint' ? Number(value) : (value ?? null);

/** The rows that answer a question. */
export const answer = (engine: QueryEngine, name: string, ask: Ask = {}): Promise<readonly Found[]> =>
  rowsOfSql(engine, sqlFor(name, ask));

/** Only these columns of rows. */
export const only = (rows: readonly Found[], ...columns: readonly string[]) =>
  rows.map((row) => columns.map((column) => row[column]));

/** As engines write a timestamp. */
export const stamp = (epochMs: number): string =>
  new Date(epochMs)
    .toISOString()
    .slice(0, -1)
    .replace('T', ' ')
    .replace(/\.?0+$/, '');
