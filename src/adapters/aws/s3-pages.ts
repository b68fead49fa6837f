import {
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  type OptionalObjectAttributes,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Waiting } from './back-off.js';
import { insist } from './s3-insist.js';
import { listingError } from './s3-listing-error.js';

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
  /** Whether objects in an archive class tell that they were restored. */
  readonly restoreStatus?: boolean;
  /** Where given, each page is asked for again beyond the retries of the SDK. */
  readonly waiting?: Waiting;
};

/** The pages of a listing, keys as they are. Holds one. @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED */
export async function* listPages(
  { client, expectedOwner }: S3Access,
  { bucket, prefix, delimiter, after, most, restoreStatus = false, waiting }: Listing,
): AsyncGenerator<ListObjectsV2CommandOutput> {
  let token: string | undefined;
  do {
    const input = {
      Bucket: bucket,
      Prefix: prefix,
      Delimiter: delimiter,
      StartAfter: after,
      MaxKeys: most,
      ContinuationToken: token,
      ExpectedBucketOwner: expectedOwner,
      ...(restoreStatus && { OptionalObjectAttributes: RESTORE_STATUS }),
    };
    const send = () => client.send(new ListObjectsV2Command(input));
    const page = await (waiting ? insist(send, waiting) : send()).catch((error: unknown) => {
      throw listingError(error, { bucket, prefix });
    });
    yield page;
    token = most === undefined ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

const RESTORE_STATUS: OptionalObjectAttributes[] = ['RestoreStatus'];

/** An ETag without the quotes that S3 puts around it. */
export function bareEtag(etag: string): string {
  return etag.replaceAll('"', '');
}
