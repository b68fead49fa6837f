import type { LogFileRef } from '../cloudtrail/log-file-ref.js';

/** Which log files of an archive are wanted; days are those of delivery, both ends included. */
export type Scope = {
  /** `YYYY-MM-DD`; undefined: from the first. */
  readonly from: string | undefined;
  /** `YYYY-MM-DD`; undefined: to the last. */
  readonly to: string | undefined;
  /** Accounts of 12 digits; none: all. */
  readonly accounts: readonly string[];
  /** Regions of the log files; none: all. */
  readonly regions: readonly string[];
};

/** What a key or a folder tells of the log files that it names. */
export type Told = Pick<LogFileRef, 'account' | 'region' | 'deliveryDay'>;

/** Whether a log file is wanted. One whose key does not tell what is asked for is not: it could be anybody's. */
export function isWanted({ from, to, accounts, regions }: Scope, told: Told): boolean {
  const { account = '', region = '', deliveryDay } = told;
  if (accounts.length > 0 && !accounts.includes(account)) return false;
  if (regions.length > 0 && !regions.includes(region)) return false;
  if (from === undefined && to === undefined) return true;
  return deliveryDay !== undefined && deliveryDay >= (from ?? '') && deliveryDay <= (to ?? '9999-12-31');
}
