import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cells } from '../../src/datasets/column.js';
import type { QueryEngine } from '../../src/ports/query-engine.js';
import { answer, QUESTIONS } from '../support/questions/asked.ts';
import { memoryEngine } from '../support/questions/memory-engine.ts';
import { payloads } from '../support/questions/payloads.ts';
import { commit, type SmallLake, smallLake } from '../support/small-lake.ts';

const AT = Date.UTC(2026, 0, 9, 12);
const PERIOD = { from: '2026-01-09', to: '2026-01-10' };
const PAYLOADS = payloads(1_000);

/** Rows whose names, texts and JSON are made of payloads. */
const ROWS: readonly Cells[] = PAYLOADS.filter((_, at) => at % 8 === 0).map((text, at) => {
  const next = PAYLOADS[(at * 7 + 3) % PAYLOADS.length] ?? '';
  return {
    ...{
      event_id: `e${String(at).padStart(4, '0')}`,
      event_time: AT,
      submission_time: AT,
      event_source: 'athena.amazonaws.com',
    },
    ...{ event_name: 'StartQueryExecution', account_id: '111122223333', aws_region: 'eu-west-1' },
    ...{ query_execution_id: `e${String(at).padStart(4, '0')}`, source_ip: '203.0.113.9' },
    source_ip_sortable: '00000000000000000000ffffcb007109',
    user_name: at % 3 === 0 ? null : text,
    user_arn: `arn:aws:iam::111122223333:user/${text}`,
    ...{ session_name: at % 2 === 0 ? next : null, source_identity: at % 4 === 0 ? text : null },
    ...{ role_name: next, role_arn: at % 3 === 0 ? text : null, database_name: at % 4 === 1 ? next : null },
    query_text: at % 3 === 1 ? null : `SELECT '${next}'`,
    request_parameters: JSON.stringify({ name: text, of: next }),
    response_elements: at % 2 === 0 ? null : JSON.stringify(next),
    referenced_tables:
      [null, 'awsdatacatalog.patients.visits', `awsdatacatalog.a.b,awsdatacatalog.${next}.c`, 'a.b.c,?'][
        at % 4
      ] ?? null,
  };
});

let lake: SmallLake;
let engine: QueryEngine;
beforeAll(async () => {
  lake = await smallLake();
  await commit(lake, 'athena_events', { at: AT, rows: [...ROWS] });
  engine = await memoryEngine(lake);
});
afterAll(async () => {
  await engine.close();
  await lake.remove();
});

/** As engines lower a text: letter by letter, each to one letter. */
const lower = (text: string) =>
  [...text]
    .map((letter) => {
      const small = letter.toLowerCase();
      return letter === 'İ' ? 'i' : [...small].length === 1 ? small : letter;
    })
    .join('');

type Column = string | null;
const cell = (row: Cells, name: string): Column => {
  const value = row[name];
  return typeof value === 'string' ? value : null;
};
const has = (text: Column, part: string) => text !== null && lower(text).includes(lower(part));
const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');

/** Whether a table list names something, part by part. */
function isNamed(list: Column, name: string): boolean {
  const parts = lower(name).split('.');
  return (list ?? '').split(',').some((table) => {
    const of = lower(table).split('.');
    return of.some((_, at) => parts.every((part, index) => of[at + index] === part));
  });
}

function isInTable(row: Cells, name: string): boolean {
  const list = cell(row, 'referenced_tables');
  if (isNamed(list, name) && !name.includes(',')) return list !== null;
  if (list !== null && !`,${list},`.includes(',?,')) return false;
  const database = cell(row, 'database_name');
  const inDatabase =
    database !== null &&
    (lower(name) === lower(database) || `.${lower(name)}`.includes(`.${lower(database)}.`));
  return has(cell(row, 'query_text'), name) || inDatabase;
}

/** What each parameter of type text should find, said once more without SQL. */
const ORACLES: { readonly [parameter: string]: (row: Cells, value: string) => boolean } = {
  'by-user user': (row, value) =>
    ['user_name', 'user_arn', 'session_name', 'source_identity'].some((name) => cell(row, name) === value),
  'hours user': (row, value) => cell(row, 'user_name') === value,
  'outside-networks about': (row, value) =>
    ['query_text', 'referenced_tables', 'database_name'].some((name) => has(cell(row, name), value)),
  'person person': (row, value) =>
    ['user_name', 'user_arn', 'session_name', 'source_identity'].some((name) =>
      has(cell(row, name), value),
    ) || ['request_parameters', 'response_elements'].some((name) => has(cell(row, name), escaped(value))),
  'resource resource': (row, value) =>
    row['read_only'] !== true &&
    ['request_parameters', 'response_elements'].some((name) => has(cell(row, name), escaped(value))),
  'role-activity role': (row, value) => ['role_name', 'role_arn'].some((name) => cell(row, name) === value),
  'table name': isInTable,
};

const NAMES = QUESTIONS.flatMap(({ name, parameters }) =>
  parameters.filter(({ type }) => type === 'text').map((parameter) => `${name} ${parameter.name}`),
);

/** How many rows of the lake an answer stands for. */
async function found(
  question: string,
  given: { readonly [name: string]: string },
): Promise<readonly string[] | number> {
  const rows = await answer(engine, question, { given, period: PERIOD });
  if (question === 'hours') return rows.reduce((sum, row) => sum + Number(row['queries']), 0);
  if (question === 'role-activity') return rows.reduce((sum, row) => sum + Number(row['calls']), 0);
  return rows.map((row) => String(row['event_id'] ?? row['query_execution_id'])).sort();
}

describe('a text that is given to a question is a text, whatever its characters', () => {
  test('there is an oracle for every parameter of type text', () => {
    expect(Object.keys(ORACLES).sort()).toEqual([...NAMES].sort());
    expect(PAYLOADS).toHaveLength(1_000);
  });

  test.each(NAMES)('%s: 1,000 payloads find what they say and nothing else', async (name) => {
    const [question = '', parameter = ''] = name.split(' ');
    const oracle = ORACLES[name];
    let hits = 0;
    for (const value of PAYLOADS) {
      const expected = ROWS.filter((row) => oracle?.(row, value)).map((row) => String(row['event_id']));
      const rows = await found(question, { [parameter]: value });
      hits += expected.length;
      expect(rows, JSON.stringify(value)).toEqual(typeof rows === 'number' ? expected.length : expected);
    }
    expect(hits).toBeGreaterThan(50);
  });
});
