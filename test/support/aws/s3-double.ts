import type {
  CreateBucketCommandInput,
  DeleteObjectCommandInput,
  GetObjectCommandInput,
  HeadBucketCommandInput,
  HeadObjectCommandInput,
  ListObjectsV2CommandInput,
  PutObjectCommandInput,
  RestoreObjectCommandInput,
} from '@aws-sdk/client-s3';
import type { AwsCall, Mishap } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { operation } from './operations.ts';
import { mustBeOnline, restored, restoreHeader } from './s3-archived.ts';
import { S3Body } from './s3-body.ts';
import {
  accessDenied,
  byteRange,
  checkConditions,
  checksumOf,
  type S3Object,
  sha256Of,
} from './s3-bucket.ts';
import { listingPage } from './s3-listing.ts';
import { S3Quota } from './s3-quota.ts';
import { type BucketPlace, S3Store } from './s3-store.ts';

const PLACE = ['Bucket', 'Key', 'ExpectedBucketOwner'] as const;
const READ = [...PLACE, 'Range', 'IfMatch', 'ChecksumMode'] as const;
const WRITE = [
  ...PLACE,
  ...(['Body', 'IfNoneMatch', 'IfMatch'] as const),
  ...(['ContentType', 'ContentLength', 'Metadata', 'StorageClass'] as const),
  ...(['ServerSideEncryption', 'SSEKMSKeyId'] as const),
  ...(['ChecksumAlgorithm', 'ChecksumCRC32', 'ChecksumSHA256', 'ContentMD5'] as const),
] as const;
const LIST = [
  ...(['Bucket', 'ExpectedBucketOwner', 'Prefix', 'Delimiter'] as const),
  ...(['MaxKeys', 'ContinuationToken', 'StartAfter', 'EncodingType'] as const),
  ...(['OptionalObjectAttributes'] as const),
] as const;

/** Simple Storage Service: strong reads, conditional writes, paged listings. */
export class S3Double extends S3Store {
  /** Most keys of one page of a listing, whatever is asked for. */
  pageSize = 1000;
  readonly quota = new S3Quota();
  readonly #bodies: S3Body[] = [];

