import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { denied, internal } from '../support/aws/aws-error.ts';
import { rowsOfDataFile } from '../support/data-file-rows.ts';
import { batch, queueMessage, s3Record, snsToLambda } from '../support/envelopes.ts';
import { invoked, LAKE, LambdaWorld, SOURCE, STATE } from '../support/lambda-world.ts';
import { damaged, type MadeLogFile, makeLogFile, truthOf } from '../support/log-files.ts';
import { BOTH } from '../support/memory-ingest.ts';
import { eventBridgeSays, message, type Notified, notified, s3Says } from '../support/notify.ts';
import { parquetRows } from '../support/parquet-rows.ts';

let lambda: LambdaWorld;
beforeEach(async () => {
  lambda = await LambdaWorld.start();
});
afterEach(async () => {
  await lambda.stop();
});

const HOUR = 3_600_000;
const ATHENA = { service: 'athena', day: 0 };
const fileOf = (n: number, options = {}) => makeLogFile(n, [ATHENA, { service: 's3', day: 0 }], options);
const TEN = Array.from({ length: 10 }, (_, n) => fileOf(n));

function put({ key, bytes }: MadeLogFile, as = {}): Notified {
  lambda.aws.s3.put(SOURCE, key, bytes, as);
  return notified(lambda.aws, key);
}

/** A message for each log file, `m0` the first. */
const messagesOf = (files: readonly MadeLogFile[], received = 1) =>
  files.map((file, at) => message(`m${at}`, put(file), received));

async function rows(): Promise<string[]> {
  const found: string[] = [];
  for (const path of lambda.dataFiles()) {
    const bytes = lambda.inLake().get(path) ?? Buffer.alloc(0);
    found.push(...(await rowsOfDataFile(path.split('/')[0] ?? '', bytes)));
  }
  return found.sort();
}

/** All that is true of a lake at rest, whatever happened to it. */
async function expectLakeOf(files: readonly MadeLogFile[]): Promise<void> {
  expect(await rows()).toEqual(truthOf(files, BOTH));
  expect(lambda.dataFiles()).toEqual(lambda.promised());
  expect([...lambda.inLake('_meta/stage/').keys()]).toEqual([]);
  expect(lambda.metric('Imbalances').filter((count) => count !== 0)).toEqual([]);
}

const fileItems = () => lambda.aws.dynamodb.items(STATE).filter(({ pk }) => pk?.S?.startsWith('FILE#'));
const statuses = () => [...new Set(fileItems().map(({ st }) => st?.S))];

describe('the ingest handler', () => {
  test('puts the log files of one queue batch into one data file per dataset and day', async () => {
    expect(await lambda.deliver(messagesOf(TEN))).toEqual([]);
    await expectLakeOf(TEN);
    expect(lambda.dataFiles()).toHaveLength(2);
    expect(lambda.metric('FilesIngested')).toEqual([10]);
    expect(lambda.metric('RowsWritten')).toEqual([30]);
    expect(lambda.metric('MessagesReturned')).toEqual([0]);
  });

  test('acknowledges what it has ingested before, and writes nothing', async () => {
    await lambda.deliver(messagesOf(TEN));
    const writes = lambda.aws.count('PutObject');
    expect(await lambda.deliver(messagesOf(TEN, 2))).toEqual([]);
    await expectLakeOf(TEN);
    expect(lambda.aws.count('PutObject')).toBe(writes);
    expect(lambda.metric('FilesSkipped')).toEqual([0, 10]);
  });

  test('takes one log file from every kind of sender', async () => {
    const objects = TEN.map((file) => put(file));
    const [s3, bridge, sns, v1, v2] = objects;
    if (!s3 || !bridge || !sns || !v1 || !v2) throw new Error('ten log files');
    expect(await lambda.ingest(s3Says(s3))).toEqual({});
    expect(await lambda.ingest(eventBridgeSays(bridge))).toEqual({});
    expect(await lambda.ingest(snsToLambda(s3Says(sns)))).toEqual({});
    for (const [schema, { key }] of [['1.0', v1] as const, ['2.0', v2] as const]) {
      const answer = await lambda.ingest(batch(schema, encodeURIComponent(key)));
      expect(answer).toMatchObject({ results: [{ taskId: 'task-0', resultCode: 'Succeeded' }] });
    }
    expect(await lambda.ingest({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: SOURCE })).toEqual({});
    await expectLakeOf(TEN.slice(0, 5));
  });

  test('hands back what it did not start when time runs short', async () => {
    let left = 40_000;
    const context = invoked(() => (left -= 15_000));
    const again = await lambda.deliver(messagesOf(TEN), context);
    expect(again.length).toBeGreaterThan(0);
    expect(await lambda.deliver(messagesOf(TEN, 2))).toEqual([]);
    await expectLakeOf(TEN);
  });

  test('makes no call of STS, whatever account a key names', async () => {
    const forged = fileOf(1);
    const key = forged.key.replaceAll('111122223333', '123456789012');
    expect(await lambda.deliver(messagesOf([{ ...forged, key }]))).toEqual([]);
    await expectLakeOf([{ ...forged, key }]);
    expect(lambda.aws.calls.filter(({ service }) => service === 'sts')).toEqual([]);
  });
});

