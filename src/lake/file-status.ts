/** How a log file can stand in the ledger (item FILE, protocol 4.1). */
export const FILE_STATUSES = ['COMMITTED', 'EMPTY', 'MISSING', 'DEFERRED', 'QUARANTINED'] as const;

/** COMMITTED (rows) and EMPTY (no rows) are settled for ever; the others are free to be tried again. */
export type FileStatus = (typeof FILE_STATUSES)[number];

/** Whether nobody may change how a log file stands; what the ledger does not know is not settled. */
export function isSettled<E extends { readonly status: FileStatus }>(entry: E | undefined): entry is E {
  return entry?.status === 'COMMITTED' || entry?.status === 'EMPTY';
}
