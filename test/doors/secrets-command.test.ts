import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { AwsError } from '../support/aws/aws-error.ts';
import { STATE } from '../support/aws-command.ts';
import type { Ended } from '../support/command-line.ts';
import { parquetRows } from '../support/parquet-rows.ts';
import { PLANTED, plant } from '../support/planted-secrets.ts';
import { ASKING, HOME, REGION, secondsOf } from '../support/query-trail.ts';
import { SecretDetector } from '../support/secret-detector.ts';
import { TextsCommand } from '../support/texts-command.ts';

const detector = new SecretDetector(PLANTED.map(({ secret }) => secret));
const NOTHING = new Set<string>();
const KEY = { AUDIT_LAKE_QUERY_TEXT_KEY: 'a-secret-of-32-characters-or-more' };
const EAGER = [...ASKING, '--query-rate', '100'];
const BOTH = ['--dataset', 'athena_events', '--dataset', 'cloudtrail_events'];
const ALWAYS = { times: Number.POSITIVE_INFINITY };

let lake: TextsCommand;
afterEach(() => lake.end());

/** A saved history of some queries, with all that may quote them. */
async function saved(name: string): Promise<string> {
  const QueryExecutions = PLANTED.slice(0, 40).map(({ n, sql }) => ({
    ...{
      QueryExecutionId: `saved-${n}`,
      account: HOME,
      region: REGION,
      Query: sql,
      ExecutionParameters: [sql],
    },
    Status: { State: 'FAILED', StateChangeReason: sql, SubmissionDateTime: secondsOf(Date.now() - 60_000) },
  }));
  const path = join(lake.folder, name);
  await writeFile(path, JSON.stringify({ QueryExecutions }));
  return path;
}

/** All that people see of a lake's life: half of the texts are asked for at once, half later, some are read from a file. */
async function live(mode: string): Promise<Ended[]> {
  const { trail, world } = lake;
  const as = ['--query-text', mode];
  const env = { env: KEY };
  const ends: Ended[] = [];
  plant({ trail, world }, PLANTED.slice(0, 250));
  ends.push(await lake.ingest([...BOTH, ...as], env));
  plant({ trail, world }, PLANTED.slice(250));
  // From here on the lake says how texts are kept.
  ends.push(await lake.ingest([...BOTH, ...EAGER], env));
  ends.push(await lake.run(['resolve', ...EAGER], env));
  for (const n of [0, 1, 2]) trail.started(`saved-${n}`);
  ends.push(await lake.ingest(['--query-history', await saved('one.json')], env));
  ends.push(await lake.run(['resolve', '--query-history', await saved('one.json')], env));
  ends.push(await lake.run(['resolve', '--status']));
  expect(ends.map(({ code, err }) => [code, code === 0 ? '' : err])).toEqual(ends.map(() => [0, '']));
  return ends;
}

/** The same where nothing goes well: Athena quotes queries in its errors, and files are damaged. */
async function fail(): Promise<Ended[]> {
  const { trail, world } = lake;
  const env = { env: KEY };
  const ends: Ended[] = [];
  const quoted = PLANTED.map(({ sql }) => sql).join(' ');
  for (const [at, name] of [
    'InvalidRequestException',
    'AccessDeniedException',
    'InternalServerException',
  ].entries()) {
    const fault = world.fail(
      ({ service }) => service === 'athena',
      new AwsError(name, `no: ${quoted}`),
      ALWAYS,
    );
    plant({ trail, world }, PLANTED.slice(at * 100, at * 100 + 40), `f${at}`);
    ends.push(await lake.ingest(EAGER, env), await lake.run(['resolve', ...EAGER], env));
    fault.stop();
  }
  return ends;
}

async function cells(): Promise<unknown[]> {
  const files = [...(await lake.allBytes())].filter(([path]) => path.endsWith('.parquet'));
  const rows = await Promise.all(files.map(([, bytes]) => parquetRows(bytes)));
  return rows.flat().flatMap((row) => Object.values(row));
}

const state = () => (lake.kind === 's3' ? lake.world.dynamodb.items(STATE) : []);

describe('500 secrets in queries and the command', () => {
  // The other modes over S3: test/laws/secrets.test.ts.
  test.each(['hash', 'off'])('%s: none is in a lake in a folder, or said', async (mode) => {
    lake = await TextsCommand.start('folder');
    expect(detector.in(await live(mode))).toEqual(NOTHING);
    expect(detector.in(await lake.allBytes())).toEqual(NOTHING);
    const found = await cells();
    expect(detector.in(found)).toEqual(NOTHING);
    expect(found.length).toBeGreaterThan(10_000);
  });

  test.each([
    ['masked', 'folder'],
    ['full', 's3'],
  ] as const)('%s: none is said, whatever fails, over a lake in a %s', async (mode, kind) => {
    lake = await TextsCommand.start(kind);
    const said = [...(await live(mode)), ...(await fail())];
    expect(detector.in(said)).toEqual(NOTHING);
    expect(said.some(({ err }) => err.includes('Athena may not be asked'))).toBe(true);
    const all = [await lake.allBytes(), await cells(), state()];
    // That they would be found: in full the lake and its state hold them.
    const inLake = new Set(PLANTED.map(({ secret }) => secret));
    expect(detector.in(all)).toEqual(mode === 'full' ? inLake : NOTHING);
    expect((await cells()).length).toBeGreaterThan(10_000);
  });
});

test('T15: a saved history that is no JSON is named with its place, and nothing of it is repeated', async () => {
  lake = await TextsCommand.start('folder');
  const [{ secret, sql } = { secret: '', sql: '' }] = PLANTED;
  const path = join(lake.folder, 'broken.json');
  // Cut in the middle of a query, with quotes that nobody escaped, and not JSON at all.
  for (const text of [
    `{"Query":"${sql}`,
    `{"Query":"SELECT "${secret}" x"}`,
    `{"Query":${secret}}`,
    sql,
    secret,
  ]) {
    await writeFile(path, text);
    for (const command of [['resolve'], ['ingest', lake.folder]]) {
      const ended = await lake.run([...command, '--query-history', path]);
      expect([ended.code, ended.err]).toEqual([2, expect.stringMatching(/^USAGE: .*broken\.json: not /)]);
      expect([text, detector.in(ended)]).toEqual([text, NOTHING]);
    }
  }
});
