import { AwsError } from './aws-error.ts';
import type { S3Object } from './s3-bucket.ts';

/** The copy of an archived object: there from `ready` on, gone at `until`; milliseconds since 1970. */
export type RestoredCopy = { readonly ready: number; readonly until: number };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long restoring takes, at most, by class and tier. A tier that is not there is none of that class. */
const LASTS: { readonly [storageClass: string]: { readonly [tier: string]: number } } = {
  GLACIER: { Expedited: 5 * MINUTE, Standard: 5 * HOUR, Bulk: 12 * HOUR },
  DEEP_ARCHIVE: { Standard: 12 * HOUR, Bulk: 48 * HOUR },
};

export function isArchiveClass(storageClass: string): boolean {
  return storageClass in LASTS;
}

/** What S3 tells of a copy: nothing of one that is gone. */
export function restoreOf({ copy }: S3Object, now: number): 'restoring' | 'restored' | undefined {
  if (copy === undefined || now >= copy.until) return undefined;
  return now < copy.ready ? 'restoring' : 'restored';
}

/** As the header `x-amz-restore`. */
export function restoreHeader(object: S3Object, now: number) {
  const restore = restoreOf(object, now);
  if (restore === undefined) return {};
  if (restore === 'restoring') return { Restore: 'ongoing-request="true"' };
  const until = new Date(object.copy?.until ?? 0).toUTCString();
  return { Restore: `ongoing-request="false", expiry-date="${until}"` };
}

/** As a listing that was asked for it. */
export function restoreStatus(object: S3Object, now: number) {
  const restore = restoreOf(object, now);
  if (restore === undefined) return {};
  if (restore === 'restoring') return { RestoreStatus: { IsRestoreInProgress: true } };
  const RestoreExpiryDate = new Date(object.copy?.until ?? 0);
  return { RestoreStatus: { IsRestoreInProgress: false, RestoreExpiryDate } };
}

/** @throws AwsError InvalidObjectState for an object whose bytes are in an archive */
export function mustBeOnline(object: S3Object, now: number): void {
  if (!isArchiveClass(object.storageClass) || restoreOf(object, now) === 'restored') return;
  const message = "The operation is not valid for the object's storage class";
  throw new AwsError('InvalidObjectState', message, { status: 403, StorageClass: object.storageClass });
}

type Asked = { readonly days: number | undefined; readonly tier: string | undefined; readonly now: number };

/**
 * The copy that a request leads to: a new one (202), or the one that is there, kept longer (200).
 * @throws AwsError InvalidObjectState, InvalidArgument, RestoreAlreadyInProgress
 */
export function restored(object: S3Object, { days, tier = 'Standard', now }: Asked) {
  const lasts = LASTS[object.storageClass];
  if (lasts === undefined) {
    const message = "Restore is not allowed for the object's current storage class";
    throw new AwsError('InvalidObjectState', message, { status: 403, StorageClass: object.storageClass });
  }
  if (days === undefined || !Number.isInteger(days) || days < 1) {
    throw new AwsError('InvalidArgument', 'restoration days should be at least 1');
  }
  const wait = lasts[tier];
  if (wait === undefined) {
    throw new AwsError('InvalidArgument', 'Retrieval option is not supported by this storage class');
  }
  const restore = restoreOf(object, now);
  if (restore === 'restoring') {
    const message = 'Object restore is already in progress';
    throw new AwsError('RestoreAlreadyInProgress', message, { status: 409 });
  }
  if (restore === 'restored') {
    return { status: 200, copy: { ready: object.copy?.ready ?? now, until: now + days * DAY } };
  }
  return { status: 202, copy: { ready: now + wait, until: now + wait + days * DAY } };
}
