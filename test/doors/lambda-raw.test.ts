import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { denied } from '../support/aws/aws-error.ts';
import { LambdaWorld, SOURCE, STATE } from '../support/lambda-world.ts';
import { makeLogFile } from '../support/log-files.ts';
import { message, notified } from '../support/notify.ts';

const TABLE = 'cloudtrail_logs';
const SETTINGS = { AUDIT_LAKE_RAW_TABLE: TABLE, AUDIT_LAKE_RAW_SOURCE: `s3://${SOURCE}/AWSLogs/` };
/** Two partitions, one of them without an event that the lake keeps. */
const FILES = [
  makeLogFile(0, [{ service: 'athena', day: 0 }]),
  makeLogFile(1, [{ service: 'athena', day: 0 }]),
  makeLogFile(2, [{ service: 's3', day: 1 }]),
];

let lambda: LambdaWorld;
beforeEach(async () => {
  lambda = await LambdaWorld.start({ ...SETTINGS, AUDIT_LAKE_DATASETS: 'athena_events' });
});
afterEach(() => lambda.stop());

function delivered() {
  for (const { key, bytes } of FILES) lambda.aws.s3.put(SOURCE, key, bytes);
  return FILES.map(({ key }, at) => message(`m${at}`, notified(lambda.aws, key)));
}

const folders = () =>
  [...new Set(FILES.map(({ key }) => `s3://${SOURCE}/${key.replace(/[^/]+$/, '')}`))].sort();
const shown = () => [...lambda.aws.glue.locations('audit_lake', TABLE).values()].sort();
const alters = () =>
  lambda.aws.athena.executions().filter(({ sql }) => sql.startsWith(`ALTER TABLE \`${TABLE}\``));
const items = () => lambda.aws.dynamodb.items(STATE).filter(({ pk }) => pk?.S === `PART#${TABLE}`);

test('log files that arrive are registered once a partition, also those without an event of the lake', async () => {
  expect(await lambda.deliver(delivered())).toEqual([]);
  expect(items()).toHaveLength(folders().length);
  expect(await lambda.maintain({})).toMatchObject({ PartitionsPending: 0, PartitionsBlocked: 0 });
  expect(shown()).toEqual(folders());
  expect(alters()).toHaveLength(1);
  await lambda.coldStart(SETTINGS);
  await lambda.deliver(delivered());
  await lambda.maintain({ task: 'reconcile' });
  expect(alters()).toHaveLength(1);
  expect(lambda.metric('PartitionsDrifted')).toEqual([0]);
});

test('P1: what cannot be noted comes again, and its rows are in the lake all the same', async () => {
  const fault = lambda.aws.fail(
    ({ operation, input }) => operation === 'UpdateItem' && JSON.stringify(input).includes(TABLE),
    denied,
    { times: Number.POSITIVE_INFINITY },
  );
  expect((await lambda.deliver(delivered())).length).toBeGreaterThan(0);
  expect(lambda.dataFiles()).toHaveLength(1);
  fault.stop();
  expect(await lambda.deliver(delivered())).toEqual([]);
  await lambda.maintain({});
  expect(shown()).toEqual(folders());
  expect(lambda.dataFiles()).toHaveLength(1);
});

test('without the setting nothing is noted, and a table without its source is a mistake', async () => {
  await lambda.coldStart({ AUDIT_LAKE_RAW_TABLE: '', AUDIT_LAKE_RAW_SOURCE: '' });
  await lambda.deliver(delivered());
  await lambda.maintain({});
  expect(items()).toEqual([]);
  await lambda.coldStart({ AUDIT_LAKE_RAW_TABLE: TABLE, AUDIT_LAKE_RAW_SOURCE: '' });
  await expect(lambda.ingest({ Records: delivered() })).rejects.toThrow(
    'raw_table is set without raw_source',
  );
  vi.restoreAllMocks();
});
