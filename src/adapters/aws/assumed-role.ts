import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';

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