  readonly operations = {
    CreateBucket: operation<CreateBucketCommandInput>(['Bucket', 'CreateBucketConfiguration'], (input) => {
      this.createBucket(input.Bucket ?? '');
      return { Location: `/${input.Bucket}` };
    }),
    HeadBucket: operation<HeadBucketCommandInput>(['Bucket', 'ExpectedBucketOwner'], (input) => {
      bodiless(() => this.bucket(input));
      return {};
    }),
    PutObject: operation<PutObjectCommandInput>(WRITE, (input) => this.#putObject(input)),
    GetObject: operation<GetObjectCommandInput>(READ, (input, mishap) => this.#getObject(input, mishap)),
    HeadObject: operation<HeadObjectCommandInput>(READ, (input) => bodiless(() => this.#describe(input))),
    DeleteObject: operation<DeleteObjectCommandInput>([...PLACE, 'IfMatch'], (input) => this.#delete(input)),
    RestoreObject: operation<RestoreObjectCommandInput>([...PLACE, 'RestoreRequest'], (input) =>
      this.#restore(input),
    ),
    ListObjectsV2: operation<ListObjectsV2CommandInput>(LIST, (input) => this.#list(input)),
  };

  /** What stands before every operation. @throws AwsError SlowDown, PermanentRedirect */
  admit({ input, region }: AwsCall): void {
    this.quota.take(this.now());
    const { Bucket }: BucketPlace = input;
    const home = Bucket === undefined ? undefined : this.regionOf(Bucket);
    if (home === undefined || home === region) return;
    const message =
      'The bucket you are attempting to access must be addressed using the specified endpoint. ' +
      'Please send all future requests to this endpoint.';
    const Endpoint = `${Bucket}.s3.${home}.amazonaws.com`;
    const headers = { 'x-amz-bucket-region': home };
    throw new AwsError('PermanentRedirect', message, { status: 301, headers, Endpoint, Bucket });
  }

  /** Bodies that were given out and neither read to their end nor destroyed. */
  openBodies(): number {
    return this.#bodies.filter((body) => !body.destroyed && !body.readableEnded).length;
  }

  #putObject(input: PutObjectCommandInput) {
    const { Bucket = '', Key = '', Body, SSEKMSKeyId: kmsKey } = input;
    const bytes = Body instanceof Uint8Array ? Body : Buffer.alloc(0);
    const { objects } = this.bucket(input);
    if (Buffer.byteLength(Key) > 1024) throw new AwsError('KeyTooLongError', 'Your key is too long');
    if (input.ChecksumCRC32 !== undefined && input.ChecksumCRC32 !== checksumOf(bytes)) {
      throw new AwsError('BadDigest', 'The CRC32 you specified did not match the calculated checksum.');
    }
    if (input.ChecksumSHA256 !== undefined && input.ChecksumSHA256 !== sha256Of(bytes)) {
      throw new AwsError('BadDigest', 'The SHA256 you specified did not match the calculated checksum.');
    }
    if (kmsKey !== undefined && input.ServerSideEncryption !== 'aws:kms') {
      throw new AwsError(
        'InvalidArgument',
        'Server Side Encryption with AWS KMS managed key requires HTTP header',
      );
    }
    checkConditions(Key, objects.get(Key), input);
    const { ContentType: contentType, StorageClass: storageClass, Metadata: metadata } = input;
    const object = this.put(Bucket, Key, bytes, {
      ...{ contentType, storageClass, metadata, kmsKey },
      sha256: input.ChecksumSHA256,
    });
    return { ETag: object.etag, ...encryptionOf(object) };
  }

  #getObject(input: GetObjectCommandInput, { breaksAfter }: Mishap) {
    const described = this.#describe(input);
    const object = this.object(input, input.Key ?? '');
    mustBeOnline(object, this.now());
    const range = input.Range === undefined ? undefined : byteRange(input.Range, object.bytes.length);
    const bytes = range === undefined ? object.bytes : object.bytes.subarray(range.from, range.to + 1);
    const body = new S3Body(bytes, breaksAfter);
    this.#bodies.push(body);
    return {
      ...described,
      Body: body,
      ContentLength: bytes.length,
      ...(range && { ContentRange: `bytes ${range.from}-${range.to}/${object.bytes.length}` }),
      ...(!range && input.ChecksumMode === 'ENABLED' && { ChecksumCRC32: checksumOf(bytes) }),
    };
  }

  #describe(input: HeadObjectCommandInput) {
    const isWhole = input.ChecksumMode === 'ENABLED' && input.Range === undefined;
    const object = this.object(input, input.Key ?? '');
    checkConditions(input.Key ?? '', object, { IfMatch: input.IfMatch });
    return {
      AcceptRanges: 'bytes',
      ContentLength: object.bytes.length,
      ContentType: object.contentType,
      ETag: object.etag,
      LastModified: new Date(object.lastModified),
      Metadata: { ...object.metadata },
      ...encryptionOf(object),
      ...(isWhole && object.sha256 !== undefined && { ChecksumSHA256: object.sha256 }),
      ...(object.storageClass !== 'STANDARD' && { StorageClass: object.storageClass }),
      ...restoreHeader(object, this.now()),
    };
  }

  #delete(input: DeleteObjectCommandInput) {
    const { objects } = this.bucket(input);
    checkConditions(input.Key ?? '', objects.get(input.Key ?? ''), { IfMatch: input.IfMatch });
    objects.delete(input.Key ?? '');
    return {};
  }

  #list(input: ListObjectsV2CommandInput) {
    const { listable, unlisted } = this.bucket(input);
    const { Bucket = '', Prefix = '' } = input;
    if (!listable || [...unlisted].some((prefix) => Prefix.startsWith(prefix))) throw accessDenied();
    const facts = { pageSize: this.pageSize, now: this.now() };
    return listingPage(this.objects(Bucket, Prefix), input, facts);
  }

  #restore(input: RestoreObjectCommandInput) {
    const { Bucket = '', Key = '', RestoreRequest = {} } = input;
    const object = this.object(input, Key);
    const { Days: days, GlacierJobParameters, Tier } = RestoreRequest;
    const tier = GlacierJobParameters?.Tier ?? Tier;
    const { status, copy } = restored(object, { days, tier, now: this.now() });
    this.bucket({ Bucket }).objects.set(Key, { ...object, copy });
    return { $metadata: { httpStatusCode: status, attempts: 1 } };
  }
}

function encryptionOf({ kmsKey }: S3Object) {
  if (kmsKey === undefined) return { ServerSideEncryption: 'AES256' };
  return { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey };
}

/** The failures of a request whose answer has no body: the SDK knows the status alone. */
function bodiless<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const status = error.$metadata.httpStatusCode;
    throw new AwsError(status === 404 ? 'NotFound' : 'Unknown', 'UnknownError', { status });
  }
}
