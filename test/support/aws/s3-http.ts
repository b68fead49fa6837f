import { Readable } from 'node:stream';
import type { AwsRequest } from './aws-call.ts';
import { unchunked } from './aws-chunked.ts';
import { AwsError } from './aws-error.ts';
import type { Protocol } from './aws-server.ts';
import { type HttpAnswer, type HttpRequest, xmlOf } from './http-messages.ts';

/** Members of inputs and outputs that travel as headers. */
const HEADERS: { readonly [header: string]: string } = {
  'accept-ranges': 'AcceptRanges',
  'content-length': 'ContentLength',
  'content-md5': 'ContentMD5',
  'content-range': 'ContentRange',
  'content-type': 'ContentType',
  etag: 'ETag',
  'if-match': 'IfMatch',
  'if-none-match': 'IfNoneMatch',
  'last-modified': 'LastModified',
  location: 'Location',
  range: 'Range',
  'x-amz-checksum-crc32': 'ChecksumCRC32',
  'x-amz-checksum-sha256': 'ChecksumSHA256',
  'x-amz-checksum-mode': 'ChecksumMode',
  'x-amz-expected-bucket-owner': 'ExpectedBucketOwner',
  'x-amz-optional-object-attributes': 'OptionalObjectAttributes',
  'x-amz-restore': 'Restore',
  'x-amz-sdk-checksum-algorithm': 'ChecksumAlgorithm',
  'x-amz-server-side-encryption': 'ServerSideEncryption',
  'x-amz-server-side-encryption-aws-kms-key-id': 'SSEKMSKeyId',
  'x-amz-storage-class': 'StorageClass',
};

/** Headers of a body, which concern who looks at the body: PutObject. */
const OF_BODY = /^(content-|x-amz-checksum-crc32$|x-amz-sdk-checksum-)/;

/** Headers that carry the request, not what it asks for. */
const TRANSPORT =
  /^x-amz-(date|content-sha256|user-agent|security-token|decoded-content-length|trailer|meta-.+)$/;

const QUERY: { readonly [parameter: string]: string } = {
  'continuation-token': 'ContinuationToken',
  delimiter: 'Delimiter',
  'encoding-type': 'EncodingType',
  'max-keys': 'MaxKeys',
  prefix: 'Prefix',
  'start-after': 'StartAfter',
};

const OBJECT: { readonly [method: string]: string } = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
  POST: 'RestoreObject',
};
const BUCKET: { readonly [method: string]: string } = {
  GET: 'ListObjectsV2',
  HEAD: 'HeadBucket',
  PUT: 'CreateBucket',
};

/** S3's REST and XML, with the bucket in the path. */
export const s3Protocol: Protocol = {
  read(request): AwsRequest {
    const { method, path } = request;
    const [, bucket = '', ...rest] = path.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const operation = (key === '' ? BUCKET : OBJECT)[method];
    if (operation === undefined) throw notImplemented(`${method} ${path}`);
    const place = { Bucket: decodeURIComponent(bucket), ...(key !== '' && { Key: key }) };
    const input = { ...place, ...headersIn(request, operation), ...queryIn(request, operation) };
    return { service: 's3', operation, input: withBodyOf(operation, input, request) };
  },
  answer,
  failure({ name, message, fields, $metadata, $response }): HttpAnswer {
    const body = xmlOf('Error', {
      Code: name,
      Message: message,
      ...fields,
      RequestId: 'request-of-the-double',
    });
    return { status: $metadata.httpStatusCode, headers: { ...XML, ...$response?.headers }, body };
  },
};

type Output = {
  readonly Metadata?: object;
  readonly Body?: unknown;
  readonly $metadata?: { readonly httpStatusCode: number };
};

const XML = { 'content-type': 'application/xml' };

function answer(output: object, { operation }: AwsRequest): HttpAnswer {
  if (operation === 'ListObjectsV2') {
    return { status: 200, headers: XML, body: `<?xml version="1.0"?>${xmlOf('ListBucketResult', output)}` };
  }
  const { Metadata = {}, $metadata, ...members }: Output = output;
  const headers = headersOut(members, Metadata);
  if (operation === 'DeleteObject') return { status: 204, headers };
  const status = 'ContentRange' in members ? 206 : ($metadata?.httpStatusCode ?? 200);
  return members.Body instanceof Readable ? { status, headers, body: members.Body } : { status, headers };
}

function headersOut(members: object, metadata: object): Record<string, string> {
  const headers = Object.entries(HEADERS).flatMap(([header, member]) => {
    const value: unknown = Reflect.get(members, member);
    if (value === undefined) return [];
    return [[header, value instanceof Date ? value.toUTCString() : String(value)]];
  });
  const notes = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, String(value)]);
  return Object.fromEntries([...headers, ...notes]);
}

function headersIn({ headers }: HttpRequest, operation: string): Record<string, unknown> {
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('x-amz-meta-') ? [[name.slice('x-amz-meta-'.length), value]] : [],
  );
  const members = Object.entries(headers).flatMap(([name, value]) => {
    const member = HEADERS[name];
    if (member === undefined && name.startsWith('x-amz-') && !TRANSPORT.test(name))
      throw notImplemented(name);
    const isAsked = member !== undefined && (operation === 'PutObject' || !OF_BODY.test(name));
    if (!isAsked) return [];
    return [[member, member === 'OptionalObjectAttributes' ? value.split(',') : value]];
  });
  return {
    ...Object.fromEntries(members),
    ...(metadata.length > 0 && { Metadata: Object.fromEntries(metadata) }),
  };
}

function queryIn({ query }: HttpRequest, operation: string): Record<string, unknown> {
  const isList = operation === 'ListObjectsV2';
  const members = [...query].flatMap(([name, value]) => {
    if (
      name === 'x-id' ||
      (operation === 'RestoreObject' && name === 'restore') ||
      (isList && name === 'list-type' && value === '2')
    )
      return [];
    const member = QUERY[name];
    if (member === undefined || !isList) throw notImplemented(name);
    return [[member, name === 'max-keys' ? Number(value) : value]];
  });
  if (isList && query.get('list-type') !== '2') throw notImplemented('ListObjects of version 1');
  return Object.fromEntries(members);
}

function withBodyOf(operation: string, input: Record<string, unknown>, request: HttpRequest) {
  if (operation === 'PutObject') return withBody(input, request);
  if (operation !== 'RestoreObject') return input;
  const xml = request.body.toString();
  const [, days] = /<Days>(\d+)<\/Days>/.exec(xml) ?? [];
  const [, tier] = /<Tier>(\w+)<\/Tier>/.exec(xml) ?? [];
  const job = tier !== undefined && { GlacierJobParameters: { Tier: tier } };
  return { ...input, RestoreRequest: { ...(days !== undefined && { Days: Number(days) }), ...job } };
}

/** The bytes, and the checksum that stood behind them. */
function withBody(input: Record<string, unknown>, { headers, body }: HttpRequest): Record<string, unknown> {
  const { ContentLength: _, ...rest } = input;
  if (!headers['content-encoding']?.includes('aws-chunked')) return { ...rest, Body: body };
  const { bytes, trailers } = unchunked(body, Number(headers['x-amz-decoded-content-length']));
  const checksum = trailers['x-amz-checksum-crc32'];
  return { ...rest, Body: bytes, ...(checksum !== undefined && { ChecksumCRC32: checksum }) };
}

function notImplemented(what: string): AwsError {
  return new AwsError('NotImplemented', `The S3 double does not know ${what}`, { status: 501 });
}
