import { readdirSync, readFileSync } from 'node:fs';
import type { Delivery, Envelope, NotifiedObject } from '../../src/cloudtrail/notification.js';
import type { Json } from '../../src/demo/json.js';

const FOLDER = new URL('../../samples/notifications/', import.meta.url);
/** The names of `samples/notifications`, as they lie there: what senders really write. */
export const FIXTURES = readdirSync(FOLDER).map((name) => name.replace('.json', ''));
export const BUCKET = 'amzn-s3-demo-bucket';
export const PLAIN =
  'AWSLogs/o-exampleorg1/111122223333/CloudTrail/us-east-1/2014/03/06/111122223333_CloudTrail_us-east-1_20140306T0028Z_eventVersion0100.json.gz';
export const DIFFICULT = `central lögs/a+b/${PLAIN}`;
const ETAG = 'd41d8cd98f00b204e9800998ecf8427e';

export function fixture(name: string): Json {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
}

/** The object that the envelopes below name. */
export function object(key: string, etag = ETAG): NotifiedObject {
  return { bucket: BUCKET, key, etag };
}

export function deliveriesOf(envelope: Envelope): readonly Delivery[] {
  return envelope.kind === 'unknown' ? [] : envelope.deliveries;
}

export function reasonsOf(envelope: Envelope): readonly string[] {
  if (envelope.kind === 'unknown') return [envelope.reason];
  return envelope.deliveries.flatMap((it) => (it.kind === 'undecodable' ? [it.reason] : []));
}

/** What would be acknowledged: nothing of an envelope that is not known. */
export function objectsOf(envelope: Envelope): readonly NotifiedObject[] {
  return deliveriesOf(envelope).flatMap((it) => (it.kind === 'objects' ? it.objects : []));
}

// Envelopes of one's own, with no more in them than we read.

export function s3Record(encodedKey: string, eventName = 'ObjectCreated:Put') {
  const s3 = { bucket: { name: BUCKET }, object: { key: encodedKey, eTag: ETAG } };
  return { eventVersion: '2.6', eventSource: 'aws:s3', eventName, s3 };
}

export function s3Event(...keys: readonly string[]) {
  return { Records: keys.map((key) => s3Record(key)) };
}

export function eventBridge(key: string, detailType = 'Object Created') {
  const detail = { bucket: { name: BUCKET }, object: { key, etag: ETAG } };
  return { version: '0', 'detail-type': detailType, source: 'aws.s3', detail };
}

export function cloudTrail(...keys: readonly string[]) {
  return { s3Bucket: BUCKET, s3ObjectKey: keys };
}

export function sns(message: unknown) {
  return { Type: 'Notification', MessageId: 'sns-1', Message: textOf(message) };
}

export function snsToLambda(...messages: readonly unknown[]) {
  return { Records: messages.map((it) => ({ EventSource: 'aws:sns', Sns: { Message: textOf(it) } })) };
}

export function queueMessage(messageId: string, body: unknown, received = '1') {
  const attributes = { ApproximateReceiveCount: received };
  return { messageId, eventSource: 'aws:sqs', attributes, body: textOf(body) };
}

export function queue(...bodies: readonly unknown[]) {
  return { Records: bodies.map((body, index) => queueMessage(`message-${index}`, body)) };
}

export function batch(schema: string, ...keys: readonly string[]) {
  const where = schema === '1.0' ? { s3BucketArn: `arn:aws:s3:::${BUCKET}` } : { s3Bucket: BUCKET };
  const tasks = keys.map((s3Key, index) => ({ taskId: `task-${index}`, s3Key, s3VersionId: null, ...where }));
  return { invocationSchemaVersion: schema, invocationId: 'invocation', job: { id: 'job' }, tasks };
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Form encoding by somebody else. */
export function formEncoded(key: string): string {
  return new URLSearchParams([['', key]]).toString().slice(1);
}

/** As S3 is seen to write keys: slashes as they are. */
export function asS3Encodes(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}
