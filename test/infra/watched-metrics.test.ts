import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NAMES } from '../../infra/names.js';
import type { AwsCall } from '../support/aws/aws-call.ts';
import { denied } from '../support/aws/aws-error.ts';
import { invoked, LambdaWorld, SOURCE, STATE } from '../support/lambda-world.ts';
import { makeLogFile } from '../support/log-files.ts';
import { message, notified } from '../support/notify.ts';
import { ofType, resolved } from './support/resolved.ts';
import { templateWith } from './support/synthesized.ts';

const template = resolved(templateWith().toJSON());
/** The metrics of handlers that alarms look at. */
const watched = [...ofType(template, 'AWS::CloudWatch::Alarm').values()]
  // One that hears nothing rings by itself.
  .filter((alarm) => alarm['Namespace'] === NAMES.metrics && alarm['TreatMissingData'] === 'notBreaching')
  .map(({ MetricName }) => String(MetricName));

let lambda: LambdaWorld;
beforeEach(async () => {
  lambda = await LambdaWorld.start({ AUDIT_LAKE_QUERY_ACCOUNTS: 'self' });
});
afterEach(() => lambda.stop());

type Run = () => Promise<unknown>;
const RUNS: { readonly [name: string]: Run } = {
  ingest: () => {
    const { key, bytes } = makeLogFile(0, [{ service: 'athena', day: 0 }]);
    lambda.aws.s3.put(SOURCE, key, bytes);
    return lambda.deliver([message('m', notified(lambda.aws, key))]);
  },
  'the registrar': () => lambda.maintain({}),
  'the hourly maintenance': () => lambda.maintain({ task: 'reconcile' }),
  'the resolver': () => lambda.resolve({}),
};

/** Which of the watched metrics a run tells, however it ends. */
async function toldBy(run: Run | undefined): Promise<readonly string[]> {
  const before = lambda.printed.length;
  await run?.().catch(() => undefined);
  const printed = lambda.printed.slice(before).join('');
  return watched.filter((name) => printed.includes(`"Name":"${name}","Unit":"Count"`));
}

/** What each tells where all is well, and nothing of it is more than zero. */
const TELLS: { readonly [name: string]: readonly string[] } = {
  ingest: ['FilesFailed', 'Imbalances'],
  'the registrar': ['PartitionsBlocked'],
  'the hourly maintenance': ['PartitionsBlocked', 'PartitionsDrifted', 'BundlesStuck', 'CatalogNotMade'],
  'the resolver': ['QueryTextsAboutToBeLost'],
};

describe('each metric that an alarm watches', () => {
  test('is told by a handler where all is well: zero too', async () => {
    for (const [name, run] of Object.entries(RUNS)) {
      expect([name, [...(await toldBy(run))].sort()]).toEqual([
        name,
        watched.filter((metric) => TELLS[name]?.includes(metric)).sort(),
      ]);
    }
    const told = new Set(Object.values(TELLS).flat());
    expect(watched.length).toBeGreaterThan(5);
    expect(watched.filter((name) => !told.has(name))).toEqual([]);
    for (const name of watched) expect(new Set(lambda.metric(name))).toEqual(new Set([0]));
  });

  const FAULTS: readonly (readonly [string, (call: AwsCall) => boolean])[] = [
    ['DynamoDB refuses queries', ({ operation }) => operation === 'Query'],
    ['DynamoDB refuses transactions', ({ operation }) => operation === 'TransactWriteItems'],
    ['S3 refuses to list', ({ operation }) => operation.startsWith('ListObjects')],
    ['S3 refuses objects', ({ operation }) => operation === 'PutObject'],
    ['the catalog refuses all', ({ service }) => service === 'glue'],
    ['Athena refuses all', ({ service }) => service === 'athena'],
  ];
  describe.each(FAULTS)('where %s', (_, isMet) => {
    test.each(Object.keys(RUNS))('is told by %s all the same', async (name) => {
      await RUNS['ingest']?.();
      const fault = lambda.aws.fail(isMet, denied, { times: Number.POSITIVE_INFINITY });
      const told = await toldBy(RUNS[name]);
      fault.stop();
      expect(watched.filter((metric) => TELLS[name]?.includes(metric) && !told.includes(metric))).toEqual([]);
    });
  });

  test('is more than zero where an hourly step could not look: nobody else would call for help', async () => {
    const value = async (metric: string, isMet: (call: AwsCall) => boolean) => {
      const fault = lambda.aws.fail(isMet, denied, { times: Number.POSITIVE_INFINITY });
      await expect(lambda.maintain({ task: 'reconcile' })).rejects.toMatchObject({ code: 'AWS_DENIED' });
      fault.stop();
      return lambda.metric(metric).at(-1);
    };
    const isList = ({ operation, input }: AwsCall, prefix: RegExp) =>
      operation.startsWith('ListObjects') && prefix.test(String(input['Prefix']));
    expect(await value('BundlesStuck', (call) => isList(call, /_meta\/stage/))).toBe(1);
    expect(await value('PartitionsDrifted', (call) => isList(call, /athena_events/))).toBe(1);
    const told = lambda.log().filter(({ message }) => message === 'step_failed');
    expect(told.map(({ metric, code, level }) => [metric, code, level])).toEqual([
      ['BundlesStuck', 'AWS_DENIED', 'ERROR'],
      ['PartitionsDrifted', 'AWS_DENIED', 'ERROR'],
    ]);
    await lambda.maintain({ task: 'reconcile' });
    for (const metric of ['BundlesStuck', 'PartitionsDrifted']) expect(lambda.metric(metric).at(-1)).toBe(0);
  });

  test('is told of the tables that can be read, where one cannot', async () => {
    await RUNS['ingest']?.();
    await lambda.maintain({});
    const part = lambda.aws.dynamodb.items(STATE).find(({ pk }) => pk?.S === 'PART#athena_events');
    lambda.aws.dynamodb.put(STATE, { ...part, reg: { S: 'BLOCKED' } });
    lambda.aws.dynamodb.put(STATE, { ...part, pk: { S: 'PART#cloudtrail_events' }, ver: { N: '2' } });
    await expect(lambda.maintain({})).rejects.toMatchObject({ code: 'LAKE_FORMAT' });
    expect(lambda.metric('PartitionsBlocked').at(-1)).toBe(1);
  });

  test('is told by a resolver without any time', async () => {
    const none = () =>
      lambda.resolve(
        {},
        invoked(() => 0),
      );
    expect(await toldBy(none)).toEqual(['QueryTextsAboutToBeLost']);
  });
});
