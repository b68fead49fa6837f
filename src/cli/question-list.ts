import type { Parameter, Question } from '../questions/question.js';
import { quoted } from '../shown/shell-quoted.js';
import { alignedTable, words } from './aligned-table.js';

const argumentsOf = ({ parameters }: Question) => parameters.filter(({ kind }) => kind === 'argument');

/** How a question is asked: `by-user <user>`. */
export const usage = (question: Question): string =>
  [question.name, ...argumentsOf(question).map(({ name }) => `<${name}>`)].join(' ');

const exampleOf = (parameter: Parameter) =>
  parameter.kind === 'argument' ? [quoted(parameter.example)] : [];

/** The same with examples: `by-user john.doe`. */
export const example = (question: Question): string =>
  [question.name, ...question.parameters.flatMap(exampleOf)].join(' ');

/** `30 days`. */
export const daysText = (days: number): string => (days === 1 ? '1 day' : `${days} days`);

/** Every question: how it is asked, what it is, its options, and how far it looks back. */
export function questionList(questions: readonly Question[]): string {
  const rows = questions.map((question) => {
    const options = question.parameters
      .filter(({ kind }) => kind === 'option')
      .map(({ name }) => `--${name}`);
    return [usage(question), question.title, daysText(question.days), options.join(' ')];
  });
  return alignedTable(words('question', 'what it shows', 'looks back', 'options'), rows);
}
