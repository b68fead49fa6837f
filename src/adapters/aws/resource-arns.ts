import type { Caller } from './caller.js';
import { folderOf, type S3Place } from './s3-place.js';

/** The resources of a lake as policies name them. */
export function resourceArns({ partition, account, region }: Caller) {
  const inRegion = (service: string, name: string) =>
    `arn:${partition}:${service}:${region}:${account}:${name}`;
  return {
    bucket: ({ bucket }: Pick<S3Place, 'bucket'>) => [`arn:${partition}:s3:::${bucket}`],
    objects: ({ bucket, prefix }: S3Place) => [`arn:${partition}:s3:::${bucket}/${folderOf(prefix)}*`],
    stateTable: (name: string) => [inRegion('dynamodb', `table/${name}`)],
    workGroup: (name: string) => [inRegion('athena', `workgroup/${name}`)],
    /** Glue asks for what stands above a resource, too. */
    database: (name: string) => [inRegion('glue', 'catalog'), inRegion('glue', `database/${name}`)],
    table: (database: string, name: string) => [
      ...[inRegion('glue', 'catalog'), inRegion('glue', `database/${database}`)],
      inRegion('glue', `table/${database}/${name}`),
    ],
  };
}

export type ResourceArns = ReturnType<typeof resourceArns>;

/** A bucket for people, with the account that must own it: a foreign one is denied like a missing permission. */
export function bucketName({ bucket }: S3Place, owner: string | undefined): string {
  return owner === undefined ? bucket : `${bucket} of account ${owner}`;
}
