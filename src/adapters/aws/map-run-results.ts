import { GetObjectCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import type { SliceFailure } from '../../backfill/slice-end.js';
import type { FleetInput } from '../../backfill/state-machine.js';
import { ValueScanner } from '../../cloudtrail/value-scanner.js';
import { AuditLakeError } from '../../errors.js';
import { awsError, nameOf } from './aws-error.js';
import type { S3Access } from './s3-pages.js';

/** Results of a Distributed Map, as its ResultWriter leaves them: Step Functions developer guide, "ResultWriter". */

const MOST_FAILURES = 20;
/** A list of failures may have gigabytes; twenty batches of slices have some hundred kilobytes. */
const MOST_BYTES = 4 << 20;
const MOST_WORDS = 300;
const OPEN_OBJECT = 0x7b;

const Input = z.object({
  ...{ bucket: z.string(), key: z.string(), plan: z.string() },
  results: z.object({ bucket: z.string(), prefix: z.string() }),
});
const Manifest = z.object({
  ResultFiles: z.object({ FAILED: z.array(z.object({ Key: z.string() })).default([]) }),
});
const FailedBatch = z.object({
  Input: z.string().default(''),
  Status: z.string().default('FAILED'),
  Error: z.string().optional(),
  Cause: z.string().optional(),
});
const Batch = z.object({ Items: z.array(z.unknown()) });
const Slice = z.object({ place: z.string() });
/** What Lambda says of an error that a function threw. */
const Thrown = z.object({ errorMessage: z.string() });

/** What an execution was started with. @throws AuditLakeError AWS_FAILED where somebody else started it */
export function readInput(input: string | undefined, executionArn: string): FleetInput {
  const read = Input.safeParse(parsed(input));
  if (read.success) return read.data;
  throw new AuditLakeError('AWS_FAILED', `${executionArn} was not started by audit-lake: its input is odd`);
}

/**
 * Why batches of a Map Run failed, the first twenty; none where nothing was written. A file may be gone by now: a
 * lifecycle rule may take results early.
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
 */
export async function batchFailures(
  s3: S3Access,
  { bucket, prefix }: FleetInput['results'],
  mapRunArn: string,
): Promise<readonly SliceFailure[]> {
  const id = mapRunArn.slice(mapRunArn.lastIndexOf(':') + 1);
  const manifest = Manifest.safeParse(parsed(await readHead(s3, bucket, `${prefix}/${id}/manifest.json`)));
  const failures: SliceFailure[] = [];
  for (const { Key } of manifest.data?.ResultFiles.FAILED ?? []) {
    if (failures.length >= MOST_FAILURES) break;
    const batches = wholeObjects((await readHead(s3, bucket, Key)) ?? Buffer.alloc(0));
    failures.push(...batches.map(failureOf));
  }
  return failures.slice(0, MOST_FAILURES);
}

/** The first bytes of an object; undefined where there is none. */
async function readHead({ client, expectedOwner }: S3Access, bucket: string, key: string) {
  const command = new GetObjectCommand({
    ...{ Bucket: bucket, Key: key, Range: `bytes=0-${MOST_BYTES - 1}` },
    ExpectedBucketOwner: expectedOwner,
  });
  try {
    const { Body } = await client.send(command);
    return Body && Buffer.from(await Body.transformToByteArray());
  } catch (error) {
    if (nameOf(error) === 'NoSuchKey') return undefined;
    throw awsError(error, { action: 's3:GetObject', resource: `s3://${bucket}/${key}` });
  }
}

/** The objects of a JSON list that begins so; one that is cut short is left out. */
function wholeObjects(bytes: Buffer): unknown[] {
  const objects: unknown[] = [];
  const scanner = new ValueScanner();
  let at = bytes.indexOf(OPEN_OBJECT);
  while (at >= 0 && objects.length < MOST_FAILURES) {
    scanner.begin();
    const end = scanner.scan(bytes, at);
    if (end < 0) break;
    objects.push(parsed(bytes.subarray(at, end)));
    at = bytes.indexOf(OPEN_OBJECT, end);
  }
  return objects;
}

function failureOf(value: unknown): SliceFailure {
  const { Input: input, Status, Error: code = Status, Cause: cause = '' } = FailedBatch.parse(value);
  const items = Batch.safeParse(parsed(input)).data?.Items ?? [];
  const [first] = items.flatMap((item) => Slice.safeParse(item).data?.place ?? []);
  const thrown = Thrown.safeParse(parsed(cause)).data?.errorMessage;
  return { file: first ?? 'a batch', code, message: (thrown ?? cause).slice(0, MOST_WORDS) };
}

function parsed(text: string | Buffer | undefined): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
