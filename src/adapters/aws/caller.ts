import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { AuditLakeError } from '../../errors.js';
import { awsError, NO_REGION } from './aws-error.js';

/** Who calls, and where: what the names of resources in policies are made of. */
export type Caller = {
  readonly arn: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly account: string;
  readonly region: string;
};

export type CallerClient = Pick<STSClient, 'send'> & {
  readonly config: { readonly region: () => Promise<string> };
};

const SIGN_IN = 'sign in (`aws sso login`) or name a profile with --profile';

/**
 * Asks AWS who we are, which needs no permission.
 * @throws AuditLakeError USAGE (no Region is known), AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function callerOf(client: CallerClient): Promise<Caller> {
  const region = await regionOf(client);
  try {
    const { Arn: arn = '', Account: account = '' } = await client.send(new GetCallerIdentityCommand({}));
    return { arn, account, region, partition: arn.split(':')[1] || 'aws' };
  } catch (thrown) {
    const { code, message, cause } = awsError(thrown, { action: 'sts:GetCallerIdentity', resource: region });
    throw new AuditLakeError(code, code === 'AWS_CREDENTIALS' ? `${message}: ${SIGN_IN}` : message, cause);
  }
}

async function regionOf({ config }: CallerClient): Promise<string> {
  try {
    return await config.region();
  } catch (error) {
    throw new AuditLakeError('USAGE', NO_REGION, error);
  }
}
