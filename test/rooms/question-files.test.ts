import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { askedTables } from '../../src/lake/asked-tables.js';
import { periodOf } from '../../src/questions/period.js';
import { piecesOf } from '../../src/questions/placeholders.js';
import { parseQuestion } from '../../src/questions/question-file.js';
import { sqlOf } from '../../src/questions/rendered-question.js';
import { savedSql } from '../../src/questions/saved-question.js';
import { QUESTIONS, question } from '../support/questions/asked.ts';
import { inRepository, textOf } from '../support/repository.ts';
import { dtOracle } from '../support/sql/dt-oracle.ts';

const HEAD = `-- title: A title
-- answers: What it shows,
--   and more.
-- period: 7 days
-- table: user_name
-- next: queries
-- argument user: text, such as john.doe
--   a name
-- option top: count, 20
--   how many
`;
const SQL = 'SELECT user_name FROM athena_audit_logs WHERE user_name = :user AND :within_period LIMIT :top';

describe('a file of questions/', () => {
  test('is a head, a blank line, and one SELECT with placeholders', () => {
    expect(parseQuestion('q', `${HEAD}\n${SQL}\n`)).toEqual({
      ...{
        name: 'q',
        title: 'A title',
        answers: 'What it shows, and more.',
        days: 7,
        next: 'queries',
        table: ['user_name'],
      },
      parameters: [
        { kind: 'argument', name: 'user', type: 'text', example: 'john.doe', help: 'a name' },
        { kind: 'option', name: 'top', type: 'count', standard: '20', help: 'how many' },
      ],
      pieces: [
        'SELECT user_name FROM athena_audit_logs WHERE user_name = ',
        ...[
          { placeholder: 'user' },
          ' AND ',
          { placeholder: 'within_period' },
          ' LIMIT ',
          { placeholder: 'top' },
          '',
        ],
      ],
    });
  });

  test.each([
    [
      'a line that says nothing known',
      HEAD.replace('-- next', '-- after'),
      SQL,
      'questions/q.sql:6: no line of a head',
    ],
    ['no title', HEAD.replace(/^.*\n/, ''), SQL, 'questions/q.sql:1: no title'],
    ['a period of no days', HEAD.replace('7 days', '0 days'), SQL, 'questions/q.sql:1: period is not'],
    ['a type that nobody knows', HEAD.replace('count,', 'money,'), SQL, 'questions/q.sql:9: no parameter'],
    [
      'an option without a default',
      HEAD.replace('count, 20', 'count, such as 20'),
      SQL,
      'questions/q.sql:9: no parameter',
    ],
    [
      'an argument with a default',
      HEAD.replace('such as john.doe', 'any'),
      SQL,
      'questions/q.sql:7: no parameter',
    ],
    ['a parameter without help', HEAD.replace('--   how many\n', ''), SQL, 'questions/q.sql:9: no parameter'],
    [
      'a default that is none',
      HEAD.replace('count, 20', 'count, all'),
      SQL,
      'top: all is not a whole number',
    ],
    [
      'a placeholder that is no parameter',
      HEAD,
      SQL.replace(':user', ':person'),
      'questions/q.sql:12: :person is no parameter',
    ],
    ['a parameter without a placeholder', HEAD, SQL.replace('LIMIT :top', ''), 'questions/q.sql:12: no :top'],
    ['no period', HEAD, SQL.replace('AND :within_period', ''), 'questions/q.sql:12: no :within_period'],
    [
      'days before without the option',
      HEAD,
      SQL.replace(':within_period', ':within_period_or_before'),
      'option before',
    ],
    ['two statements', HEAD, `${SQL}\n;DROP TABLE athena_events`, 'questions/q.sql:13: a stray ;'],
    ['a cast of PostgreSQL', HEAD, `${SQL}\n\n, 1::int`, 'questions/q.sql:14: a stray :'],
    ['a quote without an end', HEAD, `${SQL} '`, "questions/q.sql:12: a stray '"],
    ['something that writes', HEAD, SQL.replace('SELECT', 'DELETE'), 'questions/q.sql:12: no SELECT'],
  ])('with %s is refused', (_, head, sql, message) => {
    expect(() => parseQuestion('q', `${head}\n${sql}\n`)).toThrow(message);
  });

  test('has no placeholders in literals, quoted names and comments', () => {
    const sql = `SELECT ':a', 'it''s :b', ":c", x -- :d 'e\n/* :f ' */ FROM t WHERE :g`;
    expect(piecesOf(sql).pieces.filter((piece) => typeof piece !== 'string')).toEqual([{ placeholder: 'g' }]);
    expect(
      piecesOf(sql)
        .pieces.map((piece) => (typeof piece === 'string' ? piece : `:${piece.placeholder}`))
        .join(''),
    ).toBe(sql);
  });
});

