import { AuditLakeError } from '../errors.js';
import type { Answer, AnswerValue } from '../ports/query-engine.js';

/** A row of an answer, by the names of its columns. @throws AuditLakeError INTERNAL for a column that is not there */
export class AnswerRow {
  readonly #at: ReadonlyMap<string, number>;
  readonly #values: readonly AnswerValue[];

  constructor(at: ReadonlyMap<string, number>, values: readonly AnswerValue[]) {
    this.#at = at;
    this.#values = values;
  }

  text(column: string): string | null {
    const value = this.#value(column);
    return value === null ? null : String(value);
  }

  number(column: string): number | null {
    const value = this.#value(column);
    return value === null ? null : Number(value);
  }

  /** A count: none is nothing. */
  count(column: string): number {
    return this.number(column) ?? 0;
  }

  #value(column: string): AnswerValue {
    const at = this.#at.get(column);
    if (at !== undefined) return this.#values[at] ?? null;
    throw new AuditLakeError('INTERNAL', `an answer has no column ${column}`);
  }
}

/** The rows of an answer, one at a time. */
export async function* rowsOf({ columns, chunks }: Answer): AsyncGenerator<AnswerRow> {
  const at = new Map(columns.map(({ name }, place) => [name, place]));
  for await (const chunk of chunks) for (const values of chunk) yield new AnswerRow(at, values);
}
