/** How an object is stored, where that is not simply readable, as a listing or an inventory tells it. */
export type Storage = {
  /** As S3 names it: GLACIER, DEEP_ARCHIVE, STANDARD_IA, ... */
  readonly storageClass: string;
  /** Of an object in an archive class; undefined where it has not been asked for. */
  readonly restore?: 'restored' | 'restoring';
};

/** Classes whose objects cannot be read before they are restored. GLACIER_IR is read as it is. */
const ARCHIVES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/**
 * Whether an object cannot be read as it is. A restored one keeps its class for ever, so that the class alone does
 * not tell; one that is being restored is in an archive until that is done, also in a tier of INTELLIGENT_TIERING.
 * @param storage undefined for the standard class
 */
export function isArchived(storage: Storage | undefined): boolean {
  if (storage === undefined || storage.restore === 'restored') return false;
  return storage.restore === 'restoring' || ARCHIVES.has(storage.storageClass);
}
