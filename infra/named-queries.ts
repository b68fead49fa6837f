import { savedSql } from '../src/questions/saved-question.js';
import { readQuestions } from '../src/wiring/questions.js';

/** A question for a start, as Athena's console shows it. */
export type NamedQuery = {
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  readonly sql: string;
};

/** `by-user` as `ByUser`. */
const idOf = (name: string) => name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** What `audit-lake ask` asks, with its defaults, and examples for what has none. */
export const NAMED_QUERIES: readonly NamedQuery[] = readQuestions().map((question) => ({
  id: idOf(question.name),
  title: question.title,
  meaning: question.answers,
  sql: savedSql(question),
}));
