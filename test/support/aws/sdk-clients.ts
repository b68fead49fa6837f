import { AthenaClient } from '@aws-sdk/client-athena';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GlueClient } from '@aws-sdk/client-glue';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import type { AwsClients } from './aws-clients.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** The real clients of the SDK, for an endpoint on this machine. */
export function sdkClients(endpoint: string, { maxAttempts = 3 } = {}): AwsClients {
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
  const config = { endpoint, region: 'eu-central-1', credentials, maxAttempts };
  return {
    s3: new S3Client({ ...config, forcePathStyle: true }),
    dynamodb: new DynamoDBClient(config),
    athena: new AthenaClient(config),
    glue: new GlueClient(config),
    sts: new STSClient(config),
  };
}
