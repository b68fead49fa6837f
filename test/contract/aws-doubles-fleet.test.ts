import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { backfillStateMachine } from '../../src/backfill/state-machine.js';
import { openFleet } from '../../src/wiring/fleet.js';
import { openLogFileQueue } from '../../src/wiring/log-file-queue.js';
import { startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { FACES, type OpenFace } from '../support/aws/faces.ts';

const BUCKET = 'amzn-s3-demo-lake';
const MACHINE = 'arn:aws:states:us-east-1:111122223333:stateMachine:backfill';
const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:backfill';
const DEFINITION = backfillStateMachine({ functionArn: FUNCTION, concurrency: 4, batchSlices: 2 });
const INPUT = {
  ...{ bucket: BUCKET, key: 'plan.jsonl', plan: 'p' },
  results: { bucket: BUCKET, prefix: 'results' },
};

describe.each(FACES)('Step Functions and SQS in memory, $name', ({ open }) => {
  let world: AwsWorld;
  let face: OpenFace;
  beforeEach(async () => {
    world = new AwsWorld();
    world.s3.createBucket(BUCKET);
    world.sfn.createStateMachine(MACHINE, DEFINITION);
    face = await open(world);
  });
  afterEach(() => face.close());

  const start = (name: string, input: object = INPUT) =>
    face.clients.sfn.send(
      new StartExecutionCommand({ stateMachineArn: MACHINE, name, input: JSON.stringify(input) }),
    );
  const describeRun = (executionArn = '') =>
    face.clients.sfn.send(new DescribeExecutionCommand({ executionArn }));

  test('a name is taken once it has run, and while it runs the same input is the same run', async () => {
    world.s3.put(BUCKET, 'plan.jsonl', '{}\n');
    const first = await start('one');
    expect(await start('one')).toMatchObject({ executionArn: first.executionArn });
    await expect(start('one', { ...INPUT, plan: 'q' })).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
    await world.sfn.work();
    await expect(start('one')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await expect(start('a b')).rejects.toMatchObject({ name: 'InvalidName' });
    await expect(describeRun(`${first.executionArn}x`)).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    });
  });

  test('a batch has as many items as it may, and the times of an execution are moments', async () => {
    world.s3.put(BUCKET, 'plan.jsonl', '{"n":1}\n{"n":2}\n\n{"n":3}');
    const events: unknown[] = [];
    world.sfn.functions.set(FUNCTION, async (event) => void events.push(event));
    const { executionArn } = await start('one');
    await world.sfn.work();
    expect(events).toEqual([
      { BatchInput: { plan: 'p' }, Items: [{ n: 1 }, { n: 2 }] },
      { BatchInput: { plan: 'p' }, Items: [{ n: 3 }] },
    ]);
    const run = await describeRun(executionArn);
    expect(run).toMatchObject({
      status: 'SUCCEEDED',
      startDate: new Date(world.now()),
      redriveStatus: 'NOT_REDRIVABLE',
    });
    const { ResultWriterDetails: details } = JSON.parse(run.output ?? '');
    expect([...world.s3.objects(BUCKET).keys()]).toContain(details.Key);
  });

  test('what is larger than 256 KiB fails: an item, an answer', async () => {
    world.s3.put(BUCKET, 'plan.jsonl', `{"x":"${'x'.repeat(270_000)}"}\n`);
    const { executionArn } = await start('one');
    await world.sfn.work();
    expect(await describeRun(executionArn)).toMatchObject({
      error: 'States.ItemReaderFailed',
      redriveStatus: 'REDRIVABLE',
    });
    world.s3.put(BUCKET, 'plan.jsonl', '{}\n');
    world.sfn.functions.set(FUNCTION, async () => 'x'.repeat(270_000));
    await start('two');
    await world.sfn.work();
    const failed = [...world.s3.objects(BUCKET, 'results/')].find(([key]) => key.endsWith('FAILED_0.json'));
    expect(String(failed?.[1].bytes)).toContain('States.DataLimitExceeded');
  });

  test('a definition that cannot be run is refused', () => {
    const create = (change: object) => world.sfn.createStateMachine(MACHINE, { ...DEFINITION, ...change });
    expect(() => create({ StartAt: 'Nowhere' })).toThrow('StartAt names no state');
    expect(() => create({ TimeoutSeconds: 5 })).toThrow(/TimeoutSeconds/);
    expect(() => world.sfn.createStateMachine(MACHINE.replace('aws', 'aws-cn'), DEFINITION)).toThrow(
      /partition/,
    );
  });

  test('a batch of messages has rules', async () => {
    const QueueUrl = world.sqs.createQueue('q');
    const send = (...bodies: readonly string[]) =>
      face.clients.sqs.send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: bodies.map((MessageBody, at) => ({ Id: `m${at}`, MessageBody })),
        }),
      );
    expect((await send('a', 'b')).Successful?.map(({ Id }) => Id)).toEqual(['m0', 'm1']);
    await expect(send()).rejects.toMatchObject({ name: 'EmptyBatchRequest' });
    await expect(send(...'abcdefghijk')).rejects.toMatchObject({ name: 'TooManyEntriesInBatchRequest' });
    await expect(send('x'.repeat(200_000), 'y'.repeat(100_000))).rejects.toMatchObject({
      name: 'BatchRequestTooLong',
    });
    expect((await send('\u0000', 'c')).Failed).toMatchObject([{ Id: 'm0', SenderFault: true }]);
    expect(world.sqs.bodies(QueueUrl)).toEqual(['a', 'b', 'c']);
  });

  test('a message comes again when it is given back, or when the handler fails', async () => {
    const QueueUrl = world.sqs.createQueue('q');
    await face.clients.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'a', MessageBody: 'a' },
          { Id: 'b', MessageBody: 'b' },
        ],
      }),
    );
    const counts: unknown[] = [];
    const poll = (answer: () => unknown) =>
      world.sqs.poll(QueueUrl, 10, async (event) => {
        const { Records } = event as {
          Records: { body: string; attributes: { ApproximateReceiveCount: string } }[];
        };
        counts.push(Records.map(({ body, attributes }) => `${body}${attributes.ApproximateReceiveCount}`));
        return answer();
      });
    await poll(() => {
      throw new Error('no');
    });
    await poll(() => ({ batchItemFailures: [{ itemIdentifier: 'message-2' }] }));
    await poll(() => null);
    expect(counts).toEqual([['a1', 'b1'], ['a2', 'b2'], ['b3']]);
    expect(world.sqs.bodies(QueueUrl)).toEqual([]);
  });
});

