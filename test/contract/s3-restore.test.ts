import { describe, expect, test } from 'vitest';
import { S3Restorer } from '../../src/adapters/aws/s3-restore.js';
import { AwsError, denied, throttled } from '../support/aws/aws-error.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { FACES } from '../support/aws/faces.ts';

const BUCKET = 'amzn-s3-demo-bucket';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const KEY = 'AWSLogs/111122223333/CloudTrail/us-east-1/2020/01/05/a+b.json.gz';
const location = (key: string) => `s3://${BUCKET}/${key}`;
const BULK = { days: 7, tier: 'Bulk' } as const;
const STANDARD = { days: 7, tier: 'Standard' } as const;

describe.each(FACES)('S3Restorer, $name', ({ open }) => {
  const opened = async () => {
    let now = Date.UTC(2026, 0, 9, 12);
    const world = new AwsWorld({ now: () => now });
    world.s3.createBucket(BUCKET);
    const { clients, close } = await open(world);
    const restorer = new S3Restorer({
      client: clients.s3,
      waiting: { pause: async () => {}, random: () => 0.5 },
    });
    const later = (millis: number) => {
      now += millis;
    };
    return { world, restorer, later, close };
  };

  test('asks once, is told that it was asked for, and then that it is there', async () => {
    const { world, restorer, later, close } = await opened();
    world.s3.put(BUCKET, KEY, 'x', { storageClass: 'GLACIER' });
    expect(await restorer.restore(location(KEY), STANDARD)).toBe('asked');
    expect(world.calls.at(-1)?.input).toMatchObject({
      ...{ Bucket: BUCKET, Key: KEY },
      RestoreRequest: { Days: 7, GlacierJobParameters: { Tier: 'Standard' } },
    });
    expect(await restorer.restore(location(KEY), STANDARD)).toBe('already');
    later(5 * HOUR);
    expect(await restorer.restore(location(KEY), STANDARD)).toBe('already');
    later(7 * DAY);
    expect(await restorer.restore(location(KEY), STANDARD)).toBe('asked');
    await close();
  });

  test('what needs no restoring is there already', async () => {
    const { world, restorer, close } = await opened();
    world.s3.put(BUCKET, KEY, 'x');
    expect(await restorer.restore(location(KEY), BULK)).toBe('already');
    const active = new AwsError('ObjectAlreadyInActiveTierError', 'not allowed', { status: 403 });
    world.fail(({ operation }) => operation === 'RestoreObject', active);
    expect(await restorer.restore(location(KEY), BULK)).toBe('already');
    await close();
  });

  test('insists where S3 is too busy or the answer was lost', async () => {
    const { world, restorer, close } = await opened();
    world.s3.put(BUCKET, KEY, 'x', { storageClass: 'DEEP_ARCHIVE' });
    world.fail(({ operation }) => operation === 'RestoreObject', throttled, { times: 2 });
    expect(await restorer.restore(location(KEY), BULK)).toBe('asked');
    world.s3.put(BUCKET, KEY, 'x', { storageClass: 'DEEP_ARCHIVE' });
    world.fail(({ operation }) => operation === 'RestoreObject', 'done, response lost');
    expect(await restorer.restore(location(KEY), BULK)).toBe('already');
    await close();
  });

  test('says what is missing, denied or not to be had', async () => {
    const { world, restorer, close } = await opened();
    await expect(restorer.restore(location(KEY), BULK)).rejects.toMatchObject({
      code: 'LOG_FILE_MISSING',
      message: `${location(KEY)}: there is no such object in the bucket any more`,
    });
    world.fail(({ operation }) => operation === 'RestoreObject', denied);
    await expect(restorer.restore(location(KEY), BULK)).rejects.toMatchObject({
      code: 'AWS_DENIED',
      message: expect.stringMatching(/^s3:RestoreObject on s3:\/\/amzn-s3-demo-bucket\/AWSLogs/),
    });
    world.s3.put(BUCKET, KEY, 'x', { storageClass: 'DEEP_ARCHIVE' });
    const expedited = restorer.restore(location(KEY), { days: 1, tier: 'Expedited' });
    await expect(expedited).rejects.toMatchObject({
      code: 'LOG_FILE_ARCHIVED',
      message: expect.stringContaining('Retrieval option is not supported by this storage class'),
    });
    const full = new AwsError('GlacierExpeditedRetrievalNotAvailable', 'capacity', { status: 503 });
    const busy = world.fail(({ operation }) => operation === 'RestoreObject', full, {
      times: Number.POSITIVE_INFINITY,
    });
    await expect(restorer.restore(location(KEY), STANDARD)).rejects.toMatchObject({
      code: 'LOG_FILE_ARCHIVED',
      message: expect.stringContaining('try again later, or with the tier Standard'),
    });
    busy.stop();
    await expect(restorer.restore('s3://amzn-s3-demo-nowhere/a.json.gz', BULK)).rejects.toMatchObject({
      code: 'AWS_FAILED',
    });
    await expect(restorer.restore('/var/log/x.json', BULK)).rejects.toMatchObject({ code: 'AWS_FAILED' });
    await close();
  });
});