describe('bad input', () => {
  test('an event of an unknown kind is an error, and no log file is read', async () => {
    for (const event of [{}, { hello: 'world' }, [], 'text', null, { Records: [] }, { Records: [{}] }]) {
      const outcome = await lambda.ingest(event).then(
        () => 'taken',
        ({ code }) => code,
      );
      expect([event, outcome]).toEqual([event, 'BAD_NOTIFICATION']);
    }
    expect(lambda.aws.calls.filter(({ input }) => input['Bucket'] === SOURCE)).toEqual([]);
    expect([...lambda.aws.dynamodb.items(STATE)].map(({ pk }) => pk)).toEqual([{ S: 'LAKE' }]);
  });

  test('a damaged log file among ten comes back alone (D13)', async () => {
    const poison = damaged(fileOf(4));
    const files = TEN.map((file, at) => (at === 4 ? poison : file));
    for (const received of [1, 2, 3]) {
      expect(await lambda.deliver(messagesOf(files, received))).toEqual(['m4']);
    }
    await expectLakeOf(files);
    expect(statuses()).toContain('QUARANTINED');
  });

  test('a message that nobody can read among ten comes back alone (D13)', async () => {
    const messages = [...messagesOf(TEN.slice(1)), queueMessage('odd', '<html>')];
    expect(await lambda.deliver(messages)).toEqual(['odd']);
    await expectLakeOf(TEN.slice(1));
  });

  test('a message that names an object outside of the sources comes back, and the object is not read', async () => {
    const record = s3Record('AWSLogs/x.json.gz');
    const elsewhere = { ...record, s3: { ...record.s3, bucket: { name: LAKE } } };
    const odd = queueMessage('odd', { Records: [elsewhere] });
    expect(await lambda.deliver([odd, ...messagesOf(TEN)])).toEqual(['odd']);
    await expectLakeOf(TEN);
    const reads = lambda.aws.calls.filter(({ operation }) => operation === 'GetObject');
    expect(reads.filter(({ input }) => String(input['Key']).startsWith('AWSLogs/x'))).toEqual([]);
  });

  test('a key that names no object is acknowledged and noted as MISSING, and taken once it is there', async () => {
    const file = fileOf(1);
    expect(await lambda.deliver([message('m0', { key: file.key, etag: 'e' })])).toEqual([]);
    expect(statuses()).toEqual(['MISSING']);
    expect(await lambda.deliver(messagesOf([file]))).toEqual([]);
    await expectLakeOf([file]);
    expect(statuses()).toEqual(['COMMITTED']);
  });

  test('an archived object is acknowledged and noted as DEFERRED, and taken once it is restored', async () => {
    const file = fileOf(1);
    const archived = put(file, { storageClass: 'GLACIER' });
    expect(await lambda.deliver([message('m0', archived)])).toEqual([]);
    expect(statuses()).toEqual(['DEFERRED']);
    put(file, { storageClass: 'GLACIER', restored: true });
    const [record] = s3Says(archived).Records;
    const restored = { Records: [{ ...record, eventName: 'ObjectRestore:Completed' }] };
    expect(await lambda.deliver([queueMessage('m1', restored)])).toEqual([]);
    await expectLakeOf([file]);
    expect(statuses()).toEqual(['COMMITTED']);
  });

  test.each([
    ['the log files', 'GetObject', SOURCE],
    ['the ledger', 'BatchGetItem', undefined],
    ['the commit', 'TransactWriteItems', undefined],
    ['the bucket of the lake', 'PutObject', LAKE],
  ])('access to %s denied for an hour drops nothing', async (_, operation, bucket) => {
    await lambda.deliver(messagesOf([fileOf(90)]));
    // What is staged meanwhile and never committed is old enough for the sweep.
    lambda.aws.now = () => Date.now() - 2 * HOUR;
    const fault = lambda.aws.fail(
      (call) => call.operation === operation && (bucket === undefined || call.input['Bucket'] === bucket),
      denied,
      { times: Number.POSITIVE_INFINITY },
    );
    const messages = messagesOf(TEN);
    const all = messages.map(({ messageId }) => messageId);
    for (let turn = 0; turn < 3; turn += 1) expect(await lambda.deliver(messages)).toEqual(all);
    expect(fault.met).toBeGreaterThan(0);
    fault.stop();
    expect(await lambda.deliver(messages)).toEqual([]);
    await lambda.maintain({ task: 'reconcile' });
    await expectLakeOf([...TEN, fileOf(90)]);
  });

  test('access denied while it starts is an error, and the next event starts it', async () => {
    const fault = lambda.aws.fail(({ service }) => service === 's3', denied, {
      times: Number.POSITIVE_INFINITY,
    });
    await expect(lambda.deliver(messagesOf(TEN))).rejects.toMatchObject({ code: 'AWS_DENIED' });
    fault.stop();
    expect(await lambda.deliver(messagesOf(TEN))).toEqual([]);
    await expectLakeOf(TEN);
  });

  test('an object that changed since it was notified is read as it is now, once', async () => {
    const before = fileOf(1, { salt: 'before' });
    const now = fileOf(1, { salt: 'now' });
    const stale = message('m0', put(before));
    const fresh = message('m1', put(now));
    for (const messages of [[stale], [stale], [fresh], [fresh, stale]]) {
      expect(await lambda.deliver(messages)).toEqual([]);
    }
    await expectLakeOf([now]);
  });

  test('an object that is written over after it was ingested is a conflict: the first stays (O7)', async () => {
    const first = fileOf(1, { salt: 'first' });
    await lambda.deliver(messagesOf([first]));
    expect(await lambda.deliver(messagesOf([fileOf(1, { salt: 'second' })]))).toEqual([]);
    await expectLakeOf([first]);
    expect(lambda.log()).toContainEqual(
      expect.objectContaining({ message: 'log_file_failed', code: 'SOURCE_CONFLICT' }),
    );
    expect(fileItems().every(({ conflict }) => conflict?.S !== undefined)).toBe(true);
  });

  test('an item of a newer version stops nothing but what it belongs to, and messages come back', async () => {
    await lambda.deliver(messagesOf(TEN));
    for (const item of fileItems()) lambda.aws.dynamodb.put(STATE, { ...item, ver: { N: '2' } });
    const all = TEN.map((_, at) => `m${at}`);
    expect(await lambda.deliver(messagesOf(TEN))).toEqual(all);
    expect(lambda.log()).toContainEqual(
      expect.objectContaining({ message: 'ingest_halted', code: 'LAKE_FORMAT' }),
    );
    await expectLakeOf(TEN);
  });

  test.each([
    ['below a watched source', { AUDIT_LAKE_SOURCES: `s3://${LAKE}` }],
    ['beside a source whose prefix it begins with', { AUDIT_LAKE_SOURCES: `s3://${LAKE}/au` }],
    ['above a watched source', { AUDIT_LAKE_SOURCES: `s3://${LAKE}/audit/logs` }],
    ['with results in a watched source', { AUDIT_LAKE_RESULTS: `s3://${SOURCE}/results/` }],
    ['without sources', { AUDIT_LAKE_SOURCES: '' }],
    ['in a folder', { AUDIT_LAKE_LAKE: './lake' }],
    ['without a name', { AUDIT_LAKE_LAKE: '' }],
  ])('a lake %s refuses to start (T18)', async (_, settings) => {
    await lambda.coldStart(settings);
    await expect(lambda.deliver(messagesOf(TEN))).rejects.toMatchObject({ code: 'USAGE' });
    expect(lambda.aws.calls).toEqual([]);
  });

  test('another selection than that of the lake refuses to start', async () => {
    await lambda.deliver(messagesOf(TEN));
    await lambda.coldStart({ AUDIT_LAKE_EVENT_SOURCES: 's3.amazonaws.com' });
    await expect(lambda.deliver(messagesOf(TEN))).rejects.toMatchObject({ code: 'DATASET_SELECTION' });
  });
});

