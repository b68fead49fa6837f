import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { S3LogReader } from '../../src/adapters/aws/s3-log-reader.js';
import { INFLATE_LIMITS, MOST_COMPRESSED_BYTES } from '../../src/cloudtrail/gzip.js';
import type { LogFileBody } from '../../src/ports/log-source.js';
import type { AwsCall } from '../support/aws/aws-call.ts';
import { AwsError, denied } from '../support/aws/aws-error.ts';
import { type S3OverHttp, s3OverHttp, TRAIL_BUCKET } from '../support/s3-over-http.ts';

const MIB = 1 << 20;
/** Bytes of which no two places look alike. */
const bytesOf = (size: number) =>
  Buffer.from(Uint32Array.from({ length: size / 4 }, (_, at) => at * 2654435761).buffer);
const SMALL = bytesOf(MIB);
const LARGE = bytesOf(3 * MIB);

const locationOf = (key: string) => `s3://${TRAIL_BUCKET}/${key}`;
const gets = ({ operation }: AwsCall) => operation === 'GetObject';

let s3: S3OverHttp;
let reader: S3LogReader;
beforeEach(async () => {
  s3 = await s3OverHttp();
  reader = new S3LogReader({ client: s3.client, expectedOwner: '111122223333' });
  s3.world.s3.put(TRAIL_BUCKET, 'small', SMALL);
  s3.world.s3.put(TRAIL_BUCKET, 'large', LARGE);
});
afterEach(() => s3.end());

async function bytesIn(body: LogFileBody): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.chunks) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const read = async (key: string) => bytesIn(await reader.read(locationOf(key)));
const rangesAsked = () => s3.world.calls.filter(gets).map(({ input }) => input['Range']);

describe('S3LogReader', () => {
  test('a body of up to 1 MiB is whole before it is handed on, a larger one is not', async () => {
    const small = await reader.read(locationOf('small'));
    const large = await reader.read(locationOf('large'));
    await s3.end();
    expect((await bytesIn(small)).equals(SMALL)).toBe(true);
    await expect(bytesIn(large)).rejects.toMatchObject({ code: 'READ_FAILED' });
  });

  test('D9: reads a key as it stands: plus, per cent, spaces, question marks, UTF-8, slashes at both ends', async () => {
    const keys = [
      'a+b',
      'a%2Bb',
      'a b',
      'what?#',
      'ümläut/日本',
      '/at the start',
      'at the end/',
      '../up',
      'x',
    ];
    for (const key of keys) s3.world.s3.put(TRAIL_BUCKET, key, `body of ${key}`);
    for (const key of keys) expect((await read(key)).toString()).toBe(`body of ${key}`);
  });

  test.each([1, 2, 3])('a body that breaks %d times goes on from where it broke', async (times) => {
    s3.world.fail(gets, { breaksAfter: 700_001 }, { times });
    expect((await read('large')).equals(LARGE)).toBe(true);
    const asked = Array.from({ length: times + 1 }, (_, at) =>
      at === 0 ? undefined : `bytes=${at * 700_001}-`,
    );
    expect(rangesAsked()).toEqual(asked);
  });

  test('a small body that breaks goes on in the same way', async () => {
    s3.world.fail(gets, { breaksAfter: 5 });
    expect((await read('small')).equals(SMALL)).toBe(true);
    expect(rangesAsked()).toEqual([undefined, 'bytes=5-']);
  });

  test('G1: a body that breaks a fourth time ends as a failure that tells how far it came', async () => {
    s3.world.fail(gets, { breaksAfter: 1000 }, { times: 4 });
    const failure = { code: 'READ_FAILED', message: `it ended after 4000 of ${3 * MIB} bytes` };
    await expect(read('large')).rejects.toMatchObject(failure);
    expect(rangesAsked()).toHaveLength(4);
  });

  test('a connection that breaks while nobody reads ends nothing: the body goes on when it is read', async () => {
    s3.world.fail(gets, { breaksAfter: 10 });
    const body = await reader.read(locationOf('large'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await bytesIn(body)).equals(LARGE)).toBe(true);
  });

  test('O7: a body of two versions is never put together', async () => {
    s3.world.fail(gets, { breaksAfter: 1000 });
    const body = await reader.read(locationOf('large'));
    s3.world.s3.put(TRAIL_BUCKET, 'large', bytesOf(3 * MIB).reverse());
    const failure = { code: 'READ_FAILED', message: 'it changed while it was read' };
    await expect(bytesIn(body)).rejects.toMatchObject(failure);
  });

  test('an object that vanishes in mid-stream is missing', async () => {
    s3.world.fail(gets, { breaksAfter: 1000 });
    const body = await reader.read(locationOf('large'));
    s3.world.s3.remove(TRAIL_BUCKET, 'large');
    await expect(bytesIn(body)).rejects.toMatchObject({ code: 'LOG_FILE_MISSING' });
  });

  test('the etag is that of the bytes, without quotes', async () => {
    const { etag, size } = await reader.read(locationOf('small'));
    expect(`"${etag}"`).toBe(s3.world.s3.objects(TRAIL_BUCKET).get('small')?.etag);
    expect(size).toBe(MIB);
  });

  test('an object that changed since it was listed is read as it is now, under the etag of now', async () => {
    const before = await reader.read(locationOf('small'));
    s3.world.s3.put(TRAIL_BUCKET, 'small', 'other');
    const now = await reader.read(locationOf('small'));
    expect(now.etag).not.toBe(before.etag);
    expect((await bytesIn(now)).toString()).toBe('other');
  });
});

