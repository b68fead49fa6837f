import type { AwsCall } from '../../support/aws/aws-call.ts';
import type { Request } from './policies.ts';
import { ACCOUNT, REGION } from './resolved.ts';

type Input = { readonly [member: string]: unknown };

const inRegion = (service: string, name: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;

/** What IAM is asked for a call. @throws Error for a service or operation that it was not written for */
export function requestsOf({ service, operation, input }: AwsCall): readonly Request[] {
  if (service === 's3') return ofS3(operation, input);
  if (service === 'dynamodb') return ofDynamoDb(operation, input);
  if (service === 'glue') return ofGlue(operation, input);
  if (service === 'athena') return [ofAthena(operation, input)];
  if (service === 'sns') return [{ action: `sns:${operation}`, resource: String(input['TopicArn']) }];
  if (service === 'sts' && operation === 'GetCallerIdentity') return [];
  if (service === 'sts') return [{ action: 'sts:AssumeRole', resource: String(input['RoleArn']) }];
  throw new Error(`${service} ${operation} is not known here`);
}

function ofS3(operation: string, { Bucket, Key, Prefix = '' }: Input): Request[] {
  const bucket = `arn:aws:s3:::${Bucket}`;
  const object = `${bucket}/${Key}`;
  const reading = [
    { action: 's3:GetObject', resource: object },
    { action: 's3:ListBucket', resource: bucket },
  ];
  if (operation === 'GetObject' || operation === 'HeadObject') return reading;
  if (operation === 'ListObjectsV2')
    return [{ action: 's3:ListBucket', resource: bucket, context: { 's3:prefix': String(Prefix) } }];
  return [{ action: `s3:${operation}`, resource: object }];
}

function ofDynamoDb(operation: string, input: Input): Request[] {
  const on = (name: unknown, action = operation) => {
    return { action: `dynamodb:${action}`, resource: inRegion('dynamodb', `table/${name}`) };
  };
  if (operation === 'BatchGetItem') return Object.keys(Object(input['RequestItems'])).map((name) => on(name));
  if (operation !== 'TransactWriteItems') return [on(input['TableName'])];
  const items = input['TransactItems'] as Record<string, { TableName: string }>[];
  return items.flatMap((item) =>
    Object.entries(item).map(([kind, { TableName }]) => on(TableName, `${kind}Item`)),
  );
}

function ofGlue(operation: string, { DatabaseName, Name, TableName, DatabaseInput }: Input): Request[] {
  const database = DatabaseName ?? Object(DatabaseInput).Name ?? Name;
  const table = TableName ?? (DatabaseName === undefined ? undefined : (Name ?? 'any'));
  const names = ['catalog', `database/${database}`, ...(table ? [`table/${database}/${table}`] : [])];
  return names.map((name) => ({ action: `glue:${operation}`, resource: inRegion('glue', name) }));
}

function ofAthena(operation: string, { WorkGroup = 'audit_lake' }: Input): Request {
  return { action: `athena:${operation}`, resource: inRegion('athena', `workgroup/${WorkGroup}`) };
}
