import type { Question } from './question.js';

/**
 * Columns with what people wrote, and what engines say of it: they may quote the data that was asked for, and anybody may read
 * a message. What a question shows beyond these is names, times, places and counts.
 */
const TEXTS: ReadonlySet<string> = new Set([
  ...['query_text', 'request_parameters', 'response_elements', 'error_message', 'reason'],
]);

/** The columns of an answer that a message to people may hold: those that fit a terminal, or all, but no texts. */
export function toldColumns({ table }: Question, columns: readonly string[]): readonly string[] {
  return (table.length > 0 ? table : columns).filter((name) => !TEXTS.has(name));
}
