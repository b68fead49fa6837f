import type { ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import { AwsError } from './aws-error.ts';
import { restoreStatus } from './s3-archived.ts';
import type { S3Object } from './s3-bucket.ts';

/** How names are written, and the time at which restoring is told of, where that was asked for. */
type Telling = {
  readonly written: (name: string) => string;
  readonly restoreAt: number | undefined;
};

type Entry = { readonly name: string; readonly object?: S3Object };

/** One page of a listing. Objects come in the order of their keys, all below the prefix. */
export function listingPage(
  objects: ReadonlyMap<string, S3Object>,
  input: ListObjectsV2CommandInput,
  { pageSize, now }: { readonly pageSize: number; readonly now: number },
) {
  const { Prefix = '', Delimiter, StartAfter, ContinuationToken, EncodingType } = input;
  const { OptionalObjectAttributes = [] } = input;
  const isLeft = ContinuationToken === undefined ? startingAfter(StartAfter) : continuing(ContinuationToken);
  const keysLeft = [...objects].filter(([key]) => isLeft(key));
  const left = entriesOf(keysLeft, Prefix, Delimiter);
  const most = Math.min(input.MaxKeys ?? 1000, pageSize);
  const page = left.slice(0, most);
  const last = page.at(-1);
  const isTruncated = left.length > page.length;
  const written = EncodingType === 'url' ? urlEncoded : (name: string) => name;
  return {
    ...{
      Name: input.Bucket,
      MaxKeys: input.MaxKeys ?? 1000,
      KeyCount: page.length,
      IsTruncated: isTruncated,
    },
    Prefix: written(Prefix),
    ...(Delimiter !== undefined && { Delimiter: written(Delimiter) }),
    ...(EncodingType !== undefined && { EncodingType }),
    ...(ContinuationToken !== undefined && { ContinuationToken }),
    ...(StartAfter !== undefined && { StartAfter: written(StartAfter) }),
    ...(isTruncated && last !== undefined && { NextContinuationToken: tokenOf(last) }),
    ...contentsOf(page, { written, restoreAt: OptionalObjectAttributes.length > 0 ? now : undefined }),
  };
}

/** Lists that are empty are absent, as the SDK gives them. */
function contentsOf(page: readonly Entry[], { written, restoreAt }: Telling) {
  const tell = (object: S3Object) => (restoreAt === undefined ? {} : restoreStatus(object, restoreAt));
  const contents = page.flatMap(({ name, object }) =>
    object === undefined ? [] : [{ Key: written(name), ...factsOf(object), ...tell(object) }],
  );
  const prefixes = page.filter(({ object }) => object === undefined);
  return {
    ...(contents.length > 0 && { Contents: contents }),
    ...(prefixes.length > 0 && { CommonPrefixes: prefixes.map(({ name }) => ({ Prefix: written(name) })) }),
  };
}

const factsOf = ({ lastModified, etag, bytes, storageClass }: S3Object) => ({
  LastModified: new Date(lastModified),
  ETag: etag,
  Size: bytes.length,
  StorageClass: storageClass,
});

/** Keys that share what stands before the next delimiter are one common prefix. */
function entriesOf(objects: readonly [string, S3Object][], prefix: string, delimiter?: string): Entry[] {
  if (delimiter === undefined) return objects.map(([name, object]) => ({ name, object }));
  const entries = new Map<string, Entry>();
  for (const [key, object] of objects) {
    const end = key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? key : key.slice(0, end + delimiter.length);
    entries.set(name, end < 0 ? { name, object } : { name });
  }
  return [...entries.values()];
}

function startingAfter(start: string | undefined): (key: string) => boolean {
  if (start === undefined) return () => true;
  const first = Buffer.from(start);
  return (key) => Buffer.compare(Buffer.from(key), first) > 0;
}

/** Opaque to callers: they must give it back as it is. Names the last entry: a key, or a prefix and all below it. */
const tokenOf = ({ name, object }: Entry) =>
  `${object === undefined ? 'p' : 'k'}${Buffer.from(name).toString('base64url')}`;

/** @throws AwsError InvalidArgument for a token that no page gave */
function continuing(token: string): (key: string) => boolean {
  const name = Buffer.from(token.slice(1), 'base64url').toString();
  if (!/^[pk]/.test(token) || Buffer.from(name).toString('base64url') !== token.slice(1)) {
    throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect');
  }
  const isAfter = startingAfter(name);
  return token.startsWith('k') ? isAfter : (key) => isAfter(key) && !key.startsWith(name);
}

/** As S3 writes names under encoding-type=url: form encoding that leaves slashes alone. */
export function urlEncoded(name: string): string {
  return encodeURIComponent(name)
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}
