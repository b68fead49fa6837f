import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Delivery, decodeNotification } from '../../src/cloudtrail/notification.js';
import type { Json } from '../../src/demo/json.js';
import {
  BUCKET,
  batch,
  cloudTrail,
  deliveriesOf,
  eventBridge,
  FIXTURES,
  fixture,
  object,
  objectsOf,
  queue,
  queueMessage,
  reasonsOf,
  s3Event,
  s3Record,
  sns,
} from '../support/envelopes.ts';
import { changedAt, type JsonPath, placesIn } from '../support/json-mutations.ts';
import { SEED } from '../support/seed.ts';

describe('what is odd', () => {
  test('is one poison message among ten, and the nine others go on (D6)', () => {
    const bodies = Array.from({ length: 10 }, (_, index) =>
      index === 4 ? '{"Records":[{}]}' : s3Event(`key-${index}`),
    );
    const deliveries = deliveriesOf(decodeNotification(queue(...bodies)));
    expect(deliveries.map(({ ackId }) => ackId)).toEqual(bodies.map((_, index) => `message-${index}`));
    expect(deliveries.filter(({ kind }) => kind === 'undecodable').map(({ ackId }) => ackId)).toEqual([
      'message-4',
    ]);
    expect(reasonsOf({ kind: 'queue', deliveries })).toEqual([
      expect.stringMatching(/^body: Records\.0: eventSource: /),
    ]);
  });

  test('is one record of a message, and the whole message is undecodable (D8)', () => {
    const one = { Records: [s3Record('a'), { ...s3Record('b'), eventVersion: '3.0' }, s3Record('c')] };
    expect(reasonsOf(decodeNotification(one))).toEqual([
      expect.stringMatching(/^Records\.1: eventVersion: /),
    ]);
    expect(objectsOf(decodeNotification(one))).toEqual([]);
  });

  test('is a message id that comes twice: one delivery, all objects, the higher count (D7)', () => {
    const Records = [
      queueMessage('twice', s3Event('a'), '2'),
      queueMessage('once', s3Event('b')),
      queueMessage('twice', s3Event('c'), '3'),
    ];
    expect(decodeNotification({ Records })).toEqual({
      kind: 'queue',
      deliveries: [
        { ackId: 'twice', receiveCount: 3, kind: 'objects', objects: [object('a'), object('c')] },
        { ackId: 'once', receiveCount: 1, kind: 'objects', objects: [object('b')] },
      ],
    });
  });

  test.each([
    ['first', ['no', s3Event('a')]],
    ['second', [s3Event('a'), 'no']],
  ])('is a message id that comes twice, the %s time with garbage: it fails (D7)', (_, bodies) => {
    const Records = bodies.map((body, index) => queueMessage('twice', body, `${2 - index}`));
    expect(decodeNotification({ Records })).toEqual({
      kind: 'queue',
      deliveries: [{ ackId: 'twice', receiveCount: 2, kind: 'undecodable', reason: 'body: not JSON' }],
    });
  });

  test('is a task, and the others of its invocation go on', () => {
    const envelope = decodeNotification(batch('1.0', 'a', '%', 'c'));
    expect(deliveriesOf(envelope).map(({ ackId, kind }) => [ackId, kind])).toEqual([
      ['task-0', 'objects'],
      ['task-1', 'undecodable'],
      ['task-2', 'objects'],
    ]);
  });

  test.each(['0', '-1', '1e9', '', 'many', '9'.repeat(30)])(
    'is a count of %j, which counts as 1',
    (received) => {
      const Records = [queueMessage('id', s3Event('a'), received)];
      expect(deliveriesOf(decodeNotification({ Records }))).toMatchObject([
        { receiveCount: 1, kind: 'objects' },
      ]);
    },
  );

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', JSON.stringify(s3Event('a'))],
    ['a number', 7],
    ['a list', [s3Event('a')]],
    ['an empty object', {}],
    ['a scheduled event of another service', { Event: 's3:Other' }],
    ['inherited fields', Object.create(s3Event('a'))],
    ['tasks of a newer schema', batch('3.0', 'a')],
    ['no tasks', batch('2.0')],
    ['a task without an id', { ...batch('2.0'), tasks: [{ s3Key: 'a', s3Bucket: BUCKET }] }],
    [
      'a queue message without an id',
      { Records: [queueMessage('id', s3Event('a')), { eventSource: 'aws:sqs' }] },
    ],
  ])('is %s: an unknown envelope', (_, event) => {
    expect(decodeNotification(event)).toMatchObject({ kind: 'unknown', reason: expect.stringMatching(/./) });
  });

  test.each([
    ['HTML', '<html>no</html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['no records', { Records: [] }],
    ['records that are no list', { Records: {} }],
    ['an event of another service', { ...eventBridge('a'), source: 'aws.athena' }],
    ['a call to S3, as CloudTrail tells EventBridge', eventBridge('a', 'AWS API Call via CloudTrail')],
    ['a subscription to confirm', { ...sns(s3Event('a')), Type: 'SubscriptionConfirmation' }],
    ['a list of keys without keys', cloudTrail()],
    ['messages of a queue in a message', queue(s3Event('a'))],
    ['almost the test of a topic', 'CloudTrail validation message. x'],
  ])('is a message of %s: undecodable, never acknowledged (D8)', (_, body) => {
    expect(deliveriesOf(decodeNotification(queue(body)))).toMatchObject([{ kind: 'undecodable' }]);
  });

  test('is told by path, and no text of it is repeated', () => {
    const hostile = '\u001b[31m<script>HOSTILE</script>';
    const told = reasonsOf(
      decodeNotification(queue({ Records: [{ ...s3Record('a'), eventVersion: hostile }] })),
    );
    expect(told).toEqual([expect.stringMatching(/^body: Records\.0: eventVersion: /)]);
    expect(told.join()).not.toMatch(/HOSTILE|\[31m/);
  });
});

