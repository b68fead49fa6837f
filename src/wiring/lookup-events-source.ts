import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { STSClient } from '@aws-sdk/client-sts';
import { readerRoleArn } from '../adapters/aws/account-role.js';
import { credentialsOfRole } from '../adapters/aws/assumed-role.js';
import { callerOf } from '../adapters/aws/caller.js';
import { LookupEventsReader } from '../adapters/aws/lookup-events-reader.js';
import { LookupEventsSource } from '../adapters/aws/lookup-events-source.js';
import type { Dataset } from '../datasets/dataset.js';
import type { LogReader, LogSource } from '../ports/log-source.js';
import { type AwsSettings, clientOptions, optionsAs } from './client-options.js';
import { realTime } from './real-time.js';

/** The role that is assumed in the accounts of others. */
export type ReaderRoleSettings = {
  /** May hold `{account}` and `{region}`. */
  readonly queryRole: string;
  readonly queryExternalId?: string | undefined;
};

/** Whose event history is read, and where. */
export type LookupEventsSettings = AwsSettings &
  ReaderRoleSettings & {
    readonly region: string;
    /** The account of the credentials: it needs no role. */
    readonly self: string;
    readonly accounts: readonly string[];
    /** The one service whose events are wanted; all where absent. */
    readonly eventSource?: string | undefined;
  };

/**
 * Asks AWS whose credentials these are, and in which Region they are used: their account is read where none is named.
 * @throws AuditLakeError USAGE (no Region is known), AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function lookupEventsSettings(
  named: readonly string[],
  datasets: readonly Dataset[],
  settings: AwsSettings & ReaderRoleSettings,
): Promise<LookupEventsSettings> {
  const sts = new STSClient(clientOptions(settings));
  const { account: self, region } = await callerOf(sts);
  const accounts = named.length > 0 ? [...new Set(named)] : [self];
  return { ...settings, region, self, accounts, eventSource: onlySource(datasets) };
}

/** The event histories, an hour as a log file; those hours that are closed now. */
export function lookupEventsSource({ accounts, region }: LookupEventsSettings): LogSource {
  return new LookupEventsSource({ accounts, region, now: realTime.now() });
}

/** One reader for all hours: it keeps the pace. */
export function lookupEventsReader(settings: LookupEventsSettings): LogReader {
  const clients = new Map(settings.accounts.map((account) => [account, clientFor(account, settings)]));
  const clientOf = (account: string) => clients.get(account) ?? clientFor(account, settings);
  return new LookupEventsReader({ clientOf, eventSource: settings.eventSource, waiting: realTime });
}

function clientFor(account: string, settings: LookupEventsSettings): CloudTrailClient {
  const { self, region, queryRole, queryExternalId: externalId } = settings;
  const arn = readerRoleArn(queryRole, { account, region });
  const role = () => credentialsOfRole({ sts: new STSClient(clientOptions(settings)), arn, externalId });
  const options = optionsAs(account === self ? undefined : role(), settings);
  // The reader itself tries again: an attempt of the SDK would be a call that it does not count.
  return new CloudTrailClient({ ...options, maxAttempts: 1, retryMode: 'standard' });
}

/** CloudTrail looks for one service at most. */
function onlySource(datasets: readonly Dataset[]): string | undefined {
  const wanted = new Set(datasets.flatMap(({ eventSources }) => eventSources));
  const [only] = wanted;
  return wanted.size === 1 && only !== 'all' ? only : undefined;
}
