import { describe, expect, test } from 'vitest';
import { athenaAccess } from '../../src/adapters/aws/athena-access.js';
import { DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import { lakeAccess } from '../../src/adapters/aws/lake-access.js';
import { resourceArns } from '../../src/adapters/aws/resource-arns.js';
import { S3LakeFile } from '../../src/adapters/aws/s3-lake-file.js';
import { sourceAccess } from '../../src/adapters/aws/source-access.js';
import { stateAccess } from '../../src/adapters/aws/state-access.js';
import { type Finding, runChecks } from '../../src/jobs/run-checks.js';
import type { Check } from '../../src/ports/access-check.js';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { keyOf, makeLogFile } from '../support/log-files.ts';

const BUCKET = 'amzn-s3-demo-lake';
const PLACE = { bucket: BUCKET, prefix: 'audit' };
const RESULTS = `s3://${BUCKET}/audit/_meta/results/`;
const waiting = { pause: async () => undefined, random: () => 0 };
const arns = resourceArns({ arn: '', partition: 'aws-cn', account: '111122223333', region: 'cn-north-1' });

async function findingsOf(checks: readonly Check[]): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of runChecks(checks)) findings.push(finding);
  return findings;
}

type Client = { send(command: { readonly input: object }): Promise<object> };

/** A client whose requests lose members on their way, as before an endpoint that does not know them. */
function deafTo<C extends object>(client: C, ...members: readonly string[]): C {
  const behind = client as unknown as Client;
  const send = (command: { readonly input: object }) => {
    for (const member of members) Reflect.deleteProperty(command.input, member);
    return behind.send(command);
  };
  return { ...client, send };
}

function bucketChecks(world: AwsWorld, client = world.clients.s3): readonly Check[] {
  const options = { client, place: PLACE, waiting };
  const lakeFile = new S3LakeFile(options);
  return lakeAccess({ ...options, lakeFile, bundleId: 'a'.repeat(26), arns, seen: {} });
}

describe('a store that does not heed conditions', () => {
  test('is found out in S3, and cleaned up', async () => {
    const world = new AwsWorld();
    world.s3.createBucket(BUCKET);
    expect((await findingsOf(bucketChecks(world)))[0]).toMatchObject({ result: 'ok' });
    const [bucket, lakeFile] = await findingsOf(bucketChecks(world, deafTo(world.clients.s3, 'IfNoneMatch')));
    expect(bucket).toMatchObject({ result: 'fail', code: 'AWS_FAILED' });
    expect(bucket?.text).toContain('does not heed If-None-Match');
    expect(lakeFile).toMatchObject({ result: 'skip', text: 'needs lake bucket' });
    expect(world.s3.objects(BUCKET).size).toBe(0);
  });

  test('is found out in DynamoDB', async () => {
    const world = new AwsWorld();
    world.dynamodb.createTable('state');
    const deaf = deafTo(world.clients.dynamodb, 'ConditionExpression', 'ReturnValuesOnConditionCheckFailure');
    const checksOf = (client: typeof deaf) =>
      stateAccess({ table: new DynamoDbTable(client, 'state', waiting), arns, seen: {} });
    const heeding = await findingsOf(checksOf(world.clients.dynamodb));
    expect(heeding.map(({ result }) => result)).toEqual(['ok', 'ok', 'ok']);
    expect(world.dynamodb.items('state')).toEqual([]);
    const [, , writes] = await findingsOf(checksOf(deaf));
    expect(writes?.text).toBe('table state does not heed the condition of PutItem: exactly-once rests on it');
  });
});

describe('what is checked of a source', () => {
  const logFile = makeLogFile(1, [{ service: 'athena', day: 0 }]);
  const check = async (world: AwsWorld, prefix: string) => {
    const [finding] = await findingsOf([
      sourceAccess({ client: world.clients.s3, place: { bucket: BUCKET, prefix }, arns }),
    ]);
    return finding;
  };

  test('is the first log file that is neither foreign nor archived, to its end', async () => {
    const world = new AwsWorld();
    world.s3.createBucket(BUCKET);
    world.s3.put(BUCKET, 'AWSLogs/111122223333/CloudTrail-Digest/x.json.gz', Buffer.from('x'));
    world.s3.put(BUCKET, keyOf(0, 0), Buffer.from('archived'), { storageClass: 'GLACIER' });
    world.s3.put(BUCKET, logFile.key, logFile.bytes);
    const finding = await check(world, 'AWSLogs');
    expect(finding?.text).toContain(`read ${logFile.key} (${logFile.bytes.length} bytes)`);
    expect(world.s3.openBodies()).toBe(0);
  });

  test('is not more than a listing where there is no log file, and that is said', async () => {
    const world = new AwsWorld();
    world.s3.createBucket(BUCKET);
    expect(await check(world, 'AWSLogs')).toMatchObject({ result: 'ok', text: /none read/ });
  });

  test('in China has the names of China', async () => {
    expect(arns.stateTable('state')).toEqual(['arn:aws-cn:dynamodb:cn-north-1:111122223333:table/state']);
    expect(arns.objects(PLACE)).toEqual([`arn:aws-cn:s3:::${BUCKET}/audit/*`]);
  });
});

describe('what is checked of a work group', () => {
  const answered = async (workGroup: object) => {
    const { athena } = new AwsWorld().clients;
    const behind = athena as unknown as Client;
    const send = async (command: { readonly input: object }) => {
      const answer = await behind.send(command);
      return 'WorkGroup' in answer ? { ...answer, WorkGroup: workGroup } : answer;
    };
    const client = { ...athena, send };
    const options = { athena: client, workGroup: 'primary', results: RESULTS, waiting, arns };
    return findingsOf(athenaAccess(options));
  };

  test('is that it is enabled', async () => {
    const [group, athena] = await answered({ State: 'DISABLED' });
    expect(group).toMatchObject({ result: 'fail', code: 'AWS_FAILED' });
    expect(athena).toMatchObject({ result: 'skip', text: 'needs work group' });
  });

  test('is whether it puts results elsewhere', async () => {
    const OutputLocation = 's3://amzn-s3-demo-results/';
    const ResultConfiguration = { OutputLocation };
    const Configuration = { EnforceWorkGroupConfiguration: true, ResultConfiguration };
    const [group] = await answered({ State: 'ENABLED', Configuration });
    expect(group?.text).toContain(`puts results at ${OutputLocation}`);
    const same = { ...Configuration, ResultConfiguration: { OutputLocation: RESULTS } };
    expect((await answered({ State: 'ENABLED', Configuration: same }))[0]?.text).toBe('primary');
  });
});