describe('what is large', () => {
  const nested = (depth: number): unknown => (depth === 0 ? s3Event('a') : sns(nested(depth - 1)));

  test('texts in texts are followed to a depth of three', () => {
    expect(objectsOf(decodeNotification(queue(nested(2))))).toEqual([object('a')]);
    for (const depth of [3, 6, 9]) {
      expect(reasonsOf(decodeNotification(queue(nested(depth))))).toEqual([
        'body: Message: Message: Message: nested too deeply',
      ]);
    }
  });

  test.each([
    ['a million brackets that close', '['.repeat(1e6) + ']'.repeat(1e6)],
    ['a million brackets that do not close', '['.repeat(1e6)],
    ['records in records', `${'{"Records":['.repeat(200_000)}${']}'.repeat(200_000)}`],
    ['SNS in SNS that is no text', `${'{"Message":'.repeat(200_000)}1${'}'.repeat(200_000)}`],
    ['six million letters', 'a'.repeat(6_000_000)],
  ])('%s are undecodable, at once (D6)', (_, body) => {
    const started = performance.now();
    expect(reasonsOf(decodeNotification(queue(body)))).toEqual([expect.stringMatching(/^body: .{1,200}$/)]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('ten thousand keys in one message all arrive, in their order', () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `key-${index}`);
    const events = [s3Event(...keys), eventBridge('x'), cloudTrail(...keys)];
    const found = objectsOf(decodeNotification(queue(...events))).map(({ key }) => key);
    expect(found).toEqual([...keys, 'x', ...keys]);
  });
});

describe('a damaged notification (D8)', () => {
  const documents = FIXTURES.map((name) => ({ name, event: fixture(name) }));
  const isField = (path: JsonPath) => typeof path.at(-1) === 'string';
  const placesOf = (event: Json) => objectsOf(decodeNotification(event)).map((it) => [it.bucket, it.key]);
  /** How much is refused: of an envelope that is not known, all. */
  const refusedOf = (event: Json) => {
    const envelope = decodeNotification(event);
    return envelope.kind === 'unknown' ? Number.POSITIVE_INFINITY : reasonsOf(envelope).length;
  };

  test.each(documents)(
    '$name: without one of its fields it names the same objects, or is not acknowledged',
    ({ event }) => {
      const without = placesIn(event)
        .filter(isField)
        .map((path) => changedAt(event, path, undefined));
      const taken = without.filter((it) => refusedOf(it) === refusedOf(event));
      expect(taken.map(placesOf)).toEqual(taken.map(() => placesOf(event)));
      expect(taken.length).toBeGreaterThan(0);
      expect(taken.length).toBeLessThan(without.length);
    },
  );

  const odd = fc.oneof(
    fc.constantFrom<Json | undefined>(
      undefined,
      null,
      0,
      -1,
      true,
      '',
      [],
      {},
      [[]],
      '{',
      '%',
      '\ud800',
      '__proto__',
    ),
    fc.constantFrom<Json>('HOSTILE', 'ObjectCreated:HOSTILE', 'aws:sqs', 'aws:s3', { HOSTILE: 'HOSTILE' }),
    fc.constantFrom<Json>(
      'a'.repeat(5_000),
      '{"Records":[null]}',
      { Records: [1] },
      JSON.stringify(s3Event('a')),
    ),
    fc.jsonValue({ maxDepth: 3 }).map((value): Json => JSON.parse(JSON.stringify(value))),
  );
  const damage = fc.array(fc.tuple(fc.nat(), odd), { minLength: 1, maxLength: 4 });

  function damaged(event: Json, blows: readonly (readonly [number, Json | undefined])[]): Json {
    return blows.reduce((document: Json, [where, value]) => {
      const places = placesIn(document);
      const place = places[where % Math.max(1, places.length)];
      return place === undefined ? document : changedAt(document, place, value);
    }, event);
  }

  function messageIdsOf(event: Json): readonly string[] {
    const ids = placesIn(event).filter(
      (path) => path.length === 3 && path[0] === 'Records' && path[2] === 'messageId',
    );
    return ids.map((path) =>
      String(path.reduce<unknown>((value, name) => Reflect.get(Object(value), name), event)),
    );
  }

  test('never throws, keeps every message id once, names only possible objects, repeats no text', () => {
    const kinds = new Set<string>();
    const law = fc.property(fc.nat(documents.length - 1), damage, (which, blows) => {
      const event = damaged(documents[which]?.event ?? null, blows);
      const envelope = decodeNotification(event);
      kinds.add(envelope.kind);
      if (envelope.kind === 'queue') {
        expect(envelope.deliveries.map(({ ackId }) => ackId)).toEqual([...new Set(messageIdsOf(event))]);
      }
      for (const { bucket, key } of objectsOf(envelope)) {
        expect(bucket).toMatch(/^[a-z0-9.-]{3,63}$/);
        expect(Buffer.from(key).toString()).toBe(key);
        expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1024);
      }
      for (const reason of reasonsOf(envelope)) expect(reason).toMatch(/^(?!.*HOSTILE).{1,300}$/);
    });
    fc.assert(law, { seed: SEED, numRuns: 5_000 });
    expect([...kinds].sort()).toEqual(['batch-tasks', 'direct', 'queue', 'unknown']);
  });

  test('in a queue leaves its nine neighbours as they were (D6)', () => {
    const bodies = [
      s3Event('a+b'),
      sns(s3Event('c')),
      eventBridge('d e'),
      cloudTrail('f', 'g'),
      sns(cloudTrail('h')),
    ];
    const ten: Json = JSON.parse(JSON.stringify(queue(...bodies, ...bodies)));
    const whole = deliveriesOf(decodeNotification(ten));
    const law = fc.property(fc.nat(9), fc.nat(), odd, (which, where, value) => {
      const below = placesIn(ten).filter(([, index, name]) => index === which && name === 'body');
      const envelope = decodeNotification(changedAt(ten, below[where % below.length] ?? [], value));
      const neighbours = (all: readonly Delivery[]) => all.filter((_, index) => index !== which);
      expect(neighbours(deliveriesOf(envelope))).toEqual(neighbours(whole));
      expect(deliveriesOf(envelope)).toHaveLength(10);
    });
    fc.assert(law, { seed: SEED, numRuns: 1_000 });
  });
});
