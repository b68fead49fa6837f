import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { awsError } from './aws-error.js';

export type AssumedRole = {
  readonly sts: Pick<STSClient, 'send'>;
  readonly arn: string;
  readonly externalId?: string | undefined;
};

export type RoleCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
};

const SESSION_NAME = 'audit-lake';
/** The longest that a role may be assumed by another role. */
export const LIFE_SECONDS = 3_600;

/** Credentials of a role for an hour at most, and when they end. @throws the error of the SDK, or an Error without them */
export async function assumeRole({ sts, arn, externalId }: AssumedRole): Promise<{
  readonly credentials: RoleCredentials;
  readonly expiration: Date | undefined;
}> {
  const command = new AssumeRoleCommand({
    RoleArn: arn,
    RoleSessionName: SESSION_NAME,
    DurationSeconds: LIFE_SECONDS,
    ...(externalId !== undefined && { ExternalId: externalId }),
  });
  const { Credentials: told } = await sts.send(command);
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = told ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken) throw new Error('STS gave no credentials');
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  return { credentials, expiration: Expiration };
}

/**
 * Credentials of a role, for a client of the SDK: it asks when it needs some, and again before they expire.
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED, naming the role
 */
export function credentialsOfRole(role: AssumedRole) {
  const attempt = { action: 'sts:AssumeRole', resource: role.arn };
  return async () => {
    try {
      const { credentials, expiration } = await assumeRole(role);
      return { ...credentials, ...(expiration && { expiration }) };
    } catch (error) {
      throw awsError(error, attempt);
    }
  };
}
