import { describe, expect, test } from 'vitest';
import { athenaAccess } from '../../src/adapters/aws/athena-access.js';
import { DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import { lakeAccess } from '../../src/adapters/aws/lake-access.js';
import { queryHistoryAccess } from '../../src/adapters/aws/query-history-access.js';
import { resourceArns } from '../../src/adapters/aws/resource-arns.js';
import { S3LakeFile } from '../../src/adapters/aws/s3-lake-file.js';
import { sourceAccess } from '../../src/adapters/aws/source-access.js';
import { stateAccess } from '../../src/adapters/aws/state-access.js';
import { type Finding, runChecks } from '../../src/jobs/run-checks.js';
import type { Check } from '../../src/ports/access-check.js';
import { denied } from '../support/aws/aws-error.ts';
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

const LAKE = 's3://amzn-s3-demo-lake/audit';

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
      stateAccess({ table: new DynamoDbTable(client, 'state', waiting), lake: LAKE, arns, seen: {} });
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
    const place = { bucket: BUCKET, prefix };
    return findingsOf(sourceAccess({ client: world.clients.s3, place, arns }));
  };

  test('is the first log file that is neither foreign nor archived, to its end', async () => {
    const world = new AwsWorld();
    world.s3.createBucket(BUCKET);
    world.s3.put(BUCKET, 'AWSLogs/111122223333/CloudTrail-Digest/x.json.gz', Buffer.from('x'));
    world.s3.put(BUCKET, keyOf(0, 0), Buffer.from('archived'), { storageClass: 'GLACIER' });
    world.s3.put(BUCKET, logFile.key, logFile.bytes);
    const [, read] = await check(world, 'AWSLogs');
    expect(read?.text).toBe(`read ${logFile.key} (${logFile.bytes.length} bytes)`);
    expect(world.s3.openBodies()).toBe(0);
  });

  test('is that log file behind thousands of digests and files of other services, too', async () => {
    const world = new AwsWorld();
    world.s3.createBucket(BUCKET);
    for (const family of [
      'AWSLogs/111122223333/CloudTrail-Digest/eu-west-1',
      'AWSLogs/000000000000/Config',
    ]) {
      for (let n = 0; n < 2_500; n++) world.s3.put(BUCKET, `${family}/2026/01/05/${n}.json.gz`, 'x');
    }
    world.s3.put(BUCKET, logFile.key, logFile.bytes);
    world.fail(({ operation }) => operation === 'GetObject', denied);
    const [listed, read] = await check(world, 'AWSLogs');
    expect(listed).toMatchObject({ result: 'ok' });
    expect(read).toMatchObject({ name: 'log file', result: 'fail', code: 'AWS_DENIED' });
    expect(world.count('ListObjectsV2')).toBe(3);
  });

  test('is not ok where there is none to read, and what was seen is said', async () => {
    const world = new AwsWorld();
    world.s3.createBucket(BUCKET);
    const none = (objects: number) => {
      const text = `no log file outside of archives among the ${objects} objects that were listed: none was read`;
      return [{ result: 'ok' }, { name: 'log file', result: 'skip', text }];
    };
    expect(await check(world, 'AWSLogs')).toMatchObject(none(0));
    for (let n = 0; n < 1_001; n++) world.s3.put(BUCKET, keyOf(n, 0), 'x', { storageClass: 'GLACIER' });
    expect(await check(world, 'AWSLogs')).toMatchObject(none(1_001));
    for (let n = 0; n < 20_000; n++) world.s3.put(BUCKET, `AWSLogs/${n}.txt`, 'x');
    expect(await check(world, 'AWSLogs')).toMatchObject(none(20_000));
    expect(world.count('GetObject')).toBe(0);
  });

  test('in China has the names of China', async () => {
    expect(arns.stateTable('state')).toEqual(['arn:aws-cn:dynamodb:cn-north-1:111122223333:table/state']);
    expect(arns.objects(PLACE)).toEqual([`arn:aws-cn:s3:::${BUCKET}/audit/*`]);
  });
});

