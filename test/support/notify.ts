import type { Random } from '../../src/demo/random.js';
import type { AwsWorld } from './aws/aws-world.ts';
import { asS3Encodes, cloudTrail, eventBridge, queueMessage, s3Record, sns } from './envelopes.ts';
import { SOURCE } from './lambda-world.ts';

/** An object of the source bucket, with the ETag that notifications tell: without quotes. */
export type Notified = { readonly key: string; readonly etag: string };

/** The object that lies under a key now. */
export function notified({ s3 }: AwsWorld, key: string): Notified {
  const etag = s3.objects(SOURCE).get(key)?.etag ?? '';
  return { key, etag: etag.replaceAll('"', '') };
}

/** What S3 itself says of new objects. */
export function s3Says(...objects: readonly Notified[]) {
  return {
    Records: objects.map(({ key, etag }) => {
      const record = s3Record(asS3Encodes(key));
      return { ...record, s3: { ...record.s3, object: { ...record.s3.object, eTag: etag } } };
    }),
  };
}

/** What S3 says on EventBridge of one new object. */
export function eventBridgeSays({ key, etag }: Notified) {
  const event = eventBridge(key);
  return { ...event, detail: { ...event.detail, object: { key, etag } } };
}

/** A message of a queue as the Lambda gets it, of an object that S3 tells of. */
export function message(id: string, object: Notified, received = 1) {
  return queueMessage(id, s3Says(object), String(received));
}

/** One message body for these objects, by one of the senders. */
export function bodyOf(objects: readonly Notified[], random: Random): unknown {
  const [first] = objects;
  const choices: unknown[] = [
    s3Says(...objects),
    sns(s3Says(...objects)),
    cloudTrail(...objects.map(({ key }) => key)),
  ];
  if (first && objects.length === 1) choices.push(eventBridgeSays(first));
  return choices[random.between(0, choices.length - 1)];
}