describe('a question', () => {
  const period = periodOf({}, 7);

  test('asks for what has no default, with an example', () => {
    for (const given of [{}, { user: '' }, { user: undefined }])
      expect(() => sqlOf(question('by-user'), given, period)).toThrow('<user> is missing: say ');
  });

  test('takes a value for a value, also one that looks like a placeholder', () => {
    const sql = sqlOf(question('by-user'), { user: ":within_period' $& $1 :user" }, period);
    expect(sql).toContain("':within_period'' $& $1 :user' IN (user_name,");
  });

  test('is never longer than Athena takes', () => {
    const networks = Array.from({ length: 4_000 }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`).join(',');
    expect(() => sqlOf(question('outside-networks'), { networks }, period)).toThrow(
      'longer than Athena takes',
    );
  });
});

/** Functions that both engines have with the same meaning; the macros of duckdb-functions.ts among them. */
const FUNCTIONS = [
  ...[
    'cast',
    'coalesce',
    'count',
    'date_diff',
    'date_format',
    'json_extract_scalar',
    'lower',
    'max',
    'min',
    'nullif',
  ],
  ...['replace', 'round', 'split', 'strpos', 'sum'],
];
/** Words before a bracket that are no functions. */
const WORDS = [
  'and',
  'as',
  'clock',
  'in',
  'list',
  'or',
  'over',
  'unnest',
  'values',
  'where',
  'when',
  'not',
  'by',
  'from',
  'on',
];

const bare = (sql: string) => sql.replace(/'(?:[^']|'')*'/g, "''").replace(/--[^\n]*/g, '');

describe('the questions of this product', () => {
  test('are the files of the folder, which the package ships', () => {
    const files = readdirSync(inRepository('questions'));
    expect(files.map((file) => file.replace(/\.sql$/, '')).sort()).toEqual(QUESTIONS.map(({ name }) => name));
    expect(JSON.parse(textOf('package.json')).files).toContain('questions');
    expect(existsSync(inRepository('questions/by-user.sql'))).toBe(true);
  });

  test('have names that are spoken, titles that are short, and lead on to one another', () => {
    for (const { name, title, answers, next } of QUESTIONS) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)?$/);
      expect(title.length, name).toBeLessThanOrEqual(64);
      expect(answers, name).toMatch(/\.$/);
      expect(next).not.toBe(name);
      expect(question(next).name).toBe(next);
    }
  });

  test.each(QUESTIONS.map((it) => [it.name, it] as const))(
    '%s bounds the partitions of each view that it reads',
    (_, it) => {
      const sql = bare(savedSql(it));
      const views = sql.match(/\b(FROM|JOIN) (athena_audit_logs|cloudtrail_audit_logs)\b/g) ?? [];
      expect(views.length).toBeGreaterThan(0);
      // Each view stands in a SELECT of its own, which has a bound of its own.
      const selects = sql.split(/\bSELECT\b/).filter((part) => /_audit_logs\b/.test(part));
      expect(selects).toHaveLength(views.length);
      for (const select of selects)
        expect(select).toMatch(
          /year \|\| '' \|\| month \|\| '' \|\| day >= date_format\(current_date - interval/,
        );
    },
  );

  test.each(QUESTIONS.map((it) => [it.name, it] as const))(
    '%s asks for the tables that it needs and no others',
    (_, it) => {
      const views = savedSql(it).includes('cloudtrail_audit_logs') ? ['cloudtrail_events'] : [];
      expect([...askedTables(savedSql(it))].sort()).toEqual(
        ['athena_events', 'athena_query_details', ...views].sort(),
      );
    },
  );

  test.each(QUESTIONS.map((it) => [it.name, it] as const))(
    '%s calls functions that Athena and DuckDB share',
    (_, it) => {
      const called = [...bare(savedSql(it)).matchAll(/([a-z_]+)\s*\(/gi)].map(([, name = '']) =>
        name.toLowerCase(),
      );
      expect(called.filter((name) => !FUNCTIONS.includes(name) && !WORDS.includes(name))).toEqual([]);
    },
  );

  test('are SQL of Trino: dt-sql-parser’s grammar takes each, and refuses what DuckDB alone takes', async () => {
    const dt = await dtOracle();
    const refused = QUESTIONS.filter((it) => !dt(savedSql(it)).parses).map(({ name }) => name);
    expect(refused).toEqual([]);
    const absolute = periodOf({ from: '2026-01-01', to: '2026-02-01T10:00' }, 7);
    const given = { user: "o'brien", person: 'a', role: 'b', name: 'c', resource: 'd' };
    const other = QUESTIONS.filter((it) => !dt(sqlOf(it, given, absolute)).parses).map(({ name }) => name);
    expect(other).toEqual([]);
    for (const sql of [
      'SELECT a::int FROM t',
      'SELECT * EXCLUDE (a) FROM t',
      'FROM t SELECT a',
      'SELECT [1, 2]',
    ])
      expect(dt(sql).parses, sql).toBe(false);
  });

  test('are kept in Athena with an example for what has no default', () => {
    expect(savedSql(question('by-user'))).toMatch(
      /^\/\* 'john\.doe' is an example of <user>: [^\n]+ \*\/\nSELECT /,
    );
    expect(savedSql(question('queries'))).toMatch(/^SELECT /);
  });
});
