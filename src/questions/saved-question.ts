import { periodOf } from './period.js';
import type { Parameter, Question } from './question.js';
import { sqlOf } from './rendered-question.js';

const exampleOf = (parameter: Parameter) => (parameter.kind === 'argument' ? [parameter] : []);

/**
 * The question as a text to keep: its defaults, examples for what has none, and a first line that says so. Its comment stands
 * in brackets: a text that begins with two hyphens would be an option to a command line.
 */
export function savedSql(question: Question): string {
  const examples = question.parameters.flatMap(exampleOf);
  const given = Object.fromEntries(examples.map(({ name, example }) => [name, example]));
  const notes = examples.map(
    ({ name, example, help }) => `/* '${example}' is an example of <${name}>: ${help} */\n`,
  );
  return notes.join('') + sqlOf(question, given, periodOf({}, question.days));
}
