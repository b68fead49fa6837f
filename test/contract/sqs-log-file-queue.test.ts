import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SqsLogFileQueue } from '../../src/adapters/aws/sqs-log-file-queue.js';
import { decodeNotification } from '../../src/cloudtrail/notification.js';
import type { QueuedLogFile } from '../../src/ports/log-file-queue.js';
import { denied, internal } from '../support/aws/aws-error.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { FACES, type OpenFace } from '../support/aws/faces.ts';
import { asS3Encodes, objectsOf } from '../support/envelopes.ts';

const BUCKET = 'amzn-s3-demo-bucket';
const NOTHING = { organization: undefined, account: undefined, region: undefined, deliveryDay: undefined };
const fileOf = (key: string, etag = 'd41d8cd98f00b204e9800998ecf8427e'): QueuedLogFile => ({
  ref: { bucket: BUCKET, key, ...NOTHING },
  size: 1_234,
  etag,
});
const filesOf = (count: number, name = 'log') =>
  Array.from({ length: count }, (_, n) => fileOf(`${name}-${n}.json.gz`));

describe.each(FACES)('the queue of log files, $name', ({ open }) => {
  let world: AwsWorld;
  let face: OpenFace;
  let url: string;
  let paused: number;
  beforeEach(async () => {
    world = new AwsWorld();
    url = world.sqs.createQueue('audit-lake-ingest');
    face = await open(world);
    paused = 0;
  });
  afterEach(() => face.close());

  const queue = (queueUrl = url) =>
    new SqsLogFileQueue({
      client: face.clients.sqs,
      queueUrl,
      waiting: { pause: async () => void paused++, random: () => 0.5 },
    });

  /** What the ingest Lambda makes of all that waits. */
  async function arrived() {
    const objects: unknown[] = [];
    while (world.sqs.bodies(url).length > 0) {
      await world.sqs.poll(url, 10, async (event) => {
        const envelope = decodeNotification(event);
        expect(envelope.kind).toBe('queue');
        objects.push(...objectsOf(envelope));
        return { batchItemFailures: [] };
      });
    }
    return objects;
  }

  const objects = (files: readonly QueuedLogFile[]) =>
    files.map(({ ref: { bucket, key }, etag }) => ({ bucket, key, etag }));

  test('tells of log files so that the ingest Lambda takes exactly these', async () => {
    const files = filesOf(450);
    await queue().send(files);
    expect(new Set(await arrived())).toEqual(new Set(objects(files)));
  });

  test('sends twenty log files a message and ten messages a call', async () => {
    await queue().send(filesOf(450));
    expect(world.sqs.bodies(url)).toHaveLength(23);
    expect(world.count('SendMessageBatch')).toBe(3);
    const [body = ''] = world.sqs.bodies(url);
    expect(JSON.parse(body).Records).toHaveLength(20);
  });

  test('writes records as S3 does', async () => {
    await queue().send([fileOf('central lögs/a+b/(1)!.json.gz', '"d41d"')]);
    const [body = ''] = world.sqs.bodies(url);
    expect(JSON.parse(body).Records[0]).toMatchObject({
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      s3: {
        bucket: { name: BUCKET },
        object: { key: 'central+l%C3%B6gs/a%2Bb/%281%29%21.json.gz', size: 1_234, eTag: 'd41d' },
      },
    });
    expect(asS3Encodes('central lögs/a+b')).toBe('central+l%C3%B6gs/a%2Bb');
  });

  test('sends nothing where there is nothing', async () => {
    await queue().send([]);
    expect(world.calls).toEqual([]);
  });

  test('stays within the bytes of a call, however long the keys are', async () => {
    const long = Array.from({ length: 200 }, (_, n) => fileOf(`${'é'.repeat(500)}${n}.json.gz`));
    await queue().send(long);
    expect(world.count('SendMessageBatch')).toBeGreaterThan(1);
    expect(new Set(await arrived())).toEqual(new Set(objects(long)));
  });

  test('sends again what a call left, and only that', async () => {
    world.fail(({ operation }) => operation === 'SendMessageBatch', { processed: 3 });
    const files = filesOf(200);
    await queue().send(files);
    expect(world.sqs.bodies(url)).toHaveLength(10);
    expect(new Set(await arrived())).toEqual(new Set(objects(files)));
    expect([world.count('SendMessageBatch'), paused]).toEqual([2, 1]);
  });

  test('gives up what the queue leaves again and again', async () => {
    world.fail(({ operation }) => operation === 'SendMessageBatch', { processed: 0 }, { times: Infinity });
    await expect(queue().send(filesOf(5))).rejects.toMatchObject({
      code: 'AWS_FAILED',
      message: expect.stringMatching(/^sqs:SendMessage on https:.*audit-lake-ingest: .*InternalError/),
    });
    expect([world.count('SendMessageBatch'), paused]).toEqual([6, 5]);
  });

  test('does not repeat what is refused as its own fault, and says why', async () => {
    world.sqs.refuses = (body) => body.includes('log-25.');
    await expect(queue().send(filesOf(60))).rejects.toMatchObject({
      code: 'AWS_FAILED',
      message: expect.stringContaining('InvalidMessageContents: The message is not valid.'),
    });
    expect(world.count('SendMessageBatch')).toBe(1);
  });

  test('names the action and the queue where it may not send, or where there is no queue', async () => {
    world.fail(({ service }) => service === 'sqs', denied);
    await expect(queue().send(filesOf(1))).rejects.toMatchObject({
      code: 'AWS_DENIED',
      message: expect.stringContaining(`sqs:SendMessage on ${url}`),
    });
    const missing = `${url}-other`;
    await expect(queue(missing).send(filesOf(1))).rejects.toMatchObject({
      code: 'AWS_FAILED',
      message: expect.stringContaining('QueueDoesNotExist'),
    });
  });

  test('ends with what the service says where it fails for good', async () => {
    world.fail(({ service }) => service === 'sqs', internal, { times: Infinity });
    await expect(queue().send(filesOf(1))).rejects.toMatchObject({ code: 'AWS_FAILED' });
  });
});

describe('any log files', () => {
  const key = fc
    .oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), fc.string({ minLength: 1 }))
    .filter((text) => Buffer.from(text).toString() === text);

  test('arrive as they were sent, whatever their keys are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(key, fc.stringMatching(/^[0-9a-f]{0,32}$/)), { maxLength: 60 }),
        async (named) => {
          const world = new AwsWorld();
          const queueUrl = world.sqs.createQueue('q');
          const waiting = { pause: async () => undefined, random: () => 0 };
          const files = named.map(([key, etag]) => fileOf(key, etag));
          await new SqsLogFileQueue({ client: world.clients.sqs, queueUrl, waiting }).send(files);
          const bodies = world.sqs.bodies(queueUrl).map((body): unknown => JSON.parse(body));
          const told = bodies.flatMap((body) => objectsOf(decodeNotification(body)));
          expect(told).toEqual(files.map(({ ref, etag }) => ({ bucket: BUCKET, key: ref.key, etag })));
        },
      ),
    );
  });
});