describe('the wiring of a fleet and of a queue', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('calls in the Region of the state machine and of the queue, whatever the Region of the settings is', async () => {
    const world = new AwsWorld();
    world.s3.createBucket(BUCKET);
    world.sfn.createStateMachine(MACHINE, DEFINITION);
    const server = await startAwsServer(world);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
    const aws = { endpointUrl: server.endpoint, region: 'eu-west-1' };
    const { fleet, close } = openFleet({ ...aws, lake: `s3://${BUCKET}/audit`, stateMachine: MACHINE });
    await fleet.start('p', `s3://${BUCKET}/audit/_meta/plans/p.jsonl`);
    const queue = openLogFileQueue(world.sqs.createQueue('q', { region: 'ap-south-1' }), aws);
    const ref = { organization: undefined, account: undefined, region: undefined, deliveryDay: undefined };
    await queue.queue.send([{ ref: { bucket: BUCKET, key: 'a', ...ref }, size: 1, etag: '' }]);
    close();
    queue.close();
    await server.close();
    expect(world.calls.map(({ operation, region }) => [operation, region])).toEqual([
      ['ListExecutions', 'us-east-1'],
      ['StartExecution', 'us-east-1'],
      ['SendMessageBatch', 'ap-south-1'],
    ]);
    const [, started] = world.calls;
    expect(JSON.parse(String(started?.input['input']))).toEqual({
      ...{ bucket: BUCKET, key: 'audit/_meta/plans/p.jsonl', plan: 'p' },
      results: { bucket: BUCKET, prefix: 'audit/_meta/results/backfill/p' },
    });
  });
});
