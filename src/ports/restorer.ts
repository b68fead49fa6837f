import type { Tier } from '../backfill/restore-offers.js';

/** How long a restored copy is kept, and how fast it comes. */
export type RestoreTerms = { readonly days: number; readonly tier: Tier };

/** Asks for archived log files to be made readable for some days. Nobody waits for it: that takes hours. */
export interface Restorer {
  /**
   * `asked` where the restoring begins now, `already` where it has begun, is done (the copy is then kept for so
   * many days from now), or is not needed.
   * @throws AuditLakeError LOG_FILE_MISSING, LOG_FILE_ARCHIVED (refused on these terms), AWS_DENIED, AWS_CREDENTIALS,
   *   AWS_FAILED
   */
  restore(location: string, terms: RestoreTerms): Promise<'asked' | 'already'>;
}
