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
import { STSClient } from '@aws-sdk/client-sts';
import type { AwsRequest, Keys, ServiceName } from './aws-call.ts';
import { bytesOf } from './s3-body.ts';

/** Clients of the SDK, or stand-ins for them that have `send` and `destroy` and nothing else. */
export type AwsClients = {
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly athena: AthenaClient;
  readonly glue: GlueClient;
  readonly cloudtrail: CloudTrailClient;
  readonly sts: STSClient;
  readonly sfn: SFNClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly lambda: LambdaClient;
  readonly cloudformation: CloudFormationClient;
  readonly cloudwatch: CloudWatchClient;
};

/** The place and the keys of a set of clients. A function is asked for keys before each call. */
export type ClientPlace = { readonly region?: string; readonly credentials?: Keys | (() => Promise<Keys>) };

type Line = { readonly service: ServiceName; readonly place: ClientPlace };
type Answerer = { answer(request: AwsRequest): unknown };
type Command = { readonly input: { readonly [member: string]: unknown } };

/** The in-process face of a world. */
export function clientsOf(world: Answerer, place: ClientPlace = {}): AwsClients {
  // Instances of the SDK's classes, since its paginators ask for them; their constructors never ran.
  const client = (service: ServiceName, { prototype }: { readonly prototype: object }) =>
    Object.assign(Object.create(prototype), {
      send: (command: Command) => send(world, { service, place }, command),
      destroy() {},
    });
  return {
    s3: client('s3', S3Client),
    dynamodb: client('dynamodb', DynamoDBClient),
    athena: client('athena', AthenaClient),
    glue: client('glue', GlueClient),
    cloudtrail: client('cloudtrail', CloudTrailClient),
    sts: client('sts', STSClient),
    sfn: client('sfn', SFNClient),
    sqs: client('sqs', SQSClient),
    sns: client('sns', SNSClient),
    lambda: client('lambda', LambdaClient),
    cloudformation: client('cloudformation', CloudFormationClient),
    cloudwatch: client('cloudwatch', CloudWatchClient),
  };
}

/** The request travels, is answered in one step, and the answer travels back. */
async function send(world: Answerer, { service, place }: Line, command: Command): Promise<unknown> {
  const operation = command.constructor.name.replace(/Command$/, '');
  const { Body, ...rest } = command.input;
  const input = Body === undefined ? rest : { ...rest, Body: await bytesOf(Body) };
  const { region, credentials } = place;
  // Also where there is nothing to wait for: one microtask, as simulations of many processes count on it.
  const keys = await (typeof credentials === 'function' ? credentials() : credentials);
  // One microtask more, or as long as a function runs.
  const output = await world.answer({ service, operation, input, signed: { region, keys } });
  return { $metadata: { httpStatusCode: 200, attempts: 1 }, ...(output as object) };
}
