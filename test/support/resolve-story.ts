import { queryKey } from '../../src/datasets/query-execution.js';
import { dayOf } from '../../src/lake/partition.js';
import type { OpenQuery } from '../../src/ports/open-queries.js';
import { DAY_MS, type DetailsRow, ended, NOON, openQuery, running, ToldHistory } from './memory-resolve.ts';

/** What becomes of a query in the end: the status of its text, and the text. */
type Truth = { readonly query: OpenQuery; readonly status: string; readonly text: string | null };

const story = (query: OpenQuery, text: string | null, status = 'resolved'): Truth => ({
  query,
  status,
  text,
});
const on = (id: string, day: number, more: Partial<OpenQuery> = {}) =>
  openQuery(id, { started: NOON - day * DAY_MS, ...more });

const STATEMENT = 'prepared_statement/primary/s1';

/** Open queries of every kind, on a few days, and how each of them ends. */
export const TRUTH: readonly Truth[] = [
  story(on('done', 0), 'SELECT done'),
  story(on('also done', 0), 'SELECT also done'),
  story(on('done', 1, { account: '444455556666' }), 'SELECT done'),
  story(on('runs at first', 1), 'SELECT runs'),
  story(on('ends soon', 1), 'SELECT soon'),
  story(on('denied at first', 2, { region: 'eu-west-1' }), 'SELECT denied'),
  story(on('silent at first', 2), 'SELECT silent'),
  // Athena told its text once, before all this begins, and never does again.
  story(on('told once', 0), 'SELECT told once'),
  story(on('unknown', 1), null, 'not_found'),
  story(on('silent', 44.5), null, 'expired'),
  story(on('named_query/n1', 0), 'SELECT named'),
  story(on(STATEMENT, 0), 'SELECT ?'),
  story(on(STATEMENT, 2), 'SELECT ?'),
];

/** What Athena tells, from one look-up to the next. */
export function athenaOfStory(): ToldHistory {
  return new ToldHistory({
    done: ended('SELECT done'),
    'also done': ended('SELECT also done'),
    'runs at first': [running('SELECT runs'), running('SELECT runs'), ended('SELECT runs')],
    'ends soon': [running('SELECT soon'), ended('SELECT soon')],
    'denied at first': [{ kind: 'denied' }, { kind: 'denied' }, ended('SELECT denied')],
    'silent at first': [undefined, undefined, ended('SELECT silent')],
    'told once': ended(null),
    unknown: { kind: 'not_found' },
    'named_query/n1': { kind: 'current_text', text: 'SELECT named', source: 'current_named_query' },
    [STATEMENT]: { kind: 'current_text', text: 'SELECT ?', source: 'current_prepared_statement' },
  });
}

/** What Athena told before the story begins. */
export const TOLD_BEFORE = { query: openQuery('told once'), answer: running('SELECT told once') };

/** A query among the rows: its day and its key. */
const nameOf = (query: OpenQuery) => `${dayOf(query.started)} ${queryKey(query)}`;

/** What there is of the story: rows, and the names of queries that are still open. */
export type Told = { readonly rows: readonly DetailsRow[]; readonly open: readonly OpenQuery[] };

/** What must never be, in words: a query with two rows, with a row while it is open, or a row that tells another text. */
export function faultsOnTheWay({ rows, open }: Told): readonly string[] {
  const isOpen = new Set(open.map(nameOf));
  return TRUTH.flatMap(({ query, status, text }) => {
    const name = nameOf(query);
    const own = rows.filter((row) => `${row.day} ${row.key}` === name);
    const wrong = own.filter((row) => row.status !== status || row.text !== text);
    return [
      ...(own.length > 1 ? [`TWICE: ${name} has ${own.length} rows`] : []),
      ...(own.length > 0 && isOpen.has(name) ? [`OPEN: ${name} has a row and is open`] : []),
      ...(own.length === 0 && !isOpen.has(name) ? [`LOST: ${name} is neither open nor told`] : []),
      ...wrong.map((row) => `WRONG: ${name} is ${row.status} ${row.text}`),
    ];
  });
}

/** And at the end: every query has its row, and none is open. */
export function faultsAtTheEnd(told: Told): readonly string[] {
  const open = told.open.map((query) => `UNENDED: ${nameOf(query)} is open`);
  const strangers = told.rows.length - TRUTH.length;
  return [
    ...faultsOnTheWay(told),
    ...open,
    ...(strangers > 0 ? [`STRANGERS: ${strangers} rows too many`] : []),
  ];
}