describe('what is checked of a workgroup', () => {
  const asked = async (world: AwsWorld, workGroup: string, results: string | undefined) => {
    const options = { athena: world.clients.athena, workGroup, results, waiting, arns };
    return findingsOf(athenaAccess(options));
  };
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
    expect(athena).toMatchObject({ result: 'skip', text: 'needs workgroup' });
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

  test('is that it is told of no location where it manages results itself', async () => {
    const world = new AwsWorld();
    world.athena.createManagedWorkGroup('managed');
    const [refused, skipped] = await asked(world, 'managed', RESULTS);
    expect(refused).toMatchObject({ name: 'workgroup', result: 'fail', code: 'AWS_FAILED' });
    expect(refused?.text).toContain('set results to workgroup');
    expect(skipped).toMatchObject({ result: 'skip' });
    const findings = await asked(world, 'managed', undefined);
    expect(findings).toMatchObject([{ result: 'ok', text: /manages results itself/ }, { result: 'ok' }]);
  });

  test('is that it names a location where it is to say it', async () => {
    const world = new AwsWorld();
    world.athena.createWorkGroup('audit', RESULTS);
    const [group, athena] = await asked(world, 'audit', undefined);
    expect(group).toMatchObject({ result: 'ok', text: `audit; it puts results at ${RESULTS}` });
    expect(athena).toMatchObject({ result: 'ok' });
    const ended = { ends: 'FAILED', reason: 'Access denied when writing output' } as const;
    world.fail(({ operation }) => operation === 'StartQueryExecution', ended);
    const [, denial] = await asked(world, 'audit', undefined);
    expect(denial).toMatchObject({ text: `writing results denied on ${RESULTS}` });
    const [nowhere] = await asked(world, 'primary', undefined);
    expect(nowhere).toMatchObject({ result: 'fail', text: /name one with --results/ });
  });
});

describe('the query history of accounts', () => {
  const OTHER = '444455556666';
  const READER = `arn:aws:iam::${OTHER}:role/audit-lake-query-history`;

  function checksOf(world: AwsWorld, accounts: readonly string[]): readonly Check[] {
    return queryHistoryAccess({
      accounts,
      role: 'audit-lake-query-history',
      externalId: 'example',
      own: { account: '111122223333', region: 'eu-west-1' },
      sts: world.clients.sts,
      newAthena: (credentials) =>
        credentials ? world.clientsAs({ account: OTHER, region: 'eu-west-1' }).athena : world.clients.athena,
    });
  }

  test('is told to be open where role and Athena let us ask', async () => {
    const world = new AwsWorld({ region: 'eu-west-1' });
    world.sts.createRole(READER, { externalId: 'example' });
    expect(await findingsOf(checksOf(world, ['self', OTHER]))).toEqual([
      { name: 'query texts of 111122223333', result: 'ok', text: 'may be asked' },
      { name: `query texts of ${OTHER}`, result: 'ok', text: `${READER}; may be asked` },
    ]);
  });

  test('names the role that may not be assumed, and the statement that allows it', async () => {
    const [finding] = await findingsOf(checksOf(new AwsWorld({ region: 'eu-west-1' }), [OTHER]));
    expect(finding).toMatchObject({
      result: 'fail',
      code: 'AWS_DENIED',
      allow: { actions: ['sts:AssumeRole'], resources: [READER] },
    });
  });

  test('names what the role has to allow', async () => {
    const world = new AwsWorld({ region: 'eu-west-1' });
    world.sts.createRole(READER, { externalId: 'example' });
    world.athenaIn(OTHER, 'eu-west-1').denied = true;
    const [finding] = await findingsOf(checksOf(world, [OTHER]));
    expect(finding).toMatchObject({ result: 'fail', code: 'AWS_DENIED' });
    expect(finding?.allow?.resources).toEqual([`arn:aws:athena:*:${OTHER}:workgroup/*`]);
    expect(finding?.allow?.actions).toContain('athena:GetPreparedStatement');
  });
});
