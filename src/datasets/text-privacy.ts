import { createHmac } from 'node:crypto';
import type { NameDefaults } from '../sql/table-name.js';
import type { Cells } from './column.js';
import type { QueryExecution } from './query-execution.js';
import { maskSql } from './sql-mask.js';
import { tableCells } from './table-cells.js';
import { DIGEST, isDigest, WITHHELD } from './withheld.js';

/** How a lake keeps query texts: as they are, without literals, as a keyed digest, or not at all. */
export const TEXT_MODES = ['full', 'masked', 'hash', 'off'] as const;
export type TextMode = (typeof TEXT_MODES)[number];

/** The mode of a lake, with the key that digests are made with. */
export type TextPrivacy =
  | { readonly mode: Exclude<TextMode, 'hash'> }
  | { readonly mode: 'hash'; readonly key: string };

/** A query's text as the lake may keep it. What is private already stays as it is. */
export function privateText(text: string, privacy: TextPrivacy): string {
  return privacy.mode === 'masked' && !isPrivate(text) ? maskSql(text) : privateValue(text, privacy);
}

/** A value that is nothing but a literal, or no SQL: masked, nothing of it is left. */
export function privateValue(text: string, privacy: TextPrivacy): string {
  if (privacy.mode === 'full' || isPrivate(text)) return text;
  if (privacy.mode === 'masked') return '?';
  return privacy.mode === 'hash' ? digestOf(text, privacy.key) : WITHHELD;
}

/** An error message may quote the query: of it only the error's name at its beginning is kept, null without one. */
export function privateMessage(message: string, { mode }: TextPrivacy): string | null {
  return mode === 'full' ? message : (/^[A-Z][A-Z0-9_]+(?=:|$)/.exec(message)?.[0] ?? null);
}

/** What a history told of a query, as the lake may keep it. Made private twice it is the same. */
export function privateExecution(execution: QueryExecution, privacy: TextPrivacy): QueryExecution {
  if (privacy.mode === 'full') return execution;
  const { executionParameters, errorMessage, stateChangeReason } = execution;
  const parameters = executionParameters?.map((value) => privateValue(value, privacy)) ?? null;
  return {
    ...execution,
    ...privateTold(execution, privacy),
    executionParameters: privacy.mode === 'off' ? null : parameters,
    errorMessage: errorMessage === null ? null : privateMessage(errorMessage, privacy),
    stateChangeReason: stateChangeReason === null ? null : privateMessage(stateChangeReason, privacy),
  };
}

/** A text that was told, and what it tells of tables. */
type Told = { readonly text: string | null; readonly tables?: Cells | null };

/** The same, as the lake may keep it: of a text that is masked nobody can tell all tables any more. */
export function privateTold(
  { text, tables = null, catalog, database }: Told & NameDefaults,
  privacy: TextPrivacy,
): Pick<QueryExecution, 'text' | 'tables'> {
  if (text === null) return { text, tables };
  const kept = privateText(text, privacy);
  if (privacy.mode !== 'masked' || tables !== null) return { text: kept, tables };
  return { text: kept, tables: tableCells(text, { catalog, database }, kept) };
}

const isPrivate = (text: string) => text === WITHHELD || isDigest(text);

function digestOf(text: string, key: string): string {
  return DIGEST + createHmac('sha256', key).update(text).digest('hex');
}
