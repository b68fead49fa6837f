import { Agent } from 'node:http';
import { S3Client } from '@aws-sdk/client-s3';
import type { S3LakeOptions } from '../../src/adapters/aws/s3-lake-objects.js';
import { startAwsServer } from './aws/aws-server.ts';
import { AwsWorld } from './aws/aws-world.ts';

/** Where log files lie, and below which key the lake does. */
export const TRAIL_BUCKET = 'amzn-s3-demo-bucket';
export const LAKE_PLACE = { bucket: 'amzn-s3-demo-lake', prefix: 'audit/lake' };
/** The account that owns both. */
export const OWNER = '111122223333';

/** The real client of the SDK in front of the S3 double. */
export type S3OverHttp = {
  readonly world: AwsWorld;
  readonly client: S3Client;
  readonly lake: S3LakeOptions;
  /** How long the adapters wanted to wait, in milliseconds, one by one. */
  readonly pauses: number[];
  /** The objects of the lake by path below its root. */
  readonly objects: () => { readonly [path: string]: string };
  readonly end: () => Promise<void>;
};

/** `attempts`: those of the SDK; one by default, so that what the adapters do themselves is seen. */
export async function s3OverHttp({ attempts = 1, sockets = 50 } = {}): Promise<S3OverHttp> {
  const world = new AwsWorld({ account: OWNER });
  for (const bucket of [TRAIL_BUCKET, LAKE_PLACE.bucket]) world.s3.createBucket(bucket);
  const server = await startAwsServer(world);
  const client = new S3Client({
    endpoint: server.endpoint,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: attempts,
    requestHandler: { httpAgent: new Agent({ keepAlive: true, maxSockets: sockets }) },
  });
  const pauses: number[] = [];
  const waiting = { pause: async (millis: number) => void pauses.push(millis), random: () => 0.5 };
  const end = async () => {
    client.destroy();
    await server.close();
  };
  const lake = { client, place: LAKE_PLACE, expectedOwner: OWNER, waiting };
  return { world, client, lake, pauses, objects: () => textsOf(world), end };
}

function textsOf(world: AwsWorld): { readonly [path: string]: string } {
  const below = `${LAKE_PLACE.prefix}/`;
  const objects = [...world.s3.objects(LAKE_PLACE.bucket)];
  return Object.fromEntries(
    objects.map(([key, { bytes }]) => [
      key.startsWith(below) ? key.slice(below.length) : `outside: ${key}`,
      Buffer.from(bytes).toString(),
    ]),
  );
}
