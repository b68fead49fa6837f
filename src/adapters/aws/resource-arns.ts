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
    stack: (name: string) => [inRegion('cloudformation', `stack/${name}/*`)],
    function: (name: string) => [inRegion('lambda', `function:${name}`)],
    eventSourceMapping: (id: string) => [inRegion('lambda', `event-source-mapping:${id}`)],
    queue: (url: string) => [inRegion('sqs', queueName(url))],
    alarms: [inRegion('cloudwatch', 'alarm:*')],
    /** Glue asks for what stands above a resource, too. */
    database: (name: string) => [inRegion('glue', 'catalog'), inRegion('glue', `database/${name}`)],
    table: (database: string, name: string) => [
      ...[inRegion('glue', 'catalog'), inRegion('glue', `database/${database}`)],
      inRegion('glue', `table/${database}/${name}`),
    ],
  };
}

export type ResourceArns = ReturnType<typeof resourceArns>;

/** The last part of its address. */
export const queueName = (url: string) => url.slice(url.lastIndexOf('/') + 1);

/** A bucket for people, with the account that must own it: a foreign one is denied like a missing permission. */
export function bucketName({ bucket }: S3Place, owner: string | undefined): string {
  return owner === undefined ? bucket : `${bucket} of account ${owner}`;
}
