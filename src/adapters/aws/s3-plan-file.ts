import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { PlanHead, StoredPlan } from '../../backfill/plan.js';
import { AuditLakeError } from '../../errors.js';
import { awsError, nameOf, statusOf } from './aws-error.js';
import type { Waiting } from './back-off.js';
import { insist } from './s3-insist.js';
import type { S3Access } from './s3-pages.js';
import { formatPlace, type S3Place } from './s3-place.js';

/** A piece of a plan: its slices are worked off for hours, and S3 ends a connection that stands still so long. */
const PIECE_BYTES = 1 << 20;
/** Enough for the head of a thousand accounts; a longer one takes another request. */
const HEAD_BYTES = 1 << 16;

export type PlanAccess = S3Access & { readonly waiting: Waiting };

/**
 * A plan file anywhere in S3. Holds a piece of it.
 * @throws AuditLakeError PLAN_FORMAT, USAGE where there is none; AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function readS3Plan(access: PlanAccess, place: S3Place): Promise<StoredPlan> {
  const { readPlanFile } = await import('../../backfill/plan-file.js');
  return readPlanFile(() => piecesOf(access, place, PIECE_BYTES), formatPlace(place));
}

/** The first line of it: asks for little more than that. @throws as {@link readS3Plan} */
export async function readS3PlanHead(access: PlanAccess, place: S3Place): Promise<PlanHead> {
  const { readPlanHead } = await import('../../backfill/plan-file.js');
  return readPlanHead(() => piecesOf(access, place, HEAD_BYTES), formatPlace(place));
}

type Piece = { readonly bytes: Uint8Array; readonly etag: string | undefined; readonly size: number };

async function* piecesOf(access: PlanAccess, place: S3Place, length: number): AsyncGenerator<Uint8Array> {
  let etag: string | undefined;
  for (let at = 0, size = 1; at < size; ) {
    const piece = await pieceOf(access, place, { at, length, etag });
    if (piece.bytes.length === 0) return;
    yield piece.bytes;
    at += piece.bytes.length;
    ({ etag, size } = piece);
  }
}

type Range = { readonly at: number; readonly length: number; readonly etag: string | undefined };

async function pieceOf(access: PlanAccess, place: S3Place, { at, length, etag }: Range): Promise<Piece> {
  const command = new GetObjectCommand({
    ...{ Bucket: place.bucket, Key: place.prefix, ExpectedBucketOwner: access.expectedOwner },
    ...{ Range: `bytes=${at}-${at + length - 1}`, IfMatch: etag },
  });
  const ask = async (): Promise<Piece> => {
    const { Body, ContentRange, ETag } = await access.client.send(command);
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    // An endpoint that does not know ranges answers with the whole.
    return { bytes, etag: ETag, size: Number(ContentRange?.split('/')[1] ?? bytes.length) };
  };
  try {
    return await insist(ask, access.waiting);
  } catch (error) {
    // No byte of an empty object can be asked for.
    if (statusOf(error) === 416) return { bytes: new Uint8Array(), etag, size: 0 };
    throw planError(error, formatPlace(place));
  }
}

function planError(error: unknown, location: string): AuditLakeError {
  if (nameOf(error) === 'NoSuchKey') {
    const message = `there is no plan ${location}: make one with \`audit-lake backfill plan\``;
    return new AuditLakeError('USAGE', message, error);
  }
  if (statusOf(error) === 412) {
    const message = `the plan ${location} changed while it was read: run the command again`;
    return new AuditLakeError('PLAN_FORMAT', message, error);
  }
  return awsError(error, { action: 's3:GetObject', resource: location });
}
