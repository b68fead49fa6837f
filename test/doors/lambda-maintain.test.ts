import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TABLE_NAMES } from '../../src/lake/tables.js';
import { VIEW_NAMES } from '../../src/lake/views.js';
import { denied } from '../support/aws/aws-error.ts';
import { FIVE_MINUTES, LAKE, LambdaWorld, SOURCE, STATE } from '../support/lambda-world.ts';
import { dayNumber, makeLogFile } from '../support/log-files.ts';
import { message, notified } from '../support/notify.ts';

const DATABASE = 'audit_lake';
const TABLE = 'athena_events';
const RECONCILE = { task: 'reconcile' };
/** What EventBridge Scheduler sends each minute where nobody wrote an input. */
const MINUTELY = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
/** Three days, a row each. */
const FILES = [0, 1, 2].map((day) => makeLogFile(day, [{ service: 'athena', day }]));
const DAYS = [0, 1, 2].map(dayNumber);
const locationOf = (day: string, generation = 'g=0000') => {
  const [year, month, date] = day.split('-');
  return `s3://${LAKE}/audit/${TABLE}/${generation}/year=${year}/month=${month}/day=${date}/`;
};

let lambda: LambdaWorld;
beforeEach(async () => {
  lambda = await LambdaWorld.start({ AUDIT_LAKE_DATASETS: TABLE });
});
afterEach(async () => {
  vi.useRealTimers();
  await lambda.stop();
});

/** Puts the log files where they are watched, and gives their messages. */
function delivered() {
  for (const { key, bytes } of FILES) lambda.aws.s3.put(SOURCE, key, bytes);
  return FILES.map(({ key }, at) => message(`m${at}`, notified(lambda.aws, key)));
}

/** Committed, and not published before its author was gone: the messages come again. */
async function leftUnpublished() {
  const messages = delivered();
  const fault = lambda.aws.fail(
    ({ operation, input }) => operation === 'PutObject' && String(input['Key']).endsWith('.parquet'),
    denied,
    { times: Number.POSITIVE_INFINITY },
  );
  expect(await lambda.deliver(messages)).toHaveLength(3);
  fault.stop();
  return messages;
}

const locations = () => [...lambda.aws.glue.locations(DATABASE, TABLE).values()].sort();
const alters = () => lambda.aws.athena.executions().filter(({ sql }) => /^ALTER TABLE/.test(sql));
const stateOf = (day: string) =>
  lambda.aws.dynamodb.items(STATE).find(({ pk, sk }) => pk?.S === `PART#${TABLE}` && sk?.S === day)?.['reg']
    ?.S;
const ENDPOINT = 'endpoint_in_place_of_aws';
const warnings = () => lambda.log().filter(({ level, message }) => level === 'WARN' && message !== ENDPOINT);

