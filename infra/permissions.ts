import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Lake, Trail } from './lake.js';

/**
 * What handlers may do, each sentence as the statement of a policy. No statement has a wildcard for actions, and none
 * names a resource that the handler does not work with (threat T13).
 */
const allow = (actions: readonly string[], resources: readonly string[]) =>
  new PolicyStatement({ actions: [...actions], resources: [...resources] });

const objects = (bucket: IBucket, prefixes: readonly string[]) =>
  prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`));

/** Listings below prefixes, and no others. */
export function listing(bucket: IBucket, prefixes: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    actions: ['s3:ListBucket'],
    resources: [bucket.bucketArn],
    conditions: { StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } },
  });
}

/**
 * To be told that an object is missing: S3 calls it denied to who may not list, and asks without a prefix then. A listing that
 * names no prefix is let through as well, since no key of S3 tells the two apart: names of objects, and none of their bytes.
 */
function tellingMissing(bucket: IBucket): PolicyStatement {
  return new PolicyStatement({
    actions: ['s3:ListBucket'],
    resources: [bucket.bucketArn],
    conditions: { Null: { 's3:prefix': 'true' } },
  });
}

export function readingTrail({ bucket, prefix, key }: Trail): PolicyStatement[] {
  const reading = [allow(['s3:GetObject'], objects(bucket, [prefix])), tellingMissing(bucket)];
  return key ? [...reading, decrypting(key.keyArn)] : reading;
}

export const decrypting = (keyArn: string) => allow(['kms:Decrypt'], [keyArn]);

/** Bundles are staged, published, and taken from the stage: the only place where anything is deleted (protocol 4.2). */
export function writingBundles({ bucket, tables, stage, lakeFile, encryptionKey }: Lake): PolicyStatement[] {
  return [
    allow(['s3:PutObject'], objects(bucket, [...tables, stage])),
    allow(['s3:GetObject', 's3:DeleteObject'], objects(bucket, [stage])),
    allow(['s3:GetObject'], [bucket.arnForObjects(lakeFile)]),
    listing(bucket, [stage]),
    tellingMissing(bucket),
    ...usingKey(encryptionKey),
  ];
}

/** lake.json names what is kept: who takes in log files may add to it. */
export const writingLakeFile = ({ bucket, lakeFile }: Lake) =>
  allow(['s3:PutObject'], [bucket.arnForObjects(lakeFile)]);

export const readingPlans = ({ bucket, plans }: Lake) => allow(['s3:GetObject'], objects(bucket, [plans]));

/** Takes what is registered from the list of open partitions of the raw table, and deletes nothing else. */
export function closingRawPartitions(table: ITable, name: string): PolicyStatement {
  return new PolicyStatement({
    actions: ['dynamodb:DeleteItem'],
    resources: [table.tableArn],
    conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [`OPEN#${name}`] } },
  });
}

/** Nothing is ever deleted there. Transactions have no permission of their own: those of their writes count. */
export function keepingState(table: ITable): PolicyStatement[] {
  const actions = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'];
  const keys = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'];
  return [
    allow(
      actions.map((action) => `dynamodb:${action}`),
      [table.tableArn],
    ),
    ...(table.encryptionKey ? [allow(keys, [table.encryptionKey.keyArn])] : []),
  ];
}

/** Reading and writing what lies under a key of the customer. */
export const usingKey = (key: IKey | undefined) =>
  key ? [allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn])] : [];

type CatalogPlace = { readonly lake: Lake; readonly database: string };

/** What Athena does in our name with the place of its results. */
const RESULTS = ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];

/** Statements in the workgroup of the same name as the database, and their results. */
export function runningStatements(scope: Construct, { lake, database }: CatalogPlace): PolicyStatement[] {
  const { bucket, results } = lake;
  return [
    allow(['athena:StartQueryExecution', 'athena:GetQueryExecution'], [workGroupArn(scope, database)]),
    allow(RESULTS, objects(bucket, [results])),
    allow(['s3:GetBucketLocation', 's3:ListBucketMultipartUploads'], [bucket.bucketArn]),
    listing(bucket, [results]),
    ...usingKey(lake.encryptionKey),
  ];
}

/** The same for who reads the answers too, and stops what takes too long. */
export function askingQuestions(scope: Construct, { lake, database }: CatalogPlace): PolicyStatement[] {
  const reading = ['athena:GetQueryResults', 'athena:StopQueryExecution'];
  return [...runningStatements(scope, { lake, database }), allow(reading, [workGroupArn(scope, database)])];
}

/** `key`: that of the topic, where the customer has one. SNS asks for a data key in our name. */
export const publishing = ({ topicArn }: ITopic, key: IKey | undefined) => [
  allow(['sns:Publish'], [topicArn]),
  ...usingKey(key),
];

/** It has the name of the database. */
const workGroupArn = (scope: Construct, resourceName: string) =>
  Stack.of(scope).formatArn({ service: 'athena', resource: 'workgroup', resourceName });

/** What a person does in the workgroup, and in its list of queries. */
export function asking(scope: Construct, { lake, database }: CatalogPlace): PolicyStatement[] {
  const actions = [
    'StopQueryExecution',
    'GetQueryResults',
    'GetWorkGroup',
    'ListQueryExecutions',
    'BatchGetQueryExecution',
  ];
  const named = ['ListNamedQueries', 'GetNamedQuery', 'BatchGetNamedQuery'];
  const ofGroup = allow(
    [...actions, ...named].map((action) => `athena:${action}`),
    [workGroupArn(scope, database)],
  );
  return [...runningStatements(scope, { lake, database }), ofGroup];
}

/** Reads what the catalog shows of one database. Glue asks for what stands above a resource, too. */
export function readingCatalog(scope: Construct, { database }: CatalogPlace): PolicyStatement[] {
  const actions = [
    'GetDatabase',
    'GetTable',
    'GetTables',
    'GetPartition',
    'GetPartitions',
    'BatchGetPartition',
  ];
  return [ofCatalog(scope, actions, database), ofDefaultDatabase(scope)];
}

/** Makes what is missing, and registers partitions. */
export function keepingCatalog(scope: Construct, { database }: CatalogPlace): PolicyStatement {
  const making = ['CreateDatabase', 'CreateTable', 'UpdateTable'];
  const registering = ['CreatePartition', 'BatchCreatePartition', 'UpdatePartition'];
  return ofCatalog(scope, [...making, ...registering], database);
}

function ofCatalog(scope: Construct, actions: readonly string[], database: string): PolicyStatement {
  const arn = (resource: string) => Stack.of(scope).formatArn({ service: 'glue', resource });
  return allow(
    actions.map((action) => `glue:${action}`),
    [arn('catalog'), arn(`database/${database}`), arn(`table/${database}/*`)],
  );
}

/** Athena looks it up with every statement. */
function ofDefaultDatabase(scope: Construct): PolicyStatement {
  const arn = Stack.of(scope).formatArn({ service: 'glue', resource: 'database', resourceName: 'default' });
  return allow(['glue:GetDatabase'], [arn]);
}

/** Who asks sees the tables, and nothing of ledger, plans and stage. */
export function readingTables({ bucket, tables, encryptionKey }: Lake): PolicyStatement[] {
  return [
    allow(['s3:GetObject'], objects(bucket, tables)),
    allow(['s3:GetBucketLocation'], [bucket.bucketArn]),
    listing(bucket, tables),
    ...(encryptionKey ? [decrypting(encryptionKey.keyArn)] : []),
  ];
}
