import {
  AthenaClient,
  type GetQueryExecutionOutput,
  type GetQueryResultsOutput,
} from '@aws-sdk/client-athena';
import { beforeEach, describe, expect, test } from 'vitest';
import { AthenaQueryEngine } from '../../src/adapters/aws/athena-query-engine.js';
import { formatAnswer } from '../../src/cli/answer-format.js';
import { quietSdk } from '../../src/config.js';
import type { AnswerValue, QueryEngine } from '../../src/ports/query-engine.js';
import type { AwsCall } from '../support/aws/aws-call.ts';
import { AwsError, denied, throttled } from '../support/aws/aws-error.ts';
import { startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { rowsOf } from '../support/small-lake.ts';

const LAKE = 's3://amzn-s3-demo-lake/audit';
const SQL = "SELECT user_name FROM athena_audit_logs WHERE day = '09'";

type Column = { readonly name: string; readonly type: string };
type Cells = readonly (string | null)[];
type AthenaCalls = Pick<AthenaClient, 'send'>;

quietSdk();

let world: AwsWorld;
let engine: QueryEngine;
let waits: number[];
let tokens: number;
/** What happens while the engine waits between two looks. */
let meanwhile: () => void | Promise<void>;

const is = (operation: string) => (call: AwsCall) => call.operation === operation;
const inputsOf = (operation: string) => world.calls.filter(is(operation)).map(({ input }) => input);

function answer(columns: readonly Column[], rows: readonly Cells[]): void {
  world.athena.answer = () => ({ columns: [...columns], rows: rows.map((row) => [...row]) });
}

/** A client whose answers to one operation are changed on their way. */
function changed<Output>(
  operation: string,
  change: (output: Output) => void,
  client: AthenaCalls = world.clients.athena,
): AthenaCalls {
  const send = async (command: { readonly input: object }) => {
    const output = await client.send(command as never);
    if (command.constructor.name === `${operation}Command`) change(output as Output);
    return output;
  };
  return { send: send as never };
}

let clock: number;

function engineOver(client: AthenaCalls): QueryEngine {
  return new AthenaQueryEngine({
    client,
    lake: LAKE,
    workGroup: 'primary',
    database: 'audit_lake',
    results: `${LAKE}/_meta/results/`,
    newToken: () => `token-of-at-least-32-characters-${tokens++}`,
    waiting: {
      pause: async (millis) => {
        waits.push(millis);
        clock += millis;
        await meanwhile();
      },
      random: () => 1,
    },
  });
}

beforeEach(() => {
  clock = Date.UTC(2026, 0, 9, 12);
  world = new AwsWorld({ now: () => clock });
  waits = [];
  tokens = 0;
  meanwhile = () => undefined;
  engine = engineOver(world.clients.athena);
  answer([{ name: 'user_name', type: 'varchar' }], [['john.doe'], ['jane.roe']]);
});

const numbers = (count: number) => Array.from({ length: count }, (_, n) => [String(n)]);

const refusal = (sql: string) =>
  rowsOf(engine, sql).then(
    (rows) => `answered ${JSON.stringify(rows)}`,
    (thrown) => `${thrown.code}: ${thrown.message}`,
  );

describe('a question', () => {
  test('goes to the workgroup, database and result location that were given, as it is, under a fresh token', async () => {
    expect(await rowsOf(engine, SQL)).toEqual([['john.doe'], ['jane.roe']]);
    await rowsOf(engine, SQL);
    const [first, second] = inputsOf('StartQueryExecution');
    expect(first).toMatchObject({
      QueryString: SQL,
      WorkGroup: 'primary',
      QueryExecutionContext: { Database: 'audit_lake' },
      ResultConfiguration: { OutputLocation: `${LAKE}/_meta/results/` },
    });
    expect(first?.['ClientRequestToken']).not.toBe(second?.['ClientRequestToken']);
  });

  test('is looked after at growing distances, two seconds at most, as long as it takes', async () => {
    world.athena.pace = { by: 'ms', queued: 5_000, running: 3_600_000 };
    await rowsOf(engine, SQL);
    expect(waits.slice(0, 5)).toEqual([100, 200, 400, 800, 1600]);
    expect(new Set(waits.slice(5))).toEqual(new Set([2000]));
  });

  test('whose start was done but the answer lost runs once: the SDK repeats its token', async () => {
    const server = await startAwsServer(world);
    const client = new AthenaClient({
      endpoint: server.endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'none' },
    });
    world.fail(is('StartQueryExecution'), 'done, response lost');
    expect(await rowsOf(engineOver(client), SQL)).toEqual([['john.doe'], ['jane.roe']]);
    expect(world.count('StartQueryExecution')).toBe(2);
    expect(world.athena.executions()).toHaveLength(1);
    client.destroy();
    await server.close();
  });

  test('waits for its turn where Athena is too busy, at any step', async () => {
    const busy = () => new AwsError('TooManyRequestsException', 'Rate exceeded');
    for (const step of ['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults']) {
      world.fail(is(step), step === 'GetQueryResults' ? busy() : throttled, { times: 5 });
    }
    expect(await rowsOf(engine, SQL)).toEqual([['john.doe'], ['jane.roe']]);
    expect(world.athena.executions()).toHaveLength(1);
    expect(new Set(inputsOf('StartQueryExecution').map((it) => it['ClientRequestToken'])).size).toBe(1);
  });

  test.each([
    ['is throttled for ever', throttled, 'AWS_FAILED', 'ThrottlingException'],
    ['is denied', denied, 'AWS_DENIED', 'AccessDenied'],
  ])('that %s fails with its code, action and workgroup', async (_, outcome, code, name) => {
    world.fail(is('StartQueryExecution'), outcome, { times: Number.POSITIVE_INFINITY });
    const said = await refusal(SQL);
    expect(said).toContain(`${code}: athena:StartQueryExecution on workgroup primary: ${name}`);
    expect(said).not.toContain('user_name');
  });

  test('that reads another page of its results may be too busy, or fail, in the middle', async () => {
    answer([{ name: 'n', type: 'integer' }], numbers(1500));
    const second = ({ operation, input }: AwsCall) =>
      operation === 'GetQueryResults' && input['NextToken'] !== undefined;
    world.fail(second, throttled, { times: 2 });
    expect(await rowsOf(engine, SQL)).toHaveLength(1500);
    world.fail(second, denied);
    expect(await refusal(SQL)).toMatch(/^AWS_DENIED: athena:GetQueryResults on workgroup primary/);
  });
});

