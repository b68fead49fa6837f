import type { HistoryEvent, HistoryFacts, TellHistory } from '../adapters/aws/athena-history-tell.js';
import type { QueryHistory } from '../ports/query-history.js';
import type { AwsSettings } from './client-options.js';

export type { HistoryEvent, HistoryFacts };

export type AthenaHistorySettings = AwsSettings & {
  /** Accounts that may be asked, and `self`. */
  readonly queryAccounts: readonly string[];
  /** The role to assume there; may hold `{account}` and `{region}`. */
  readonly queryRole: string;
  readonly queryExternalId?: string | undefined;
  /** Calls a second, in each account and Region. */
  readonly queryRate: number;
  /** Seconds, for each log file. */
  readonly queryWait: number;
};

export type AthenaHistoryRun = {
  /** Milliseconds since 1970, after which nobody waits any more. */
  readonly until?: () => number;
  readonly tell: TellHistory;
};

export type OpenAthenaHistory = {
  /** `calls`: calls of Athena so far. */
  readonly history: QueryHistory & { readonly calls: number };
  /** Asks AWS who we are, which needs no permission. @throws AuditLakeError AWS_CREDENTIALS, USAGE (no Region), AWS_FAILED */
  readonly mustBeSomebody: () => Promise<void>;
  /**
   * The roles that are assumed for these calls, so that their footsteps are known. Not our own role: people may work
   * under it, and their queries are not ours. Left out: roles whose name holds the Region. Never throws.
   */
  readonly askingRoleArns: () => Promise<readonly string[]>;
  readonly close: () => void;
};

/** Athena's query history in all accounts that may be asked; undefined, and nothing is loaded, where there are none. */
export async function openAthenaHistory(
  settings: AthenaHistorySettings,
  run: AthenaHistoryRun,
): Promise<OpenAthenaHistory | undefined> {
  if (settings.queryAccounts.length === 0) return undefined;
  const { athenaHistory } = await import('./athena-history-clients.js');
  return athenaHistory(settings, run);
}
