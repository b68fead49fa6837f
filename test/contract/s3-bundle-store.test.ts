import { hash } from 'node:crypto';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { S3BundleStore } from '../../src/adapters/aws/s3-bundle-store.js';
import type { StagedPart } from '../../src/ports/bundle-store.js';
import type { AwsCall, Outcome } from '../support/aws/aws-call.ts';
import { AwsError, conditionalConflict, denied, internal, throttled } from '../support/aws/aws-error.ts';
import { LAKE_PLACE, type S3OverHttp, s3OverHttp } from '../support/s3-over-http.ts';

const BID = 'abcdefghijklmnopqrstuvwx23';
const STAGE = `_meta/stage/${BID}`;

const part = (day: string, text: string, more: Partial<StagedPart> = {}): StagedPart => ({
  ...{ table: 'athena_events', day, generation: 0, files: 1, rows: 1, rowHashSum: '' },
  bytes: text.length,
  sha256: hash('sha256', text),
  content: Buffer.from(text),
  ...more,
});

const pathOf = (day: string, generation = 0) =>
  `athena_events/g=000${generation}/year=2026/month=01/day=${day}/b-${BID}.parquet`;

/** A bundle of two days, of which the second is just being compacted. */
const PARTS = [part('2026-01-05', 'five'), part('2026-01-06', 'sixth', { generation: 2, copy: 1 })];
const PUBLISHED = { [pathOf('05')]: 'five', [pathOf('06', 2)]: 'sixth', [pathOf('06', 1)]: 'sixth' };

const keyOf = ({ input }: AwsCall) => String(input['Key']).slice(LAKE_PLACE.prefix.length + 1);
const puts = (call: AwsCall) => call.operation === 'PutObject';

let s3: S3OverHttp;
let store: S3BundleStore;
beforeEach(async () => {
  s3 = await s3OverHttp();
  store = new S3BundleStore(s3.lake);
});
afterEach(() => s3.end());

const callsOf = (operation: string) =>
  s3.world.calls.filter((call) => call.operation === operation).map(keyOf);

describe('S3BundleStore', () => {
  test('stages all parts behind one another in one object, where no reader looks', async () => {
    await store.stage(BID, PARTS);
    expect(s3.objects()).toEqual({ [STAGE]: 'fivesixth' });
    expect(await store.isStaged(BID)).toBe(true);
  });

  test('publishes what was committed, the generation that is written before the one that readers see', async () => {
    await store.stage(BID, PARTS);
    await store.publish(BID, PARTS);
    expect(s3.objects()).toEqual(PUBLISHED);
    const order = callsOf('PutObject');
    expect(order.indexOf(pathOf('06', 2))).toBeLessThan(order.indexOf(pathOf('06', 1)));
    expect(s3.world.calls.at(-1)?.operation).toBe('DeleteObject');
    expect(await store.isStaged(BID)).toBe(false);
  });

  test('one live log file costs two writes and a delete', async () => {
    await store.stage(BID, [part('2026-01-05', 'five')]);
    await store.publish(BID, [part('2026-01-05', 'five')]);
    expect(s3.world.calls.map(({ operation }) => operation)).toEqual([
      'PutObject',
      'PutObject',
      'DeleteObject',
    ]);
  });

  test('every write is conditional and names the owner of the bucket; data files say what they are', async () => {
    await store.stage(BID, PARTS);
    await store.publish(BID, PARTS);
    for (const { operation, input } of s3.world.calls) {
      expect(input['ExpectedBucketOwner']).toBe('111122223333');
      expect(input['IfNoneMatch']).toBe(operation === 'PutObject' ? '*' : undefined);
      if (operation === 'PutObject') expect(input['ChecksumSHA256']).toMatch(/^.{43}=$/);
    }
    const Key = `${LAKE_PLACE.prefix}/${pathOf('05')}`;
    const head = await s3.client.send(new HeadObjectCommand({ Bucket: LAKE_PLACE.bucket, Key }));
    expect(head.ContentType).toBe('application/vnd.apache.parquet');
  });

  test('T16: every object is encrypted with the key of the lake, where it has one', async () => {
    const kmsKey = 'arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000000';
    const encrypted = new S3BundleStore({ ...s3.lake, kmsKey });
    await encrypted.stage(BID, PARTS);
    await encrypted.publish(BID, PARTS);
    const written = s3.world.calls.filter(puts).map(({ input }) => input);
    expect(written).toHaveLength(4);
    for (const input of written) {
      expect(input).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey });
    }
  });

  test('T10: a bucket of somebody else is refused, with the action and the place', async () => {
    const strange = new S3BundleStore({ ...s3.lake, expectedOwner: '444455556666' });
    const failure = {
      code: 'AWS_DENIED',
      message: expect.stringMatching(/s3:PutObject on s3:\/\/amzn-s3-demo-lake/),
    };
    await expect(strange.stage(BID, PARTS)).rejects.toMatchObject(failure);
    expect(s3.objects()).toEqual({});
  });

  test('a bucket that is missing is a failure, not an object that is there or gone', async () => {
    const place = { bucket: 'amzn-s3-demo-nowhere', prefix: '' };
    const lost = new S3BundleStore({ ...s3.lake, place });
    await expect(lost.stage(BID, PARTS)).rejects.toMatchObject({ code: 'AWS_FAILED' });
    await expect(lost.publish(BID, PARTS)).rejects.toMatchObject({ code: 'AWS_FAILED' });
    await expect(lost.publishStaged(BID, PARTS)).rejects.toMatchObject({ code: 'AWS_FAILED' });
    await expect(lost.forget(BID)).rejects.toMatchObject({ code: 'AWS_FAILED' });
  });

  test('S3 compares the bytes of a part with what was committed', async () => {
    const wrong = [part('2026-01-05', 'five', { sha256: hash('sha256', 'other') })];
    await expect(store.publish(BID, wrong)).rejects.toMatchObject({ code: 'AWS_FAILED' });
    expect(s3.objects()).toEqual({});
  });
});