describe('results', () => {
  test('of 2,500 rows come in pages, each row once, in order, without the row of names', async () => {
    answer([{ name: 'n', type: 'integer' }], numbers(2500));
    const { columns, chunks } = await engine.query(SQL);
    expect(columns).toEqual([{ name: 'n', type: 'INTEGER' }]);
    expect(world.count('GetQueryResults')).toBe(1);
    const sizes: number[] = [];
    const rows: unknown[] = [];
    for await (const chunk of chunks) {
      sizes.push(chunk.length);
      rows.push(...chunk.map(([n]) => n));
    }
    expect(sizes).toEqual([999, 1000, 501]);
    expect(rows).toEqual(Array.from({ length: 2500 }, (_, n) => n));
  });

  test('are not read further than their reader wants', async () => {
    answer([{ name: 'n', type: 'integer' }], numbers(2500));
    for await (const _ of (await engine.query(SQL)).chunks) break;
    expect(world.count('GetQueryResults')).toBe(1);
  });

  test('without a row have their columns', async () => {
    answer([{ name: 'n', type: 'bigint' }], []);
    const { columns } = await engine.query(SQL);
    expect(columns).toEqual([{ name: 'n', type: 'BIGINT' }]);
    expect(await rowsOf(engine, SQL)).toEqual([]);
  });

  test('keep a first row that looks like the names of the columns', async () => {
    answer([{ name: 'user_name', type: 'varchar' }], [['user_name'], ['jane.roe']]);
    expect(await rowsOf(engine, SQL)).toEqual([['user_name'], ['jane.roe']]);
  });

  test('number the names that occur again, as DuckDB does', async () => {
    answer(
      ['a', 'b', 'a', 'a'].map((name) => ({ name, type: 'integer' })),
      [['1', '2', '3', '4']],
    );
    expect((await engine.query(SQL)).columns.map(({ name }) => name)).toEqual(['a', 'b', 'a:1', 'a:2']);
  });

  test.each<[type: string, text: string | null, value: AnswerValue, name: string]>([
    ['varchar', '湖 é', '湖 é', 'VARCHAR'],
    ['varchar', '', '', 'VARCHAR'],
    ['varchar', null, null, 'VARCHAR'],
    ['varchar', '007', '007', 'VARCHAR'],
    ['tinyint', '-1', -1, 'TINYINT'],
    ['smallint', '7', 7, 'SMALLINT'],
    ['integer', '2147483647', 2147483647, 'INTEGER'],
    ['integer', null, null, 'INTEGER'],
    ['bigint', '9007199254740993', 9007199254740993n, 'BIGINT'],
    ['bigint', '0', 0n, 'BIGINT'],
    ['boolean', 'true', true, 'BOOLEAN'],
    ['boolean', 'false', false, 'BOOLEAN'],
    ['double', '1.0E-5', 0.00001, 'DOUBLE'],
    ['double', '-Infinity', Number.NEGATIVE_INFINITY, 'DOUBLE'],
    ['double', 'NaN', Number.NaN, 'DOUBLE'],
    ['timestamp', '2026-01-09 23:30:00.000', '2026-01-09 23:30:00', 'TIMESTAMP'],
    ['timestamp', '2026-01-09 23:30:00.050', '2026-01-09 23:30:00.05', 'TIMESTAMP'],
    ['timestamp', '2026-01-09 23:30:10', '2026-01-09 23:30:10', 'TIMESTAMP'],
    [
      'timestamp with time zone',
      '2026-01-09 00:02:03.500 UTC',
      '2026-01-09 00:02:03.5+00',
      'TIMESTAMP WITH TIME ZONE',
    ],
    [
      'timestamp with time zone',
      '2026-01-09 00:02:03.000 Europe/Berlin',
      '2026-01-09 00:02:03 Europe/Berlin',
      'TIMESTAMP WITH TIME ZONE',
    ],
    ['date', '2026-01-09', '2026-01-09', 'DATE'],
    ['array', '[1, 2]', '[1, 2]', 'ARRAY'],
  ])('of type %s: %j is %s', async (type, text, value, name) => {
    answer([{ name: 'a', type }], [[text]]);
    expect((await engine.query(SQL)).columns).toEqual([{ name: 'a', type: name }]);
    expect(await rowsOf(engine, SQL)).toEqual([[value]]);
  });

  test('of DECIMAL keep every digit, and are a number in CSV', async () => {
    answer([{ name: 'd', type: 'decimal' }], [['-1.10']]);
    const decimal = changed<GetQueryResultsOutput>('GetQueryResults', (output) => {
      const [column] = output.ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
      Object.assign(column ?? {}, { Precision: 18, Scale: 2 });
    });
    const found = await engineOver(decimal).query(SQL);
    expect(found.columns).toEqual([{ name: 'd', type: 'DECIMAL(18,2)' }]);
    const texts: string[] = [];
    for await (const text of formatAnswer(found, { format: 'csv', width: 80, toTerminal: false })) {
      texts.push(text);
    }
    expect(texts.join('')).toBe('d\r\n-1.10\r\n');
  });

  test('of SHOW have no row of names, and DESCRIBE is parted at its tabs', async () => {
    // In life these are UTILITY statements; the double answers them like a SELECT.
    const utility = (client: AthenaCalls) =>
      changed<GetQueryResultsOutput>(
        'GetQueryResults',
        ({ ResultSet }) => void ResultSet?.Rows?.shift(),
        changed<GetQueryExecutionOutput>(
          'GetQueryExecution',
          ({ QueryExecution }) => void Object.assign(QueryExecution ?? {}, { StatementType: 'UTILITY' }),
          client,
        ),
      );
    const own = engineOver(utility(world.clients.athena));
    answer([{ name: 'tab_name', type: 'string' }], [['athena_events'], ['cloudtrail_events']]);
    expect(await rowsOf(own, 'SHOW TABLES')).toEqual([['athena_events'], ['cloudtrail_events']]);
    answer(
      ['col_name', 'data_type', 'comment'].map((name) => ({ name, type: 'string' })),
      [['event_id            \tstring              \tid of the event     '], ['\t \t ']],
    );
    expect(await rowsOf(own, 'DESCRIBE athena_events')).toEqual([
      ['event_id', 'string', 'id of the event'],
      ['', '', ''],
    ]);
  });

  test('tell what Athena scanned for them', async () => {
    const scanned = changed<GetQueryExecutionOutput>(
      'GetQueryExecution',
      ({ QueryExecution }) =>
        void Object.assign(QueryExecution ?? {}, { Statistics: { DataScannedInBytes: 1234 } }),
    );
    expect((await engineOver(scanned).query(SQL)).bytesScanned).toBe(1234);
  });
});

