import { type AthenaClient, BatchGetQueryExecutionCommand } from '@aws-sdk/client-athena';
import type { Check, Step } from '../../ports/access-check.js';
import { partitionOf, readerRoleArn } from './account-role.js';
import { type AssumedRole, assumeRole, type RoleCredentials } from './assumed-role.js';
import { awsError, nameOf } from './aws-error.js';

export type QueryHistoryAccessOptions = Pick<AssumedRole, 'sts' | 'externalId'> & {
  /** Numbers of 12 digits, and `self`. */
  readonly accounts: readonly string[];
  /** May hold `{account}` and `{region}`. */
  readonly role: string;
  /** The account and the Region of the credentials. */
  readonly own: { readonly account: string; readonly region: string };
  /** No credentials: those that this process runs with. */
  readonly newAthena: (credentials: RoleCredentials | undefined) => Pick<AthenaClient, 'send'>;
};

/** What a reader of query texts needs (README, "Query texts and statistics"). */
const READS = [
  ...['athena:BatchGetQueryExecution', 'athena:GetQueryExecution'],
  ...['athena:GetNamedQuery', 'athena:GetPreparedStatement'],
];
/** A query that never ran. */
const NOBODYS = '00000000-0000-4000-8000-000000000000';

/** Whether the Athena of each account may be asked for query texts, tried in the Region of the credentials. */
export function queryHistoryAccess(options: QueryHistoryAccessOptions): readonly Check[] {
  return options.accounts.map((named) => {
    const isOwn = named === 'self' || named === options.own.account;
    const account = isOwn ? options.own.account : named;
    const seen: { credentials?: RoleCredentials } = {};
    const steps = isOwn ? [] : [assumeStep(account, options, seen)];
    const name = `query texts of ${account}`;
    return { name, needs: ['credentials'], steps: [...steps, askStep(account, options, seen)] };
  });
}

function assumeStep(
  account: string,
  { sts, externalId, role, own }: QueryHistoryAccessOptions,
  seen: { credentials?: RoleCredentials },
): Step {
  const arn = readerRoleArn(role, { account, region: own.region });
  const allowedBy = { actions: ['sts:AssumeRole'], resources: [arn] };
  return {
    call: { action: 'sts:AssumeRole', on: `${arn}, which must trust us too`, allowedBy },
    run: async () => {
      try {
        seen.credentials = (await assumeRole({ sts, arn, externalId })).credentials;
        return arn;
      } catch (error) {
        throw awsError(error, { action: 'sts:AssumeRole', resource: arn });
      }
    },
  };
}

function askStep(
  account: string,
  { own, newAthena }: QueryHistoryAccessOptions,
  seen: { readonly credentials?: RoleCredentials },
): Step {
  const action = 'athena:BatchGetQueryExecution';
  const workGroups = `arn:${partitionOf(own.region)}:athena:*:${account}:workgroup/*`;
  return {
    call: { action, on: workGroups, allowedBy: { actions: READS, resources: [workGroups] } },
    run: async () => {
      const command = new BatchGetQueryExecutionCommand({ QueryExecutionIds: [NOBODYS] });
      try {
        await newAthena(seen.credentials).send(command);
      } catch (error) {
        // Athena was asked, and knows no such query: that is all that was to be seen.
        if (nameOf(error) !== 'InvalidRequestException')
          throw awsError(error, { action, resource: workGroups });
      }
      return 'may be asked';
    },
  };
}
