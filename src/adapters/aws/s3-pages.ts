import { ListObjectsV2Command, type ListObjectsV2CommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { awsError } from './aws-error.js';

/** A client of S3, and the account that must own the bucket where that is known. */
export type S3Access = {
  readonly client: Pick<S3Client, 'send'>;
  readonly expectedOwner?: string | undefined;
};

/** What is listed. `delimiter` folds the keys behind it into common prefixes. */
export type Listing = {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter?: string;
  /** Only keys that sort behind this one. */
  readonly after?: string | undefined;
  /** Ends after so many keys; all where absent. */
  readonly most?: number;
};

/** The pages of a listing, keys as they are. Holds one. @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED */
export async function* listPages(
  { client, expectedOwner }: S3Access,
  { bucket, prefix, delimiter, after, most }: Listing,
): AsyncGenerator<ListObjectsV2CommandOutput> {
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      Delimiter: delimiter,
      StartAfter: after,
      MaxKeys: most,
      ContinuationToken: token,
      ExpectedBucketOwner: expectedOwner,
    });
    const page = await client.send(command).catch((error: unknown) => {
      throw awsError(error, { action: 's3:ListBucket', resource: `s3://${bucket}/${prefix}` });
    });
    yield page;
    token = most === undefined ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** An ETag without the quotes that S3 puts around it. */
export function bareEtag(etag: string): string {
  return etag.replaceAll('"', '');
}
