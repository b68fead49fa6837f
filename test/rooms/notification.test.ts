import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeNotification } from '../../src/cloudtrail/notification.js';
import {
  asS3Encodes,
  batch,
  cloudTrail,
  DIFFICULT,
  deliveriesOf,
  eventBridge,
  FIXTURES,
  fixture,
  formEncoded,
  object,
  objectsOf,
  PLAIN,
  queue,
  reasonsOf,
  s3Event,
  s3Record,
  sns,
  snsToLambda,
} from '../support/envelopes.ts';
import { SEED } from '../support/seed.ts';

/** How many keys go through every envelope: `KEYS=100000` for more. */
const KEYS = Number(process.env['KEYS'] ?? 20_000);

describe('every sample notification names its objects', () => {
  const plain = [object(PLAIN)];
  const both = [object(PLAIN, ''), object(DIFFICULT, '')];
  const EXPECTED: {
    readonly [name: string]: readonly [kind: string, objects: readonly (readonly object[])[]];
  } = {
    'cloudtrail-sns': ['direct', [both]],
    eventbridge: ['direct', [[object(DIFFICULT)]]],
    's3-batch-1.0': ['batch-tasks', [[object(DIFFICULT, '')]]],
    's3-batch-2.0': ['batch-tasks', [[object(DIFFICULT, '')]]],
    's3-event': ['direct', [plain]],
    's3-event-encoded-key': ['direct', [[object(DIFFICULT)]]],
    's3-object-removed': ['direct', [[]]],
    's3-test-event': ['direct', [[]]],
    'sns-s3': ['direct', [plain]],
    'sqs-cloudtrail-sns': ['queue', [both]],
    'sqs-eventbridge': ['queue', [[object(DIFFICULT)]]],
    'sqs-garbage-sibling': ['queue', [plain, plain]],
    'sqs-s3': ['queue', [plain]],
    'sqs-s3-test-event': ['queue', [[]]],
    'sqs-sns-s3': ['queue', [plain]],
    'sqs-sns-s3-raw': ['queue', [plain]],
  };

  test('and none is forgotten here', () =>
    expect(Object.keys(EXPECTED).sort()).toEqual([...FIXTURES].sort()));

  test.each(Object.entries(EXPECTED))('%s (D8)', (name, [kind, objects]) => {
    const envelope = decodeNotification(fixture(name));
    expect(envelope.kind).toBe(kind);
    expect(deliveriesOf(envelope).flatMap((it) => (it.kind === 'objects' ? [it.objects] : []))).toEqual(
      objects,
    );
    expect(reasonsOf(envelope)).toEqual(name === 'sqs-garbage-sibling' ? ['body: not JSON'] : []);
  });

  test('and a queue message keeps its id and its count', () => {
    const [first, second, third] = deliveriesOf(decodeNotification(fixture('sqs-garbage-sibling')));
    expect(first).toMatchObject({ ackId: '48d5dc7e-0407-4080-9369-fc84d51c7f7e', receiveCount: 1 });
    expect(second).toEqual({
      ackId: '4597b6d0-7f82-4f41-8353-2ca0fe065cd8',
      receiveCount: 1,
      kind: 'undecodable',
      reason: 'body: not JSON',
    });
    expect(third).toMatchObject({ ackId: 'ec99358e-08d6-4613-980a-ca0b6e610376', kind: 'objects' });
  });

  test('and tasks keep what they are answered by', () => {
    expect(decodeNotification(fixture('s3-batch-2.0'))).toMatchObject({
      schema: '2.0',
      invocationId: 'YXNkbGZqYWRmaiBhc2RmdW9hZHNmZGpmaGFzbGtkaGZza2RmaAo',
      deliveries: [{ ackId: 'dGFza2lkZ29lc2hlcmUK', receiveCount: 1 }],
    });
  });
});