/** What the calls of a stage and its publishing are, one by one; 412 is met by what is there already. */
const CALLS = [STAGE, pathOf('05'), pathOf('06', 2), pathOf('06', 1)];
const OUTCOMES: { readonly [name: string]: Outcome } = {
  '409, two conditional writes met': conditionalConflict(),
  '500': internal,
  '503, slow down': throttled,
  '400, too slow': new AwsError('RequestTimeout', 'Your socket connection was not read from', {
    status: 400,
  }),
  'no answer, not done': 'not done',
  'no answer, done': 'done, response lost',
};

describe('S3BundleStore: every write fails once', () => {
  for (const [name, outcome] of Object.entries(OUTCOMES)) {
    test.each(CALLS)(`O4: ${name}: the same request again: %s`, async (path) => {
      const fault = s3.world.fail((call) => puts(call) && keyOf(call) === path, outcome);
      await store.stage(BID, PARTS);
      await store.publish(BID, PARTS);
      expect(fault.met).toBe(1);
      expect(callsOf('PutObject').filter((key) => key === path)).toHaveLength(2);
      expect(s3.objects()).toEqual(PUBLISHED);
      expect(s3.pauses).toEqual([expect.any(Number)]);
    });
  }

  test.each(['not done', 'done, response lost'] as const)('%s: the delete at the end', async (outcome) => {
    const fault = s3.world.fail(({ operation }) => operation === 'DeleteObject', outcome);
    await store.stage(BID, PARTS);
    await store.publish(BID, PARTS);
    expect(fault.met).toBe(1);
    expect(s3.objects()).toEqual(PUBLISHED);
  });

  test('what does not pass is told after some attempts, with growing pauses, and nothing is taken away', async () => {
    await store.stage(BID, PARTS);
    s3.world.fail(puts, internal, { times: Number.POSITIVE_INFINITY });
    const failure = { code: 'AWS_FAILED', message: expect.stringContaining('InternalError (HTTP 500)') };
    await expect(store.publish(BID, PARTS.slice(0, 1))).rejects.toMatchObject(failure);
    expect(s3.pauses).toEqual([50, 100, 200]);
    expect(Object.keys(s3.objects())).toEqual([STAGE]);
  });

  test('access denied is told at once', async () => {
    s3.world.fail(puts, denied);
    await expect(store.stage(BID, PARTS)).rejects.toMatchObject({ code: 'AWS_DENIED' });
    expect(s3.pauses).toEqual([]);
  });

  test('under the retries of the SDK nothing changes', async () => {
    const retrying = await s3OverHttp({ attempts: 3 });
    retrying.world.fail(puts, 'done, response lost', { times: 2 });
    const store = new S3BundleStore(retrying.lake);
    await store.stage(BID, PARTS);
    await store.publish(BID, PARTS);
    expect(retrying.objects()).toEqual(PUBLISHED);
    expect(retrying.pauses).toEqual([]);
    await retrying.end();
  });

  test('a discard that fails leaves the staged bundle for the sweep', async () => {
    await store.stage(BID, PARTS);
    s3.world.fail(({ operation }) => operation === 'DeleteObject', denied);
    await store.discard(BID);
    expect(await store.isStaged(BID)).toBe(true);
    await store.discard(BID);
    expect(s3.objects()).toEqual({});
  });
});