describe('the maintenance handler, each minute', () => {
  test('makes the table that is not there, and registers each new day with one statement', async () => {
    await lambda.deliver(delivered());
    expect(await lambda.maintain(MINUTELY)).toMatchObject({ PartitionsRegistered: 3, PartitionsPending: 0 });
    expect(locations()).toEqual(DAYS.map((day) => locationOf(day)));
    expect(alters()).toHaveLength(1);
    expect(lambda.metric('PartitionsRegistered')).toEqual([3]);
  });

  test('makes all tables and the views that questions need, where Lambdas alone fill the lake', async () => {
    await lambda.maintain(RECONCILE);
    const made = lambda.aws.athena.executions().map(({ sql }) => sql);
    for (const name of VIEW_NAMES)
      expect(made.filter((sql) => sql.includes(`VIEW ${name} `))).toHaveLength(1);
    for (const name of TABLE_NAMES) expect(lambda.aws.glue.locations(DATABASE, name)).toBeDefined();
    const before = made.length;
    await lambda.maintain(RECONCILE);
    expect(lambda.aws.athena.executions()).toHaveLength(before);
  });

  test('T20: says so at its start where an endpoint stands in for AWS', async () => {
    await lambda.maintain(MINUTELY);
    const told = lambda.log().filter(({ message }) => message === ENDPOINT);
    expect(told).toMatchObject([{ level: 'WARN', endpoint: lambda.endpoint }]);
  });

  test('asks nothing of Athena where nothing is new', async () => {
    await lambda.deliver(delivered());
    await lambda.maintain(MINUTELY);
    const before = lambda.aws.athena.executions().length;
    await lambda.maintain(MINUTELY);
    expect(lambda.aws.athena.executions()).toHaveLength(before);
  });

  test('asks once for each day, however many run at midnight', async () => {
    await lambda.deliver(delivered());
    const instances = [];
    for (let n = 0; n < 6; n += 1) instances.push(await lambda.coldStart({ AUDIT_LAKE_DATASETS: TABLE }));
    await Promise.all(instances.map(({ maintain }) => maintain(MINUTELY, FIVE_MINUTES)));
    await lambda.maintain(MINUTELY);
    expect(DAYS.map(stateOf)).toEqual(['REGISTERED', 'REGISTERED', 'REGISTERED']);
    const asked = alters().flatMap(({ sql }) => [...sql.matchAll(/g=0000\/[^']*day=(\d\d)/g)].map(String));
    expect(asked.length).toBe(new Set(asked).size);
    expect(asked).toHaveLength(3);
  });

  test('leaves a partition that lies elsewhere as it is, blocks it and says where', async () => {
    await lambda.deliver(delivered());
    await lambda.maintain(MINUTELY);
    const { glue, dynamodb } = lambda.aws;
    const [day = ''] = DAYS;
    const elsewhere = `s3://${LAKE}/of-somebody-else/`;
    const values = day.split('-');
    glue.dropPartition(glue.table(DATABASE, TABLE), values);
    glue.addPartition(glue.table(DATABASE, TABLE), {
      Values: values,
      StorageDescriptor: { Location: elsewhere },
    });
    const part = dynamodb.items(STATE).find(({ pk, sk }) => pk?.S === `PART#${TABLE}` && sk?.S === day);
    dynamodb.put(STATE, { ...part, reg: { S: 'PENDING' } });
    expect(await lambda.maintain(MINUTELY)).toMatchObject({ PartitionsBlocked: 1 });
    expect(locations()).toContain(elsewhere);
    expect(stateOf(day)).toBe('BLOCKED');
    expect(warnings().map(({ reason }) => reason)).toEqual([expect.stringContaining(elsewhere)]);
  });

  test('warns where the catalog may not be written, and succeeds when it may', async () => {
    await lambda.deliver(delivered());
    const fault = lambda.aws.fail(({ operation }) => operation === 'StartQueryExecution', denied, {
      times: Number.POSITIVE_INFINITY,
    });
    expect(await lambda.maintain(MINUTELY)).toMatchObject({ PartitionsRegistered: 0, PartitionsPending: 3 });
    expect(warnings().length).toBeGreaterThan(0);
    fault.stop();
    expect(await lambda.maintain(MINUTELY)).toMatchObject({ PartitionsRegistered: 3 });
  });

  test('registers by calls of Glue where that is set', async () => {
    await lambda.coldStart({ AUDIT_LAKE_DATASETS: TABLE, AUDIT_LAKE_CATALOG: 'glue' });
    await lambda.deliver(delivered());
    lambda.aws.glue.createDatabase(DATABASE);
    expect(await lambda.maintain(MINUTELY)).toMatchObject({ PartitionsRegistered: 3 });
    expect(locations()).toEqual(DAYS.map((day) => locationOf(day)));
    expect(lambda.aws.athena.executions()).toEqual([]);
  });

  test('refuses to start without a lake', async () => {
    await lambda.coldStart({ AUDIT_LAKE_LAKE: '' });
    await expect(lambda.maintain(MINUTELY)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('the maintenance handler, each hour', () => {
  test('brings back a partition that somebody dropped (P5)', async () => {
    await lambda.deliver(delivered());
    await lambda.maintain(MINUTELY);
    const { glue } = lambda.aws;
    glue.dropPartition(glue.table(DATABASE, TABLE), DAYS[1]?.split('-') ?? []);
    await lambda.maintain(MINUTELY);
    expect(locations()).toHaveLength(2);
    expect(await lambda.maintain(RECONCILE)).toMatchObject({
      PartitionsDrifted: 1,
      PartitionsRegistered: 1,
    });
    expect(locations()).toEqual(DAYS.map((day) => locationOf(day)));
    expect(await lambda.maintain(RECONCILE)).toMatchObject({ PartitionsDrifted: 0, LocationRegressed: 0 });
  });

  test('T22: never takes a committed bundle for abandoned where the state was lost, and goes on when it is back', async () => {
    await leftUnpublished();
    lambda.aws.dynamodb.createTable('empty-table');
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 2 * 3_600_000);
    await lambda.coldStart({ AUDIT_LAKE_DATASETS: TABLE, AUDIT_LAKE_STATE_TABLE: 'empty-table' });
    const lost = { code: 'LAKE_FORMAT', message: expect.stringContaining('restore its state') };
    await expect(lambda.maintain(RECONCILE)).rejects.toMatchObject(lost);
    await lambda.coldStart({ AUDIT_LAKE_DATASETS: TABLE });
    await lambda.maintain(RECONCILE);
    expect(lambda.dataFiles()).toHaveLength(3);
    expect(lambda.dataFiles()).toEqual(lambda.promised());
  });

  test('stops where another lake has taken the state meanwhile, however long the instance was warm', async () => {
    const other = await lambda.coldStart({ AUDIT_LAKE_LAKE: `s3://${LAKE}/other` });
    await other.maintain(MINUTELY, FIVE_MINUTES);
    await lambda.coldStart({ AUDIT_LAKE_LAKE: `s3://${LAKE}/audit`, AUDIT_LAKE_DATASETS: TABLE });
    await lambda.deliver(delivered());
    await expect(other.maintain(MINUTELY, FIVE_MINUTES)).rejects.toMatchObject({ code: 'LAKE_FORMAT' });
  });

  test('publishes what was committed by somebody who is gone', async () => {
    const messages = await leftUnpublished();
    expect([lambda.promised().length, lambda.dataFiles().length]).toEqual([3, 0]);
    expect(await lambda.maintain(RECONCILE)).toMatchObject({ BundlesPublished: 1, BundlesAborted: 0 });
    expect(lambda.dataFiles()).toEqual(lambda.promised());
    expect([...lambda.inLake('_meta/stage/').keys()]).toEqual([]);
    expect(await lambda.deliver(messages)).toEqual([]);
    expect(lambda.dataFiles()).toHaveLength(3);
  });

  test('reports an item of a newer version as an error, and changes nothing', async () => {
    await lambda.deliver(delivered());
    const part = lambda.aws.dynamodb.items(STATE).find(({ pk }) => pk?.S === `PART#${TABLE}`);
    lambda.aws.dynamodb.put(STATE, { ...part, ver: { N: '2' } });
    await expect(lambda.maintain(RECONCILE)).rejects.toMatchObject({ code: 'LAKE_FORMAT' });
    expect(alters()).toEqual([]);
  });
});
