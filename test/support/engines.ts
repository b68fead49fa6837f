import { AthenaQueryEngine } from '../../src/adapters/aws/athena-query-engine.js';
import { openDuckDb } from '../../src/adapters/local/duckdb-query-engine.js';
import type { AnswerValue, QueryEngine } from '../../src/ports/query-engine.js';
import { AwsError } from './aws/aws-error.ts';
import { AwsWorld } from './aws/aws-world.ts';
import type { SmallLake } from './small-lake.ts';

/** Opens an engine over a lake. The double of Athena knows the answers to these questions alone. */
type OpenOver = (lake: SmallLake, questions: readonly string[]) => Promise<QueryEngine>;

/** Every implementation, by name. */
export const ENGINES: { readonly [name: string]: OpenOver } = {
  DuckDB: ({ root, days }) => openDuckDb({ root, days, threads: 2 }),
  Athena: openAthenaOver,
};

type AthenaAnswer = {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
};

/** Our adapter over a double whose answers DuckDB has found, written down as Athena writes them. */
async function openAthenaOver(lake: SmallLake, questions: readonly string[]): Promise<QueryEngine> {
  const world = new AwsWorld();
  const answers = new Map<string, AthenaAnswer>();
  const duckDb = await openDuckDb(lake);
  for (const sql of questions) answers.set(sql, await answerOf(duckDb, sql));
  await duckDb.close();
  world.athena.answer = (sql) => {
    const answer = answers.get(sql);
    if (answer) return answer;
    throw new AwsError('InvalidRequestException', 'the double does not know this question');
  };
  let tokens = 0;
  return new AthenaQueryEngine({
    client: world.clients.athena,
    lake: 's3://amzn-s3-demo-lake/audit',
    workGroup: 'primary',
    database: 'audit_lake',
    results: 's3://amzn-s3-demo-lake/audit/_meta/results/',
    newToken: () => `token-of-at-least-32-characters-${tokens++}`,
    waiting: { pause: async () => undefined, random: () => 0 },
  });
}

async function answerOf(engine: QueryEngine, sql: string): Promise<AthenaAnswer> {
  const { columns, chunks } = await engine.query(sql);
  const rows: (string | null)[][] = [];
  for await (const chunk of chunks) {
    for (const row of chunk) rows.push(row.map((value, at) => athenaText(value, columns[at]?.type ?? '')));
  }
  return {
    // Athena does not number names that occur again.
    columns: columns.map(({ name, type }) => ({ name: name.replace(/:\d+$/, ''), type: type.toLowerCase() })),
    rows,
  };
}

/** A timestamp always has three digits of its second. */
function athenaText(value: AnswerValue, type: string): string | null {
  if (value === null) return null;
  if (type !== 'TIMESTAMP') return String(value);
  const [second = '', fraction = ''] = String(value).split('.');
  return `${second}.${fraction.padEnd(3, '0')}`;
}