describe('S3LogReader: what cannot be read', () => {
  test.each([
    ['not there', 'none', 'LOG_FILE_MISSING', /^there is no such object in the bucket$/],
    ['in an archive', 'archived', 'LOG_FILE_ARCHIVED', /^it lies in DEEP_ARCHIVE: restore it/],
  ] as const)('an object that is %s is parked, with the reason', async (_, key, code, message) => {
    s3.world.s3.put(TRAIL_BUCKET, 'archived', 'x', { storageClass: 'DEEP_ARCHIVE' });
    await expect(read(key)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('an object that was restored from its archive is read', async () => {
    s3.world.s3.put(TRAIL_BUCKET, 'archived', 'x', { storageClass: 'GLACIER', restored: true });
    expect((await read('archived')).toString()).toBe('x');
  });

  test('only a missing key is a missing log file: any other 404 may pass when it is mended', async () => {
    const missing = { code: 'LOG_FILE_MISSING' };
    await expect(read('none')).rejects.toMatchObject(missing);
    for (const name of ['NoSuchAccessPoint', 'NoSuchUpload', 'NotFound']) {
      s3.world.fail(gets, new AwsError(name, 'words of the service', { status: 404 }));
      await expect(read('small')).rejects.toMatchObject({ code: 'READ_FAILED' });
    }
  });

  test('a bucket that is not there is told by its name, and is no missing log file', async () => {
    const failure = {
      code: 'READ_FAILED',
      message: 'there is no bucket amzn-s3-demo-nowhere: check its name',
    };
    await expect(reader.read('s3://amzn-s3-demo-nowhere/key')).rejects.toMatchObject(failure);
  });

  test('access denied names the actions and what to do; the object is named by whoever tells it', async () => {
    s3.world.fail(gets, denied);
    const message = expect.stringMatching(
      /^s3:GetObject: AccessDenied \(HTTP 403\).*; add the permission s3:GetObject.*kms:Decrypt/,
    );
    await expect(read('small')).rejects.toMatchObject({ code: 'READ_FAILED', message });
  });

  test('T10: a bucket of somebody else is not read', async () => {
    const strange = new S3LogReader({ client: s3.client, expectedOwner: '444455556666' });
    await expect(strange.read(locationOf('small'))).rejects.toMatchObject({ code: 'READ_FAILED' });
    expect(s3.world.s3.openBodies()).toBe(0);
  });

  test.each(['/a/path', 's3://amzn-s3-demo-bucket', 's3://amzn-s3-demo-bucket/', 'https://example.com/x'])(
    '%s names no object',
    async (location) => {
      await expect(reader.read(location)).rejects.toMatchObject({
        code: 'READ_FAILED',
        message: 'it names no object in S3',
      });
    },
  );

  test('another failure is told with the action', async () => {
    s3.world.fail(gets, new AwsError('InternalError', 'words of the service', { status: 500 }));
    await expect(read('small')).rejects.toMatchObject({
      code: 'READ_FAILED',
      message: expect.stringMatching(/^s3:GetObject: InternalError \(HTTP 500\)/),
    });
  });
});

describe('S3LogReader: connections', () => {
  test('one connection is enough, whatever became of the bodies before: none is leaked', async () => {
    const one = await s3OverHttp({ sockets: 1 });
    one.world.s3.put(TRAIL_BUCKET, 'large', LARGE);
    one.world.s3.put(TRAIL_BUCKET, 'small', SMALL);
    const reader = new S3LogReader({ client: one.client });
    const open = () => reader.read(locationOf('large'));

    (await open()).close();
    const closedTwice = await open();
    closedTwice.close();
    closedTwice.close();
    for await (const _ of (await open()).chunks) break;
    const begun = await open();
    await begun.chunks[Symbol.asyncIterator]().next();
    begun.close();
    await reader.read(locationOf('small'));
    await expect(reader.read(locationOf('none'))).rejects.toMatchObject({ code: 'LOG_FILE_MISSING' });
    one.world.fail(gets, { breaksAfter: 10 }, { times: 4 });
    await expect(open().then(bytesIn)).rejects.toMatchObject({ code: 'READ_FAILED' });

    expect((await bytesIn(await open())).equals(LARGE)).toBe(true);
    await one.end();
  });

  test('a body that is closed in mid-stream is not asked for again', async () => {
    const body = await reader.read(locationOf('large'));
    const chunks = body.chunks[Symbol.asyncIterator]();
    await chunks.next();
    body.close();
    await expect(drained(chunks)).rejects.toMatchObject({ code: 'READ_FAILED' });
    expect(rangesAsked()).toEqual([undefined]);
  });
});

async function drained(chunks: AsyncIterator<Uint8Array>): Promise<void> {
  while (!(await chunks.next()).done);
}

/** A server that answers every request with the next of these texts, and then hangs up, or waits until the other does. */
async function scripted(answers: readonly string[], { hangsUp = true } = {}) {
  const requests: string[] = [];
  const closed: Promise<unknown>[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (request) => {
      requests.push(request.toString());
      closed.push(once(socket, 'close'));
      socket.write(answers[requests.length - 1] ?? 'HTTP/1.1 500 Internal Server Error\r\n\r\n');
      if (hangsUp) socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const end = () => {
    client.destroy();
    server.close();
  };
  return { requests, closed, reader: new S3LogReader({ client }), end };
}

const answer = (body: string, headers: readonly string[], status = '200 OK') =>
  [`HTTP/1.1 ${status}`, 'connection: close', ...headers, '', body].join('\r\n');

describe('S3LogReader: endpoints that are not quite S3', () => {
  const broken = answer('0123', ['content-length: 10', 'etag: "e1"']);

  test.each([
    ['knows no ranges', answer('0123456789', ['content-length: 10', 'etag: "e1"'])],
    ['knows no conditions', answer('abcdef', ['content-length: 6', 'etag: "e2"'], '206 Partial Content')],
  ])('one that %s does not make a body of two', async (_, second) => {
    const endpoint = await scripted([broken, second]);
    await expect(endpoint.reader.read(locationOf('x'))).rejects.toMatchObject({
      code: 'READ_FAILED',
      message: expect.stringContaining('changed while it was read'),
    });
    expect(endpoint.requests[1]).toMatch(/\r\nrange: bytes=4-\r\n/i);
    expect(endpoint.requests[1]).toMatch(/\r\nif-match: "e1"\r\n/i);
    endpoint.end();
  });

  test('one that gives no etag cannot go on: the body fails as it broke', async () => {
    const endpoint = await scripted([answer('0123', ['content-length: 10'])]);
    await expect(endpoint.reader.read(locationOf('x'))).rejects.toMatchObject({
      message: expect.stringContaining('ended after 4 of 10 bytes'),
    });
    endpoint.end();
  });

  test('one that does not say how much comes is not read', async () => {
    const endpoint = await scripted([answer('0123', ['etag: "e1"'])]);
    await expect(endpoint.reader.read(locationOf('x'))).rejects.toMatchObject({
      code: 'READ_FAILED',
      message: expect.stringContaining('no body or no length'),
    });
    endpoint.end();
  });

  test.each([
    ['x.json', INFLATE_LIMITS.bytes, /more than 256 MiB/],
    ['x.json.gz', MOST_COMPRESSED_BYTES, /more than 64 MiB/],
  ])('G4: %s of more than %d bytes is refused by its length, unread', async (key, most, message) => {
    const head = [`content-length: ${most + 1}`];
    const endpoint = await scripted([answer('0123', head)], { hangsUp: false });
    const failure = { code: 'TOO_LARGE', message: expect.stringMatching(message) };
    await expect(endpoint.reader.read(locationOf(key))).rejects.toMatchObject(failure);
    // Its connection is let go.
    await endpoint.closed[0];
    endpoint.end();
  });
});