describe('other ways in which they come (D8)', () => {
  const named = [object('a b.json.gz')];
  test.each([
    ['EventBridge to SNS to a Lambda', snsToLambda(eventBridge('a b.json.gz'))],
    ['EventBridge to SNS to SQS', queue(sns(eventBridge('a b.json.gz')))],
    ['an S3 record of another minor version', s3Event('a+b.json.gz')],
    ['a restored object of S3', { Records: [s3Record('a+b.json.gz', 'ObjectRestore:Completed')] }],
    ['a restored object of EventBridge', eventBridge('a b.json.gz', 'Object Restore Completed')],
    ['a copied object', { Records: [s3Record('a+b.json.gz', 'ObjectCreated:Copy')] }],
  ])('%s', (_, event) => {
    const envelope = decodeNotification(event);
    expect(reasonsOf(envelope)).toEqual([]);
    expect(objectsOf(envelope)).toEqual(named);
  });

  test("CloudTrail's own topic with raw message delivery", () => {
    expect(objectsOf(decodeNotification(queue(cloudTrail('a+b', '%2B'))))).toEqual([
      object('a+b', ''),
      object('%2B', ''),
    ]);
  });

  test('a bucket of another partition, and one that is named with its account', () => {
    const arns = [
      'arn:aws-us-gov:s3:::amzn-s3-demo-bucket',
      'arn:aws:s3:us-east-1:111122223333:amzn-s3-demo-bucket',
    ];
    for (const s3BucketArn of arns) {
      const tasks = [{ taskId: 'task', s3Key: 'a', s3BucketArn }];
      expect(objectsOf(decodeNotification({ ...batch('1.0'), tasks })), s3BucketArn).toEqual([
        object('a', ''),
      ]);
    }
  });

  test('all objects of a message belong to one delivery', () => {
    const two = snsToLambda(s3Event('a', 'b'), cloudTrail('c'));
    expect(decodeNotification(two)).toEqual({
      kind: 'direct',
      deliveries: [
        {
          ackId: 'direct',
          receiveCount: 1,
          kind: 'objects',
          objects: [object('a'), object('b'), object('c', '')],
        },
      ],
    });
  });

  test.each([
    ["CloudTrail's test of its topic, to a Lambda", snsToLambda('CloudTrail validation message.')],
    ["CloudTrail's test of its topic, to a queue", queue(sns('CloudTrail validation message.'))],
    ["CloudTrail's test of its topic, raw", queue('CloudTrail validation message.')],
    ['a restore that began', { Records: [s3Record('a', 'ObjectRestore:Post')] }],
    ['an expired object', { Records: [s3Record('a', 'LifecycleExpiration:Delete')] }],
    ['a deleted object of EventBridge', eventBridge('a', 'Object Deleted')],
  ])('%s names nothing, and is acknowledged', (_, event) => {
    expect(deliveriesOf(decodeNotification(event))).toMatchObject([{ kind: 'objects', objects: [] }]);
  });
});

describe('a key', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '+',
      '%',
      '%2B',
      '%20',
      '%25',
      ' ',
      'ö',
      '😀',
      '&',
      '=',
      '/',
      '?',
      '#',
      '\\',
      '"',
      '~',
      '*',
      'a',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
  );
  const anyKey = fc
    .array(piece, { minLength: 1, maxLength: 24 })
    .map((pieces) => pieces.join(''))
    .filter((key) => Buffer.byteLength(key) <= 1024);

  test('comes out of every envelope as it went in, decoded once where it is encoded and never elsewhere (D9)', () => {
    const once = fc.property(anyKey, (key) => {
      for (const encoded of [formEncoded(key), asS3Encodes(key)]) {
        expect(objectsOf(decodeNotification(s3Event(encoded)))).toEqual([object(key)]);
        expect(objectsOf(decodeNotification(batch('2.0', encoded)))).toEqual([object(key, '')]);
      }
      expect(objectsOf(decodeNotification(queue(sns(s3Event(asS3Encodes(key))))))).toEqual([object(key)]);
      expect(objectsOf(decodeNotification(eventBridge(key)))).toEqual([object(key)]);
      expect(objectsOf(decodeNotification(queue(cloudTrail(key))))).toEqual([object(key, '')]);
    });
    fc.assert(once, { seed: SEED, numRuns: KEYS });
  });

  test('of 1024 bytes is the longest', () => {
    const longest = 'ö'.repeat(512);
    expect(objectsOf(decodeNotification(s3Event(formEncoded(longest))))).toEqual([object(longest)]);
    for (const event of [
      s3Event(formEncoded(`${longest}a`)),
      eventBridge(`${longest}a`),
      cloudTrail('a'.repeat(1025)),
    ]) {
      expect(reasonsOf(decodeNotification(event))).toHaveLength(1);
    }
  });

  test.each([
    ['nothing', ''],
    ['a percent sign without digits', 'a%zz'],
    ['half of a letter', 'a%C3'],
    ['half of a surrogate pair', 'a\ud83d'],
    ['five million characters', 'a'.repeat(5_000_000)],
  ])('of %s is no key (D9)', (_, key) => {
    expect(reasonsOf(decodeNotification(s3Event(key)))).toEqual([
      expect.stringMatching(/^Records\.0: s3\.object\.key: /),
    ]);
  });

  test('with half of a surrogate pair is no key where keys are not encoded', () => {
    expect(reasonsOf(decodeNotification(eventBridge('a\ud83d')))).toEqual(['detail.object.key: not Unicode']);
    expect(reasonsOf(decodeNotification(cloudTrail('a', '\udc00')))).toEqual(['s3ObjectKey.1: not Unicode']);
  });
});

describe('a bucket', () => {
  test.each(['example.com/', 'a', 'UPPER', '../x', 'a@example.com', '192.0.2.1:80', 'a'.repeat(64)])(
    'is not %s',
    (name) => {
      const [record] = s3Event('a').Records;
      const odd = { ...record, s3: { bucket: { name }, object: { key: 'a' } } };
      expect(reasonsOf(decodeNotification({ Records: [odd] }))).toEqual([
        expect.stringMatching(/^Records\.0: s3\.bucket\.name: /),
      ]);
    },
  );
});
