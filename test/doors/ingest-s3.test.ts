import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AwsCommand, awsCommand, STATE, TRAIL } from '../support/aws-command.ts';
import { run } from '../support/command-line.ts';
import { makeLogFile } from '../support/log-files.ts';

describe('audit-lake over a lake in S3', () => {
  let aws: AwsCommand;
  beforeEach(async () => {
    aws = await awsCommand();
  });
  afterEach(() => aws.end());

  test('ingest reads each log file once, though a transaction holds fewer than are listed', async () => {
    for (let n = 0; n < 240; n++) {
      const { key, bytes } = makeLogFile(n, [{ service: 'athena', day: 0 }]);
      aws.world.s3.put(TRAIL, key, bytes);
    }
    await aws.run(['ingest', `s3://${TRAIL}/AWSLogs`, '--quiet', '--concurrency', '1']);
    const bodies = aws.world.calls.filter((call) => {
      return call.operation === 'GetObject' && call.input['Bucket'] === TRAIL;
    });
    expect(bodies).toHaveLength(240);
    expect(aws.world.count('TransactWriteItems')).toBeLessThan(7);
  });

  test('repair with the state of another lake is refused before anything is deleted', async () => {
    await aws.ingest(0, 1);
    const staged = 'audit/_meta/stage/abcdefghijklmnopqrstuvwx23';
    aws.world.s3.createBucket('amzn-s3-demo-other');
    const { now } = aws.world;
    aws.world.now = () => now() - 7_200_000;
    aws.world.s3.put('amzn-s3-demo-other', staged, Buffer.from('committed in another table'));
    aws.world.now = now;
    const other = [
      '--lake',
      's3://amzn-s3-demo-other/audit',
      '--state-table',
      STATE,
      '--region',
      'eu-west-1',
    ];
    const env = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' };
    for (const command of ['repair', 'register', 'list']) {
      const args = ['partitions', command, ...other, '--endpoint-url', aws.endpoint];
      const ended = await run(args, { env });
      expect([command, ended.code]).toEqual([command, 1]);
      expect(ended.err).toMatch(/^LAKE_FORMAT: the table .* holds the state of s3:/);
    }
    expect([...aws.world.s3.objects('amzn-s3-demo-other').keys()]).toEqual([staged]);
  });
});
