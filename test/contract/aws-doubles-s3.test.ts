import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type OptionalObjectAttributes,
  PutObjectCommand,
  paginateListObjectsV2,
  RestoreObjectCommand,
  type S3Client,
  type Tier,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { conditionalConflict, denied, throttled } from '../support/aws/aws-error.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { FACES } from '../support/aws/faces.ts';

const Bucket = 'amzn-s3-demo-lake';
const HOUR = 3_600_000;
const DIFFICULT = ["a b/+ö😀 %&=#?'()~*!.txt", '../x', './y//z', 'tab\tand <&>"', ' leading', '%2F%41'];

describe.each(FACES)('the double of S3, $name', ({ open, retries }) => {
  let world: AwsWorld;
  let s3: S3Client;
  let close: () => Promise<void>;

  beforeEach(async () => {
    world = new AwsWorld();
    world.s3.createBucket(Bucket);
    const face = await open(world);
    s3 = face.clients.s3;
    close = face.close;
  });
  afterEach(() => close());

  const put = (Key: string, Body: string | Uint8Array, more: object = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const text = async (Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return Body?.transformToString();
  };

  test.each(DIFFICULT)('keeps an object under the key %j, and lists it', async (Key) => {
    await put(Key, 'hello', { Metadata: { note: 'x' } });
    expect(await text(Key)).toBe('hello');
    expect([...world.s3.objects(Bucket).keys()]).toEqual([Key]);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents.map((object) => object.Key)).toEqual([Key]);
    const { Contents: encoded = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket, EncodingType: 'url' }),
    );
    const decoded = encoded.map((object) => decodeURIComponent((object.Key ?? '').replaceAll('+', ' ')));
    expect(decoded).toEqual([Key]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(world.s3.objects(Bucket).size).toBe(0);
  });

  test('gives bytes back as they were, whatever their number, and what is known of them', async () => {
    for (const size of [0, 1, 65_536, 300_001]) {
      const bytes = randomBytes(size);
      await put('k', bytes, { Metadata: { note: 'x' }, ContentType: 'application/gzip' });
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
      expect(got).toMatchObject({
        ContentLength: size,
        ContentType: 'application/gzip',
        Metadata: { note: 'x' },
      });
      expect(got.LastModified).toEqual(new Date(world.now()));
      expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
      expect(got.ETag).toBe(world.s3.objects(Bucket).get('k')?.etag);
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
      expect(head).toMatchObject({ ContentLength: size, ETag: got.ETag, Metadata: { note: 'x' } });
    }
  });

  test('takes streams whose length is told', async () => {
    const Body = Readable.from([Buffer.from('one '), Buffer.from('two')]);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ContentLength: 7 }));
    expect(await text('k')).toBe('one two');
  });

  test('gives ranges, and refuses those that lie outside', async () => {
    world.s3.put(Bucket, 'k', '0123456789');
    const range = async (Range: string) => {
      const { Body, ContentRange } = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', Range }));
      return [await Body?.transformToString(), ContentRange];
    };
    expect(await range('bytes=2-4')).toEqual(['234', 'bytes 2-4/10']);
    expect(await range('bytes=7-')).toEqual(['789', 'bytes 7-9/10']);
    expect(await range('bytes=-2')).toEqual(['89', 'bytes 8-9/10']);
    await expect(range('bytes=10-12')).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  test('lets one of many conditional writes win (If-None-Match)', async () => {
    const all = Array.from({ length: 20 }, (_, at) => put('k', `${at}`, { IfNoneMatch: '*' }));
    const outcomes = await Promise.allSettled(all);
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(failures).toHaveLength(19);
    for (const failure of failures) {
      expect(failure).toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    }
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(await text('k')).toBe(String(winner));
  });

  test('compares and swaps by ETag (If-Match)', async () => {
    const { ETag: first } = await put('k', 'one');
    const { ETag: second } = await put('k', 'two', { IfMatch: first });
    await expect(put('k', 'three', { IfMatch: first })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(put('none', 'three', { IfMatch: first })).rejects.toMatchObject({ name: 'NoSuchKey' });
    const get = new GetObjectCommand({ Bucket, Key: 'k', IfMatch: first });
    await expect(s3.send(get)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    const remove = new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: first });
    await expect(s3.send(remove)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(world.s3.objects(Bucket).get('k')?.etag).toBe(second);
  });

  test('has ETags that are no MD5 where KMS encrypts', async () => {
    const kms = { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: 'alias/lake' };
    const plain = await put('plain', 'x');
    const encrypted = await put('k', 'x', kms);
    expect(encrypted).toMatchObject(kms);
    expect(encrypted.ETag).not.toBe(plain.ETag);
    await expect(put('k', 'x', { SSEKMSKeyId: 'alias/lake' })).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
  });

  test('tells what is missing, and what may not be known', async () => {
    world.s3.createBucket('amzn-s3-demo-bucket', { listable: false, owner: '444455556666' });
    const closed = { Bucket: 'amzn-s3-demo-bucket' };
    const failures = {
      NoSuchKey: [404, new GetObjectCommand({ Bucket, Key: 'none' })],
      NotFound: [404, new HeadObjectCommand({ Bucket, Key: 'none' })],
      NoSuchBucket: [404, new GetObjectCommand({ Bucket: 'amzn-s3-demo-none', Key: 'none' })],
      AccessDenied: [403, new GetObjectCommand({ ...closed, Key: 'none' })],
      Unknown: [403, new HeadObjectCommand({ ...closed, Key: 'none' })],
    } as const;
    for (const [name, [httpStatusCode, command]] of Object.entries(failures)) {
      const sent = s3.send(command as GetObjectCommand);
      await expect(sent, name).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
    }
    await expect(s3.send(new ListObjectsV2Command(closed))).rejects.toMatchObject({ name: 'AccessDenied' });
    const gone = s3.send(new HeadBucketCommand({ Bucket: 'amzn-s3-demo-none' }));
    await expect(gone).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('refuses whoever expects another owner', async () => {
    world.s3.put(Bucket, 'k', 'x');
    const wrong = { Bucket, Key: 'k', ExpectedBucketOwner: '444455556666' };
    const refused = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
    await expect(s3.send(new GetObjectCommand(wrong))).rejects.toMatchObject(refused);
    await expect(s3.send(new PutObjectCommand({ ...wrong, Body: 'y' }))).rejects.toMatchObject(refused);
    await expect(s3.send(new DeleteObjectCommand(wrong))).rejects.toMatchObject(refused);
    const list = new ListObjectsV2Command({ Bucket, ExpectedBucketOwner: '444455556666' });
    await expect(s3.send(list)).rejects.toMatchObject(refused);
    await s3.send(new GetObjectCommand({ ...wrong, ExpectedBucketOwner: '111122223333' }));
  });

  test('does not give what is archived until it is restored', async () => {
    world.s3.put(Bucket, 'k', 'x', { storageClass: 'GLACIER' });
    const get = new GetObjectCommand({ Bucket, Key: 'k' });
    const archived = {
      name: 'InvalidObjectState',
      StorageClass: 'GLACIER',
      $metadata: { httpStatusCode: 403 },
    };
    await expect(s3.send(get)).rejects.toMatchObject(archived);
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).toMatchObject({
      StorageClass: 'GLACIER',
    });
    world.s3.put(Bucket, 'k', 'x', { storageClass: 'GLACIER', restored: true });
    expect(await text('k')).toBe('x');
  });

  test('restores what is archived, as long as that takes, and keeps the copy for so many days', async () => {
    let now = Date.UTC(2026, 0, 9, 12);
    world.now = () => now;
    world.s3.put(Bucket, 'k', 'x', { storageClass: 'GLACIER' });
    const restore = async (Days = 2, Tier: Tier = 'Standard') => {
      const RestoreRequest = { Days, GlacierJobParameters: { Tier } };
      const answer = await s3.send(new RestoreObjectCommand({ Bucket, Key: 'k', RestoreRequest }));
      return answer.$metadata.httpStatusCode;
    };
    const status = async () => {
      const OptionalObjectAttributes: OptionalObjectAttributes[] = ['RestoreStatus'];
      const page = await s3.send(new ListObjectsV2Command({ Bucket, OptionalObjectAttributes }));
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
      const [object] = page.Contents ?? [];
      return [object?.StorageClass, object?.RestoreStatus, head.Restore];
    };
    expect(await status()).toEqual(['GLACIER', undefined, undefined]);
    expect(await restore()).toBe(202);
    expect(await status()).toEqual(['GLACIER', { IsRestoreInProgress: true }, 'ongoing-request="true"']);
    const again = { name: 'RestoreAlreadyInProgress', $metadata: { httpStatusCode: 409 } };
    await expect(restore()).rejects.toMatchObject(again);
    now += 5 * HOUR;
    const until = new Date(now + 48 * HOUR);
    const words = `ongoing-request="false", expiry-date="${until.toUTCString()}"`;
    expect(await text('k')).toBe('x');
    expect(await status()).toEqual([
      'GLACIER',
      { IsRestoreInProgress: false, RestoreExpiryDate: until },
      words,
    ]);
    expect(await restore(1)).toBe(200);
    now += 24 * HOUR;
    expect(await status()).toEqual(['GLACIER', undefined, undefined]);
    await expect(text('k')).rejects.toMatchObject({ name: 'InvalidObjectState' });
    const plain = await s3.send(new ListObjectsV2Command({ Bucket }));
    expect(plain.Contents?.[0]).not.toHaveProperty('RestoreStatus');
  });

  test('refuses to restore what is in no archive, and what no tier or number of days allows', async () => {
    const restore = (Key: string, Days: number, Tier: Tier) => {
      const RestoreRequest = { Days, GlacierJobParameters: { Tier } };
      return s3.send(new RestoreObjectCommand({ Bucket, Key, RestoreRequest }));
    };
    world.s3.put(Bucket, 'plain', 'x');
    world.s3.put(Bucket, 'deep', 'x', { storageClass: 'DEEP_ARCHIVE' });
    await expect(restore('plain', 1, 'Bulk')).rejects.toMatchObject({ name: 'InvalidObjectState' });
    await expect(restore('deep', 1, 'Expedited')).rejects.toMatchObject({ name: 'InvalidArgument' });
    await expect(restore('deep', 0, 'Bulk')).rejects.toMatchObject({ name: 'InvalidArgument' });
    await expect(restore('none', 1, 'Bulk')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('denies listings below a prefix, and lists what lies above and beside it', async () => {
    for (const key of ['a/1', 'b/1']) world.s3.put(Bucket, key, 'x');
    world.s3.denyListing(Bucket, 'a/');
    const list = (Prefix: string) => s3.send(new ListObjectsV2Command({ Bucket, Prefix, Delimiter: '/' }));
    expect((await list('')).CommonPrefixes).toEqual([{ Prefix: 'a/' }, { Prefix: 'b/' }]);
    expect((await list('b/')).KeyCount).toBe(1);
    for (const prefix of ['a/', 'a/1']) {
      await expect(list(prefix)).rejects.toMatchObject({ name: 'AccessDenied' });
    }
  });

  test('sends requests for a bucket to its Region, and tells which one that is', async () => {
    world.s3.createBucket('amzn-s3-demo-bucket', { region: 'eu-west-1' });
    const sent = s3.send(new ListObjectsV2Command({ Bucket: 'amzn-s3-demo-bucket' }));
    await expect(sent).rejects.toMatchObject({
      name: 'PermanentRedirect',
      $metadata: { httpStatusCode: 301 },
      $response: { headers: expect.objectContaining({ 'x-amz-bucket-region': 'eu-west-1' }) },
    });
  });

  test('takes so many requests in any second, by the clock of the world', async () => {
    let now = 1_000_000;
    world.now = () => now;
    world.s3.put(Bucket, 'k', 'x');
    world.s3.quota.perSecond = 2;
    const slow = { name: 'SlowDown', $metadata: { httpStatusCode: 503 } };
    expect(await text('k')).toBe('x');
    now += 600;
    expect(await text('k')).toBe('x');
    await expect(text('k')).rejects.toMatchObject(slow);
    now += 400;
    expect(await text('k')).toBe('x');
    await expect(text('k')).rejects.toMatchObject(slow);
    expect(world.s3.quota.refused).toBe(retries ? 6 : 2);
  });

  test('lists in pages, in the order of the bytes of the keys', async () => {
    const keys = ['b', 'a', 'a/1', 'B', 'ö', '😀', '\uffee', 'a-'];
    for (const key of keys) world.s3.put(Bucket, key, key);
    world.s3.pageSize = 3;
    const seen: string[] = [];
    const pages: number[] = [];
    for await (const { Contents = [], KeyCount = 0 } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
      seen.push(...Contents.flatMap(({ Key = '' }) => Key));
      pages.push(KeyCount);
    }
    expect(seen).toEqual(['B', 'a', 'a-', 'a/1', 'b', 'ö', '\uffee', '😀']);
    expect(pages).toEqual([3, 3, 2]);
    const { Contents = [], IsTruncated } = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'a', StartAfter: 'a', MaxKeys: 1 }),
    );
    expect([Contents.map(({ Key }) => Key), IsTruncated]).toEqual([['a-'], true]);
    const forged = s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'a' }));
    await expect(forged).rejects.toMatchObject({ name: 'InvalidArgument' });
  });

  test('lists folders once, also where a page ends with one', async () => {
    for (const key of ['p/a/1', 'p/a/2', 'p/b', 'p/c/1', 'p/c/2', 'q']) world.s3.put(Bucket, key, key);
    for (const pageSize of [1, 2, 1000]) {
      world.s3.pageSize = pageSize;
      const seen: (string | undefined)[] = [];
      const input = { Bucket, Prefix: 'p/', Delimiter: '/' };
      for await (const page of paginateListObjectsV2({ client: s3 }, input)) {
        seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
        seen.push(...(page.Contents ?? []).map(({ Key }) => Key));
      }
      expect(seen.sort()).toEqual(['p/a/', 'p/b', 'p/c/']);
    }
  });

  test('makes buckets', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'amzn-s3-demo-bucket' }));
    await s3.send(new HeadBucketCommand({ Bucket: 'amzn-s3-demo-bucket' }));
    const again = s3.send(new CreateBucketCommand({ Bucket: 'amzn-s3-demo-bucket' }));
    await expect(again).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
  });

  test('loses a response after the effect: the write is there', async () => {
    world.fail(({ operation }) => operation === 'PutObject', 'done, response lost');
    const lost = retries ? { name: 'PreconditionFailed' } : { name: 'TimeoutError', code: 'ECONNRESET' };
    await expect(put('k', 'x', { IfNoneMatch: '*' })).rejects.toMatchObject(lost);
    expect(await text('k')).toBe('x');
    expect(world.count('PutObject')).toBe(retries ? 2 : 1);
  });

  test('loses a request before the effect: nothing is there', async () => {
    const fault = world.fail(({ operation }) => operation === 'PutObject', 'not done', { times: 3 });
    await expect(put('k', 'x')).rejects.toMatchObject({ name: 'TimeoutError', code: 'ECONNRESET' });
    expect(world.s3.objects(Bucket).size).toBe(0);
    fault.stop();
    await put('k', 'x');
    expect(world.s3.objects(Bucket).size).toBe(1);
  });

  test('denies for as long as a standing fault stands', async () => {
    const hour = world.fail(({ service }) => service === 's3', denied, { times: Number.POSITIVE_INFINITY });
    for (let time = 0; time < 3; time++) {
      await expect(put('k', 'x')).rejects.toMatchObject({
        name: 'AccessDenied',
        $metadata: { httpStatusCode: 403 },
      });
    }
    expect(hour.met).toBe(3);
    hour.stop();
    await put('k', 'x');
  });

  test('answers 409 and 503 where a fault says so', async () => {
    world.fail(({ operation }) => operation === 'PutObject', conditionalConflict(), { times: 3 });
    const conflict = { name: 'ConditionalRequestConflict', $metadata: { httpStatusCode: 409 } };
    await expect(put('k', 'x', { IfNoneMatch: '*' })).rejects.toMatchObject(conflict);
    world.fail(({ operation }) => operation === 'GetObject', throttled, { times: 3 });
    await expect(text('k')).rejects.toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
  });

  test('lets a body break', async () => {
    world.s3.put(Bucket, 'k', randomBytes(200_000));
    world.fail(({ operation }) => operation === 'GetObject', { breaksAfter: 100_000 });
    const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect(ContentLength).toBe(200_000);
    let seen = 0;
    const reading = async () => {
      for await (const chunk of Body as Readable) seen += chunk.length;
    };
    await expect(reading()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(seen).toBeLessThanOrEqual(100_000);
  });
});

describe('the double of S3', () => {
  test('knows which bodies nobody has finished', async () => {
    const world = new AwsWorld();
    const { s3 } = world.clients;
    world.s3.createBucket(Bucket);
    world.s3.put(Bucket, 'k', randomBytes(200_000));
    const get = () => s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    const [read, destroyed, forgotten] = [await get(), await get(), await get()];
    await read.Body?.transformToByteArray();
    (destroyed.Body as Readable).destroy();
    expect(forgotten.Body).toBeDefined();
    expect(world.s3.openBodies()).toBe(1);
  });

  test('refuses what it does not know instead of ignoring it', async () => {
    const { s3 } = new AwsWorld().clients;
    const tagged = s3.send(new PutObjectCommand({ Bucket, Key: 'k', Tagging: 'a=b' }));
    await expect(tagged).rejects.toThrow('does not know the member Tagging');
    const [http] = FACES.filter(({ retries }) => retries);
    const face = await http?.open(new AwsWorld());
    const overHttp = face?.clients.s3.send(
      new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', Tagging: 'a=b' }),
    );
    await expect(overHttp).rejects.toMatchObject({ name: 'NotImplemented' });
    await face?.close();
  });
});
