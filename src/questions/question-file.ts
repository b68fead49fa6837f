import { AuditLakeError } from '../errors.js';
import { piecesOf, placeholdersOf } from './placeholders.js';
import { BEFORE, type Parameter, type Question } from './question.js';
import { type HeadLine, headLines, parameterOf } from './question-head.js';

/** Placeholders that every question has: see rendered-question.ts. */
const OF_THE_PERIOD = ['within_period', 'within_period_or_before', 'period_begins'] as const;
export type PeriodPlaceholder = (typeof OF_THE_PERIOD)[number];

export const isOfPeriod = (name: string): name is PeriodPlaceholder =>
  OF_THE_PERIOD.some((it) => it === name);

/**
 * A file of `questions/`: comment lines with what the question is, a blank line, one SELECT. Everything is checked here.
 * @param name of the question: that of the file without `.sql`
 * @throws AuditLakeError INTERNAL, with file and line
 */
export function parseQuestion(name: string, text: string): Question {
  const wrong = (line: number, what: string) =>
    new AuditLakeError('INTERNAL', `questions/${name}.sql:${line}: ${what}`);
  const [head = '', ...rest] = text.split('\n\n');
  const sql = rest.join('\n\n').trimEnd();
  const firstLine = head.split('\n').length + 2;
  const lines = headLines(head);
  const said = (key: string) => lines.find((line) => line.key === key)?.value ?? '';
  for (const { key, at } of lines) if (key === undefined) throw wrong(at, 'no line of a head');
  for (const key of ['title', 'answers', 'period', 'table', 'next'])
    if (!said(key)) throw wrong(1, `no ${key}`);
  const days = /^([1-9]\d{0,4}) days?$/.exec(said('period'))?.[1];
  if (days === undefined) throw wrong(1, 'period is not "<n> days"');
  const { pieces, strayAt } = piecesOf(sql);
  if (strayAt !== undefined) throw wrong(firstLine + lineOf(sql, strayAt), `a stray ${sql[strayAt]}`);
  if (!/^(SELECT|WITH)\s/.test(sql)) throw wrong(firstLine, 'no SELECT');
  const parameters = lines.filter(isParameter).map((line) => {
    const parameter = parameterOf(line);
    if (parameter) return parameter;
    throw wrong(
      line.at,
      'no parameter: write "argument <name>: <type>, such as <text>" or "option <name>: <type>, <default>"',
    );
  });
  const problem = misuse(placeholdersOf(pieces), parameters);
  if (problem !== undefined) throw wrong(firstLine, problem);
  const table = said('table') === 'all' ? [] : said('table').split(', ');
  const facts = { title: said('title'), answers: said('answers'), next: said('next'), table };
  return { name, ...facts, days: Number(days), parameters, pieces };
}

const isParameter = ({ key }: HeadLine) =>
  key?.startsWith('argument ') === true || key?.startsWith('option ') === true;

const lineOf = (text: string, at: number) => text.slice(0, at).split('\n').length - 1;

/** What does not fit between the SELECT and the parameters. */
function misuse(used: ReadonlySet<string>, parameters: readonly Parameter[]): string | undefined {
  const names = parameters.map(({ name }) => name);
  const unknown = [...used].find((name) => !names.includes(name) && !isOfPeriod(name));
  if (unknown !== undefined) return `:${unknown} is no parameter`;
  const reachesBack = used.has('within_period_or_before');
  if (!reachesBack && !used.has('within_period')) return 'no :within_period';
  const before = parameters.find(({ name }) => name === BEFORE);
  if (reachesBack !== (before?.type === 'days'))
    return `:within_period_or_before goes with "option ${BEFORE}: days"`;
  const idle = names.find((name) => !used.has(name) && name !== BEFORE);
  return idle === undefined ? undefined : `no :${idle}`;
}
