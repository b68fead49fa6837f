import { AthenaClient } from '@aws-sdk/client-athena';
import { STSClient } from '@aws-sdk/client-sts';
import { readerRoleArn } from '../adapters/aws/account-role.js';
import type { RoleCredentials } from '../adapters/aws/assumed-role.js';
import { AthenaHistory } from '../adapters/aws/athena-history.js';
import { callerOf } from '../adapters/aws/caller.js';
import type { AthenaHistoryRun, AthenaHistorySettings, OpenAthenaHistory } from './athena-history.js';
import { type AwsSettings, clientOptions, optionsAs } from './client-options.js';
import { realTime } from './real-time.js';

/** An answer begins soon, or the next try comes sooner. */
const REQUEST_MS = 10_000;
const STS_ATTEMPTS = 3;

/** Builds clients; calls nothing. */
export function athenaHistory(settings: AthenaHistorySettings, run: AthenaHistoryRun): OpenAthenaHistory {
  const options = clientOptions(settings);
  const requestHandler = { ...options.requestHandler, requestTimeout: REQUEST_MS };
  const sts = new STSClient({ ...options, requestHandler, maxAttempts: STS_ATTEMPTS });
  const athena = athenaClients(settings);
  const history = new AthenaHistory({
    ...{ sts, externalId: settings.queryExternalId, role: settings.queryRole },
    ...{ accounts: settings.queryAccounts, rate: settings.queryRate, newClient: athena.make },
    ...{ millisPerLogFile: settings.queryWait * 1_000, until: run.until, tell: run.tell },
    ownAccount: async () => (await callerOf(sts)).account,
    time: { ...realTime, alarm: (millis) => AbortSignal.timeout(millis) },
  });
  return {
    history,
    mustBeSomebody: () => history.knowOwnAccount(),
    askingRoleArns: () => askingRoleArns(settings, sts),
    close: () => {
      athena.close();
      sts.destroy();
    },
  };
}

/** Clients for many places, over the connections of one: a client alone would keep its own for each. */
function athenaClients(settings: AwsSettings) {
  let connections: AthenaClient['config']['requestHandler'] | undefined;
  const make = (region: string, credentials: RoleCredentials | undefined): AthenaClient => {
    const options = optionsAs(credentials, { ...settings, region });
    const client = new AthenaClient({
      ...options,
      // Each call is paid for and timed by the history itself.
      ...{ maxAttempts: 1, retryMode: 'standard' },
      requestHandler: connections ?? { ...options.requestHandler, requestTimeout: REQUEST_MS },
    });
    connections ??= client.config.requestHandler;
    return client;
  };
  return { make, close: () => connections?.destroy?.() };
}

async function askingRoleArns(settings: AthenaHistorySettings, sts: STSClient): Promise<readonly string[]> {
  const { queryAccounts, queryRole } = settings;
  if (queryRole.includes('{region}')) return [];
  // Roles are assumed within one partition only: that of our own Region.
  const region = await sts.config.region().catch(() => '');
  return queryAccounts
    .filter((account) => account !== 'self')
    .map((account) => readerRoleArn(queryRole, { account, region }));
}
