import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GlueClient } from '@aws-sdk/client-glue';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { AwsClients } from './aws-clients.ts';
import { HOME_REGION } from './aws-keys.ts';

const HOME_KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

export type SdkOptions = {
  readonly maxAttempts?: number;
  readonly region?: string;
  readonly credentials?: NonNullable<STSClientConfig['credentials']>;
};

/** The real clients of the SDK, for an endpoint on this machine; of the home account unless told otherwise. */
export function sdkClients(
  endpoint: string,
  { maxAttempts = 3, region = HOME_REGION, credentials = HOME_KEYS }: SdkOptions = {},
): AwsClients {
  const config = { endpoint, region, credentials, maxAttempts };
  return {
    s3: new S3Client({ ...config, forcePathStyle: true }),
    dynamodb: new DynamoDBClient(config),
    athena: new AthenaClient(config),
    glue: new GlueClient(config),
    cloudtrail: new CloudTrailClient(config),
    sts: new STSClient(config),
    sfn: new SFNClient(config),
    sqs: new SQSClient(config),
    sns: new SNSClient(config),
    lambda: new LambdaClient(config),
    cloudformation: new CloudFormationClient(config),
    cloudwatch: new CloudWatchClient(config),
  };
}
