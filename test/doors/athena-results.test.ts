import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AwsCall } from '../support/aws/aws-call.ts';
import { denied } from '../support/aws/aws-error.ts';
import { type AwsCommand, awsCommand, LAKE, TRAIL } from '../support/aws-command.ts';
import { makeLogFile } from '../support/log-files.ts';

const INGEST = ['ingest', `s3://${TRAIL}/AWSLogs`, '--quiet'];
const QUERY = ['query', 'SELECT 1 FROM athena_events'];

let aws: AwsCommand;
beforeEach(async () => {
  aws = await awsCommand();
  const { key, bytes } = makeLogFile(0, [{ service: 'athena', day: 0 }]);
  aws.world.s3.put(TRAIL, key, bytes);
});
afterEach(() => aws.end());

const on = (name: string) => (call: AwsCall) => call.operation === name;
const resultsAsked = () =>
  aws.world.calls.filter(on('StartQueryExecution')).map(({ input }) => input['ResultConfiguration']);

test('a workgroup that manages results itself takes ingest, query and doctor, once results says workgroup', async () => {
  aws.world.athena.createManagedWorkGroup('managed');
  const managed = { AUDIT_LAKE_WORK_GROUP: 'managed', AUDIT_LAKE_RESULTS: 'workgroup' };
  const ended = [];
  for (const args of [INGEST, QUERY, ['doctor']]) ended.push(await aws.run(args, managed));
  expect(ended).toMatchObject([{ code: 0 }, { code: 0 }, { code: 0 }]);
  expect(ended[0]?.err).not.toContain('Warning');
  expect(new Set(resultsAsked())).toEqual(new Set([undefined]));
  const { code, out } = await aws.run(['doctor'], { AUDIT_LAKE_WORK_GROUP: 'managed' });
  expect([code, out]).toEqual([4, expect.stringMatching(/^fail {2}workgroup .*set results to workgroup$/m)]);
});

test('T10: results have the key and the owner of the lake, those of statements and of questions', async () => {
  const guarded = { AUDIT_LAKE_KMS_KEY: 'alias/audit', AUDIT_LAKE_LAKE_OWNER: '111122223333' };
  const ended = [];
  for (const args of [INGEST, QUERY, ['doctor']]) ended.push(await aws.run(args, guarded));
  expect(ended).toMatchObject([{ code: 0 }, { code: 0 }, { code: 0 }]);
  const asked = resultsAsked();
  expect(asked.length).toBeGreaterThan(3);
  for (const results of asked) {
    expect(results).toEqual({
      OutputLocation: `${LAKE}/_meta/results/`,
      ExpectedBucketOwner: '111122223333',
      EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: 'alias/audit' },
    });
  }
});

test('T22: an ingest that makes the state table says where point-in-time recovery stays off', async () => {
  aws.world.fail(on('UpdateContinuousBackups'), denied);
  const { code, err } = await aws.run(INGEST);
  expect(code).toBe(0);
  expect(err).toContain(
    'Warning: point-in-time recovery of the DynamoDB table audit-lake-state is off (AccessDenied',
  );
});