describe('a question that fails', () => {
  test.each(['FAILED', 'CANCELLED'] as const)('as %s gives Athena’s reason, not the SQL', async (ends) => {
    world.fail(is('StartQueryExecution'), {
      ends,
      reason: "COLUMN_NOT_FOUND: Column 'nope' cannot be resolved",
    });
    expect(await refusal(SQL)).toBe("QUERY_FAILED: COLUMN_NOT_FOUND: Column 'nope' cannot be resolved");
  });

  test('already when it is started, too', async () => {
    const refused = new AwsError('InvalidRequestException', "line 1:1: mismatched input 'SELEC'");
    world.fail(is('StartQueryExecution'), refused);
    expect(await refusal(SQL)).toBe("QUERY_FAILED: line 1:1: mismatched input 'SELEC'");
  });

  test.each([
    "TABLE_NOT_FOUND: line 1:23: Table 'awsdatacatalog.audit_lake.athena_audit_logs' does not exist",
    "SCHEMA_NOT_FOUND: line 1:23: Schema 'audit_lake' does not exist",
    'FAILED: SemanticException [Error 10001]: Table not found athena_events',
  ])('since tables or views are not made yet says how to make them: %s', async (reason) => {
    world.fail(is('StartQueryExecution'), { ends: 'FAILED', reason });
    const said = await refusal(SQL);
    expect(said).toContain(reason);
    expect(said).toContain(LAKE);
    expect(said).toContain('with the same settings, `audit-lake partitions register`');
  });
});

describe('a question that is left', () => {
  test('is stopped in Athena when the engine is closed, once', async () => {
    world.athena.pace = { by: 'ms', queued: 0, running: 3_600_000 };
    meanwhile = () => (waits.length === 3 ? engine.close() : undefined);
    expect(await refusal(SQL)).toMatch(/^QUERY_FAILED: The query was stopped/);
    expect(world.athena.executions().map(({ state }) => state)).toEqual(['CANCELLED']);
    expect(world.count('StopQueryExecution')).toBe(1);
  });

  test('is stopped even where it has no id yet', async () => {
    world.athena.pace = { by: 'ms', queued: 0, running: 3_600_000 };
    const said = refusal(SQL);
    await engine.close();
    expect(world.athena.executions().map(({ state }) => state)).toEqual(['CANCELLED']);
    expect(await said).toMatch(/^QUERY_FAILED: The query was stopped/);
  });

  test('is left alone when it has ended before', async () => {
    await rowsOf(engine, SQL);
    await engine.close();
    expect(world.count('StopQueryExecution')).toBe(0);
  });
});