describe('secrets in queries', () => {
  test('stand in no log line, metric, error message or item of the state (T15)', async () => {
    const canary = 'canary-7f3a9c';
    const withCanary = canaryFile(canary);
    const broken = { ...withCanary, key: withCanary.key.replace('.json', 'x.json') };
    const cut = { ...broken, bytes: broken.bytes.slice(0, -9) };
    const again = await lambda.deliver([...messagesOf([withCanary, cut])]);
    expect(again).toEqual(['m1']);
    const refusal: unknown = await lambda.ingest(s3Says(notified(lambda.aws, cut.key))).catch(String);
    expect(refusal).toMatch(/BAD_GZIP|gzip/);
    expect(refusal).not.toContain(canary);
    lambda.aws.fail(({ operation }) => operation === 'TransactWriteItems', internal, { times: 8 });
    const other = { ...withCanary, key: withCanary.key.replace('.json', 'y.json') };
    await lambda.deliver(messagesOf([other]));
    await lambda.maintain();

    const parquet = [...lambda.inLake('athena_events/').values()];
    expect(await textsOf(parquet)).toContain(`SELECT '${canary}'`);
    expect(lambda.printed.join('')).not.toBe('');
    expect(lambda.printed.join('')).not.toContain(canary);
    expect(JSON.stringify(lambda.aws.dynamodb.items(STATE))).not.toContain(canary);
    const statements = lambda.aws.athena.executions().map(({ sql }) => sql);
    expect(statements.join('')).not.toContain(canary);
  });
});

/** A log file with a secret in all places where a query's text may stand, in sound records and in broken ones. */
function canaryFile(canary: string): MadeLogFile {
  const sound = fileOf(1);
  const { Records } = JSON.parse(gunzipSync(sound.bytes).toString());
  const [athena] = Records;
  const queryString = `SELECT '${canary}'`;
  const records = [
    { ...athena, requestParameters: { queryString } },
    // Young enough that its text is still to be asked for.
    { ...athena, eventID: 'e1', requestParameters: { queryString }, eventTime: new Date().toISOString() },
    { ...athena, eventID: 'e2', requestParameters: { queryString }, errorMessage: canary },
    { ...athena, eventID: 'e3', requestParameters: { queryString }, eventTime: `never ${canary}` },
    `not an object ${canary}`,
  ];
  return { ...sound, bytes: gzipSync(JSON.stringify({ Records: records })) };
}

async function textsOf(files: readonly Uint8Array[]): Promise<unknown[]> {
  const rows = await Promise.all(files.map((bytes) => parquetRows(bytes, ['query_text'])));
  return rows.flat().map((row) => row['query_text']);
}
