import { DEFINITION_STATEMENTS } from './labelled-definitions.ts';
import { HOSTILE_STATEMENTS } from './labelled-doubtful.ts';
import { QUERY_STATEMENTS } from './labelled-queries.ts';
import { WRITING_STATEMENTS } from './labelled-writes.ts';

/**
 * A statement and what it touches, labelled by hand: `r:` read, `w:` written or defined, `m:` only looked at; the name
 * in full but for the catalog awsdatacatalog, others before a slash; `*` in place of a table is the database itself.
 * `incomplete` and `opaque` are marks. Names without a database are of `lab`.
 */
export type Labelled = readonly [text: string, touched: string];
/** The kind of a group's statements is its name. */
export type LabelledGroups = { readonly [kind: string]: readonly Labelled[] };

export const LABELLED: readonly (readonly [kind: string, text: string, touched: string])[] = [
  QUERY_STATEMENTS,
  WRITING_STATEMENTS,
  DEFINITION_STATEMENTS,
  HOSTILE_STATEMENTS,
].flatMap((groups) =>
  Object.entries(groups).flatMap(([kind, rows]) =>
    rows.map(([text, touched]) => [kind, text, touched] as const),
  ),
);
