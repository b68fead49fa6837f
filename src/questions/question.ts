import type { ParameterType } from './parameter-types.js';
import type { Piece } from './placeholders.js';

/** What a question asks of whoever asks it. */
export type Parameter = {
  readonly name: string;
  readonly type: ParameterType;
  readonly help: string;
} & (
  | {
      /** Always given. */ readonly kind: 'argument' /** For help and for saved texts. */;
      readonly example: string;
    }
  | { readonly kind: 'option' /** Empty: any. */; readonly standard: string }
);

/** A question that auditors ask: one SELECT over the views of a lake, the same text for Athena and DuckDB. */
export type Question = {
  /** As it is asked for: `outside-networks`. */
  readonly name: string;
  readonly title: string;
  /** What the answer shows, in the words of an auditor. */
  readonly answers: string;
  /** Days before today that are looked at where nothing else is said. */
  readonly days: number;
  /** The columns that fit a terminal; all where it names none. */
  readonly table: readonly string[];
  /** Name of the question that leads on from the answer. */
  readonly next: string;
  readonly parameters: readonly Parameter[];
  /** The SELECT, cut at its placeholders. */
  readonly pieces: readonly Piece[];
};

/** The name of the parameter that says how far `:within_period_or_before` reaches back. */
export const BEFORE = 'before';
