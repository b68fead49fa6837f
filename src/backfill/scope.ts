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

/** What a key does not tell, though it is asked for. */
export type Untold = 'tells-no-account' | 'tells-no-region' | 'tells-no-day';

/** Whether a log file is wanted. One that does not tell what is asked for is not: it could be anybody's. */
export function isWanted(scope: Scope, told: Told): boolean {
  return verdictOf(scope, told) === 'wanted';
}

/** The same, and why not: `skip` where what it tells is not what is asked for, whatever it does not tell. */
export function verdictOf(
  scope: Scope,
  { account, region, deliveryDay: day }: Told,
): 'wanted' | 'skip' | Untold {
  const { from = '', to = '9999-12-31', accounts, regions } = scope;
  const [ofAccounts, ofRegions] = [accounts.length > 0, regions.length > 0];
  const ofDays = scope.from !== undefined || scope.to !== undefined;
  if (ofAccounts && account !== undefined && !accounts.includes(account)) return 'skip';
  if (ofRegions && region !== undefined && !regions.includes(region)) return 'skip';
  if (ofDays && day !== undefined && (day < from || day > to)) return 'skip';
  if (ofAccounts && account === undefined) return 'tells-no-account';
  if (ofRegions && region === undefined) return 'tells-no-region';
  return ofDays && day === undefined ? 'tells-no-day' : 'wanted';
}
