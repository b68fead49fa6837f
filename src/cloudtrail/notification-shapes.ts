import * as z from 'zod';

/**
 * The shapes of what arrives at the Lambda, as far as we look. Apart from their meaning, because loading zod takes
 * longer than all the rest of it. Sources: S3 user guide, "Event message structure" and "Invoke AWS Lambda function" (Batch Operations);
 * SNS "Message formats"; CloudTrail user guide, "Configuring Amazon SNS notifications".
 */

/** What was read, or what is odd about it: the first offending path and our own words, never its text. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** S3 takes keys of 1024 bytes; form encoding makes three characters of a byte. */
const MAX_KEY_BYTES = 1024;
const MAX_ENCODED_KEY = 3 * MAX_KEY_BYTES;
const MAX_REASON = 200;

const Bucket = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
const BucketArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:s3:[a-z0-9-]*:\d*:[^:]+$/)
  .transform((arn) => arn.slice(arn.lastIndexOf(':') + 1))
  .pipe(Bucket);

/** A key as it is. Half of a surrogate pair has no bytes, so no object can bear it. */
const Key = z
  .string()
  .min(1)
  .max(MAX_KEY_BYTES)
  .refine((key) => !/\p{Surrogate}/u.test(key), 'not Unicode')
  .refine((key) => Buffer.byteLength(key) <= MAX_KEY_BYTES, `longer than ${MAX_KEY_BYTES} bytes`);

/** A key as S3 and Batch Operations write it: `+` is a space, everything else percent. Decoded once. */
const FormKey = z
  .string()
  .max(MAX_ENCODED_KEY)
  .transform((text, context) => {
    try {
      return decodeURIComponent(text.replaceAll('+', ' '));
    } catch {
      context.addIssue({ code: 'custom', message: 'not form-encoded' });
      return z.NEVER;
    }
  })
  .pipe(Key);

/** As the sender writes it: without the quotes that a GET puts around it. */
const Etag = z.string().max(256).default('');

/** A record of an S3 event, whatever happened to the object. */
export const S3Record = z.object({
  eventSource: z.literal('aws:s3'),
  eventVersion: z.string().regex(/^2\.\d{1,4}$/),
  eventName: z.string().min(1),
});

/** The object of a record of an S3 event. */
export const S3RecordObject = z
  .object({
    s3: z.object({
      bucket: z.object({ name: Bucket }),
      object: z.object({ key: FormKey, eTag: Etag }),
    }),
  })
  .transform(({ s3 }) => ({ bucket: s3.bucket.name, key: s3.object.key, etag: s3.object.eTag }));

/** An event of S3 on EventBridge, whatever happened to the object. */
export const EventBridgeEvent = z.object({
  source: z.literal('aws.s3'),
  'detail-type': z.string().regex(/^Object /),
});

/** The object of an event on EventBridge. Its key is not encoded. */
export const EventBridgeObject = z
  .object({
    detail: z.object({
      bucket: z.object({ name: Bucket }),
      object: z.object({ key: Key, etag: Etag }),
    }),
  })
  .transform(({ detail }) => ({
    bucket: detail.bucket.name,
    key: detail.object.key,
    etag: detail.object.etag,
  }));

/** What CloudTrail says on its own topic. Its keys are not encoded. */
export const CloudTrailMessage = z
  .object({ s3Bucket: Bucket, s3ObjectKey: z.array(Key).min(1) })
  .transform(({ s3Bucket, s3ObjectKey }) => s3ObjectKey.map((key) => ({ bucket: s3Bucket, key, etag: '' })));

/** Several records in one envelope. */
export const RecordList = z.object({ Records: z.array(z.unknown()).min(1) });

/** An SNS message as a queue gets it. */
export const SnsMessage = z.object({ Type: z.literal('Notification'), Message: z.string() });

/** An SNS message as a Lambda gets it. */
export const SnsRecord = z.object({
  EventSource: z.literal('aws:sns'),
  Sns: z.object({ Message: z.string() }),
});

/** By what a message of a queue is acknowledged. */
export const QueueMessageId = z.object({ messageId: z.string().min(1) });

/** A message of a queue. */
export const QueueMessage = z.object({ eventSource: z.literal('aws:sqs'), body: z.string() });

/** How often a message of a queue was received. */
export const ReceiveCount = z
  .object({
    attributes: z.object({
      ApproximateReceiveCount: z
        .string()
        .regex(/^[1-9]\d{0,8}$/)
        .transform(Number),
    }),
  })
  .transform(({ attributes }) => attributes.ApproximateReceiveCount);

/** Tasks of S3 Batch Operations. */
export const BatchTasks = z.object({
  invocationSchemaVersion: z.enum(['1.0', '2.0']),
  invocationId: z.string().min(1),
  tasks: z.array(z.unknown()).min(1),
});

/** By what a task is answered. */
export const TaskId = z.object({ taskId: z.string().min(1) });

/** The object of a task, by schema version. */
export const TASK_OBJECT = {
  '1.0': z
    .object({ s3BucketArn: BucketArn, s3Key: FormKey })
    .transform((task) => ({ bucket: task.s3BucketArn, key: task.s3Key, etag: '' })),
  '2.0': z
    .object({ s3Bucket: Bucket, s3Key: FormKey })
    .transform((task) => ({ bucket: task.s3Bucket, key: task.s3Key, etag: '' })),
} as const;

/** A value in one of the shapes of this file. Never throws. */
export function read<T>(shape: z.ZodType<T>, value: unknown): Read<T> {
  const result = shape.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const [first] = result.error.issues;
  const path = first?.path.map(String).join('.') || 'value';
  return { ok: false, reason: `${path}: ${first?.message ?? 'odd'}`.slice(0, MAX_REASON) };
}
