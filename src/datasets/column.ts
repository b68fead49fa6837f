/**
 * A column of a table: flat, nullable, snake_case. The one description that feeds the Parquet writer, the
 * DDL, the empty relation of the local engine and the documentation.
 */
export type ColumnType = 'string' | 'timestamp' | 'boolean' | 'int' | 'bigint';

export type Column = {
  readonly name: string;
  readonly type: ColumnType;
  readonly meaning: string;
  /** Values hardly repeat and their order tells nothing (ids, JSON): no dictionary, no min and max. */
  readonly scattered?: true;
};

/**
 * What a cell may hold. string: text, or its UTF-8 bytes; timestamp: milliseconds since 1970 UTC;
 * int and bigint: number or bigint; null where the event says nothing.
 */
export type Cell = string | Uint8Array | number | bigint | boolean | null;

/** Cells by column name. Columns that are left out are NULL. */
export type Cells = { readonly [column: string]: Cell };

/**
 * One row, as groups of cells: what happened, who acted, which query, and the proof. Groups are made once and never
 * merged: an object of 75 fields costs ten times the memory of four small ones.
 */
export type Row = {
  readonly event: Cells;
  readonly who?: Cells;
  readonly query?: Cells;
  readonly evidence: Cells;
};
export type Group = keyof Row;

export const text = (name: string, meaning: string): Column => ({ name, type: 'string', meaning });
export const scattered = (name: string, meaning: string): Column => ({
  name,
  type: 'string',
  meaning,
  scattered: true,
});
export const timestamp = (name: string, meaning: string): Column => ({ name, type: 'timestamp', meaning });
export const flag = (name: string, meaning: string): Column => ({ name, type: 'boolean', meaning });
export const int = (name: string, meaning: string): Column => ({ name, type: 'int', meaning });
export const bigint = (name: string, meaning: string): Column => ({ name, type: 'bigint', meaning });
