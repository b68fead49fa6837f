import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { summaryOf } from './support/command-line.ts';
import { askDirectly } from './support/direct-query.ts';
import { rowsUnder } from './support/markdown.ts';
import { textOf } from './support/repository.ts';
import { rowsByCommand } from './support/rows-by-command.ts';
import { TrailFolder } from './support/trail-folder.ts';
import { type AuditObject, type QueryStart, usualSolution } from './support/usual-solution.ts';
import {
  again,
  DEPLOYED,
  logFilesOf,
  OTHER_ACCOUNT,
  STARTS,
  THROTTLED_QUERY,
} from './support/usual-starts.ts';

const LATE = `CAST(submission_time AS timestamp) = TIMESTAMP '2026-01-09 23:58:00'`;
const EARLY = `CAST(submission_time AS timestamp) < TIMESTAMP '2026-01-08 00:00:00'`;
const from = 'FROM athena_audit_logs';

/** A question, in the words of README.md and in SQL: the same for both. */
const QUESTIONS: readonly (readonly [string, string])[] = [
  ['125 queries ran. How many are there?', `SELECT count(DISTINCT query_execution_id) ${from}`],
  ['in how many rows', `SELECT count(query_execution_id) ${from}`],
  [
    'how many of them with a name',
    `SELECT count(DISTINCT query_execution_id) ${from} WHERE user_name IS NOT NULL`,
  ],
  ['Who asks here?', `SELECT string_agg(DISTINCT user_name, ', ' ORDER BY user_name) ${from}`],
  ['How many queries did `jane.doe` run? (62)', `SELECT count(*) ${from} WHERE user_name = 'jane.doe'`],
  ['Who ran the query of 23:58?', `SELECT max(user_name) ${from} WHERE ${LATE}`],
  ['Queries of the other account (1)', `SELECT count(*) ${from} WHERE account_id = '${OTHER_ACCOUNT}'`],
  ['Queries before the day of deployment (1)', `SELECT count(*) ${from} WHERE ${EARLY}`],
  [
    'The query at whose end `GetQueryExecution` was throttled (1)',
    `SELECT count(*) ${from} WHERE query_execution_id = '${THROTTLED_QUERY}'`,
  ],
  ['Starts that were denied (1)', `SELECT count(*) ${from} WHERE query_execution_id IS NULL`],
];

describe('the model of the sample', () => {
  const where = {
    account: '111122223333',
    region: 'us-east-1',
    since: DEPLOYED,
    until: Date.UTC(2026, 0, 11),
  };
  const nameless = (starts: readonly QueryStart[]) =>
    usualSolution(starts, where).filter(({ user_name }) => user_name === null).length;
  const burst = STARTS.filter(({ queryId }) => queryId?.includes('burst'));
  const late = STARTS.filter(({ queryId }) => queryId?.includes('late'));

  test('names everybody where 50 starts lie around each, and not where more do', () => {
    expect(nameless(burst.slice(0, 50))).toBe(0);
    expect(nameless(burst)).toBe(20);
  });

  test('names who began a query where a repair comes before midnight, and never after it', () => {
    const earlier = late.map((start) => ({ ...start, at: start.at - 15 * 60_000 }));
    expect(nameless(earlier)).toBe(0);
    expect(nameless(late)).toBe(1);
  });
});

describe('the same days, by the published AWS sample and by us', () => {
  let folder: TrailFolder;
  let objects: readonly AuditObject[];

  beforeAll(async () => {
    const where = { account: '111122223333', region: 'us-east-1', since: DEPLOYED };
    objects = usualSolution(STARTS, { ...where, until: Date.UTC(2026, 0, 11) });
    const alone = STARTS.filter(({ told }) => told > 1);
    folder = await TrailFolder.of([...logFilesOf(STARTS), again(alone)]);
  });
  afterAll(() => folder.remove());

  /** Its objects as files, and its table over them. */
  async function bySample(sql: string): Promise<unknown> {
    const bucket = join(folder.root, 'sample');
    mkdirSync(bucket, { recursive: true });
    for (const [n, object] of objects.entries()) {
      writeFileSync(join(bucket, `${n}.json`), JSON.stringify(object));
    }
    const view = `CREATE VIEW athena_audit_logs AS SELECT * FROM read_json('${bucket}/*.json')`;
    const [row = {}] = await askDirectly(`${view}; ${sql}`);
    return Object.values(row)[0];
  }

  async function byUs(sql: string): Promise<unknown> {
    const [row = {}] = await rowsByCommand(folder.lake, sql);
    return Object.values(row)[0];
  }

  const cell = (value: unknown) => {
    if (value === null || value === undefined) return 'nobody';
    return /^\d+$/.test(String(value)) ? String(value) : String(value).replace(/[^, ]+/g, '`$&`');
  };

  test('give the answers that README.md shows', async () => {
    const first = summaryOf(await folder.ingest(['athena_events']));
    expect(first.rows_written).toEqual({ athena_events: STARTS.length + 1 });
    const second = summaryOf(await folder.ingest(['athena_events']));
    expect(second.rows_written).toEqual({ athena_events: 0 });
    const rows: string[][] = [];
    for (const [question, sql] of QUESTIONS) {
      rows.push([question, cell(await bySample(sql)), cell(await byUs(sql))]);
    }
    const table = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    expect(rowsUnder(textOf('README.md'), 'question'), `README.md must show:\n${table}`).toEqual(rows);
  });

  test('and ours are the truth, counted without either', () => {
    const ran = STARTS.filter(({ queryId }) => queryId !== null);
    const jane = ran.filter(({ record }) => JSON.stringify(record).includes('/jane.doe'));
    const shown = rowsUnder(textOf('README.md'), 'question').map(([, , ours]) => ours);
    const truth = [ran.length, ran.length, ran.length, '`jane.doe`, `john.doe`, `mary.major`', jane.length];
    expect(shown).toEqual([...truth, '`jane.doe`', 1, 1, 1, 1].map(String));
  });
});
