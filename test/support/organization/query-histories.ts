import type { AthenaClient } from '@aws-sdk/client-athena';
import { type AssumeRoleCommandOutput, GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { AthenaHistory, type AthenaHistoryOptions } from '../../../src/adapters/aws/athena-history.js';
import { createRandom } from '../../../src/demo/random.js';
import type { QueryHistory } from '../../../src/ports/query-history.js';
import type { AwsWorld } from '../aws/aws-world.ts';
import type { SteppedTime } from '../stepped-time.ts';
import { type Account, HOME, ROLE } from './accounts.ts';
import type { AthenaWatch } from './athena-watch.ts';
import type { Climate } from './climate.ts';
import type { OrganizationMutant } from './mutants.ts';

/** The defaults of the settings. */
export const RATE = 5;
export const MILLIS_PER_LOG_FILE = 2_000;

export type HistoriesOptions = {
  readonly world: AwsWorld;
  readonly time: SteppedTime;
  readonly climate: Climate;
  readonly accounts: readonly Account[];
  readonly watch: AthenaWatch;
  readonly seed: number;
  readonly mutant: OrganizationMutant | undefined;
};

/** Athena's history as a process of ours has it, over a simulated organization. */
export function athenaHistoryOf(process: string, options: HistoriesOptions): QueryHistory {
  const { world, time, climate, accounts, watch, mutant } = options;
  const sts = assuming(process, options);
  const listed = accounts.filter(({ fate }) => fate !== 'home' && fate !== 'not listed');
  const told: AthenaHistoryOptions = {
    ...{ sts, role: ROLE, rate: RATE, millisPerLogFile: MILLIS_PER_LOG_FILE },
    accounts: ['self', ...listed.map(({ id }) => id)],
    ownAccount: async () => (await sts.send(new GetCallerIdentityCommand({}))).Account ?? '',
    newClient: (region, credentials) => {
      const place = `${credentials ? world.sts.accountOf(credentials) : HOME} ${region}`;
      const { athena } = world.clientsAs({ region, ...(credentials && { credentials }) });
      const send = async (command: never, { abortSignal }: { readonly abortSignal: AbortSignal }) => {
        watch.begun({ process, place }, command);
        await time.pause(climate.latency());
        const answer = await athena.send(command).catch((error: unknown) => {
          watch.failed(error);
          throw error;
        });
        if (!abortSignal.aborted) watch.heard(answer);
        return answer;
      };
      return { send: send as AthenaClient['send'] };
    },
    time,
    tell: () => undefined,
  };
  const make = () => new AthenaHistory(mutant?.options?.(told) ?? told);
  return watch.history(process, mutant?.history?.(make) ?? make());
}

/** Credentials that live for 15 minutes to an hour; some die before the moment that was told. */
function assuming(
  process: string,
  { world, time, climate, seed, watch }: HistoriesOptions,
): Pick<STSClient, 'send'> {
  const random = createRandom(seed);
  const send = async (command: { readonly input: { readonly RoleArn?: string } }): Promise<unknown> => {
    const { RoleArn: arn } = command.input;
    if (arn !== undefined) watch.assumed.push({ process, arn, at: time.at });
    await time.pause(Math.ceil(climate.latency() / 2));
    const { sts } = world.clients;
    if (climate.isCalm || arn === undefined) return sts.send(command as never);
    const DurationSeconds = random.between(900, 3_600);
    const input = { ...command.input, DurationSeconds };
    const answer: AssumeRoleCommandOutput = await sts.send(Object.assign(Object.create(command), { input }));
    const { Credentials: credentials } = answer;
    if (credentials === undefined || random.between(0, 3) > 0) return answer;
    const told = { ...credentials, Expiration: new Date(time.at + 3_600_000) };
    return { ...answer, Credentials: told };
  };
  return { send: send as STSClient['send'] };
}
