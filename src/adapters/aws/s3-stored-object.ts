import type { _Object, RestoreStatus } from '@aws-sdk/client-s3';
import type { Storage } from '../../backfill/storage.js';

/** How a listed object is stored; undefined for the standard class. `now` is in milliseconds since 1970. */
export function storageOf({ StorageClass, RestoreStatus }: _Object, now: number): Storage | undefined {
  if (StorageClass === undefined || StorageClass === 'STANDARD') return undefined;
  const restore = restoreOf(RestoreStatus, now);
  return { storageClass: StorageClass, ...(restore !== undefined && { restore }) };
}

/** A restored copy is there until a date; S3 may still tell of one that is gone. */
function restoreOf(status: RestoreStatus | undefined, now: number): Storage['restore'] {
  if (status?.IsRestoreInProgress) return 'restoring';
  const until = status?.RestoreExpiryDate?.getTime();
  return until !== undefined && until > now ? 'restored' : undefined;
}