describe('S3BundleStore: staged bundles', () => {
  const commitParts = PARTS.map(({ content: _, ...rest }) => rest);

  /** An author who may not do one of his calls, and what he did of the others. */
  async function failAt(path: string): Promise<void> {
    await store.stage(BID, PARTS);
    const fault = s3.world.fail((call) => puts(call) && keyOf(call) === path, denied, { times: Infinity });
    await expect(store.publish(BID, PARTS)).rejects.toMatchObject({ code: 'AWS_DENIED' });
    fault.stop();
  }

  test.each(CALLS.slice(1))(
    'a bundle whose author died before %s is published by another one',
    async (path) => {
      await failAt(path);
      expect(s3.objects()[STAGE]).toBe('fivesixth');
      expect(s3.objects()[pathOf('06', 1)]).toBe(path === pathOf('05') ? 'sixth' : undefined);
      expect(await store.publishStaged(BID, commitParts)).toBe(true);
      expect(s3.objects()).toEqual(PUBLISHED);
      expect(await store.publishStaged(BID, commitParts)).toBe(false);
    },
  );

  test('D1: any number may publish a bundle at once, its author among them', async () => {
    await store.stage(BID, PARTS);
    const others = Array.from({ length: 4 }, () => store.publishStaged(BID, commitParts));
    const [, ...done] = await Promise.all([store.publish(BID, PARTS), ...others]);
    expect(done.every((it) => typeof it === 'boolean')).toBe(true);
    expect(s3.objects()).toEqual(PUBLISHED);
  });

  test('a data file that is there stays as it is', async () => {
    await store.stage(BID, PARTS);
    s3.world.s3.put(LAKE_PLACE.bucket, `${LAKE_PLACE.prefix}/${pathOf('05')}`, 'first');
    await store.publishStaged(BID, commitParts);
    expect(s3.objects()).toEqual({ ...PUBLISHED, [pathOf('05')]: 'first' });
  });

  test('a staged body that breaks is fetched again', async () => {
    await store.stage(BID, PARTS);
    s3.world.fail(({ operation }) => operation === 'GetObject', { breaksAfter: 3 });
    expect(await store.publishStaged(BID, commitParts)).toBe(true);
    expect(s3.objects()).toEqual(PUBLISHED);
  });

  test.each([
    ['other bytes', 'fiveSIXTH'],
    ['fewer', 'fivesixt'],
    ['more', 'fivesixth.'],
  ])('T17: %s than were committed are not published', async (_, staged) => {
    s3.world.s3.put(LAKE_PLACE.bucket, `${LAKE_PLACE.prefix}/${STAGE}`, staged);
    await expect(store.publishStaged(BID, commitParts)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(s3.objects()).toEqual({ [STAGE]: staged });
  });

  test('lists what is staged over many pages, with when; what is not a bundle is left alone', async () => {
    s3.world.s3.pageSize = 2;
    s3.world.now = () => Date.UTC(2026, 0, 9, 10);
    const bids = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(26));
    for (const bid of bids) await store.stage(bid, PARTS);
    for (const name of ['', 'notes.txt', `${BID}/x`]) {
      s3.world.s3.put(LAKE_PLACE.bucket, `${LAKE_PLACE.prefix}/_meta/stage/${name}`, 'x');
    }
    const found = [];
    for await (const staged of store.list()) found.push(staged);
    expect(found).toEqual(bids.map((bid) => ({ bid, stagedAt: Date.UTC(2026, 0, 9, 10) })));
    await store.forget('a'.repeat(26));
    expect(await store.isStaged('a'.repeat(26))).toBe(false);
    expect(await store.isStaged('b'.repeat(26))).toBe(true);
  });

  test('without s3:ListBucket, what is gone looks forbidden: that is told, not taken for published', async () => {
    s3.world.s3.createBucket('amzn-s3-demo-secret', { listable: false });
    const secret = new S3BundleStore({ ...s3.lake, place: { bucket: 'amzn-s3-demo-secret', prefix: '' } });
    await expect(secret.isStaged(BID)).rejects.toMatchObject({
      code: 'AWS_DENIED',
      message: expect.stringContaining('s3:ListBucket'),
    });
  });
});
