import { AthenaClient } from '@aws-sdk/client-athena';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GlueClient } from '@aws-sdk/client-glue';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import type { AwsCall, ServiceName } from './aws-call.ts';
import { bytesOf } from './s3-body.ts';

/** Clients of the SDK, or stand-ins for them that have `send` and `destroy` and nothing else. */
export type AwsClients = {
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly athena: AthenaClient;
  readonly glue: GlueClient;
  readonly sts: STSClient;
};

type Answerer = { answer(call: AwsCall): unknown };
type Command = { readonly input: { readonly [member: string]: unknown } };

/** The in-process face of a world. */
export function clientsOf(world: Answerer): AwsClients {
  // Instances of the SDK's classes, since its paginators ask for them; their constructors never ran.
  const client = (service: ServiceName, { prototype }: { readonly prototype: object }) =>
    Object.assign(Object.create(prototype), {
      send: (command: Command) => send(world, service, command),
      destroy() {},
    });
  return {
    s3: client('s3', S3Client),
    dynamodb: client('dynamodb', DynamoDBClient),
    athena: client('athena', AthenaClient),
    glue: client('glue', GlueClient),
    sts: client('sts', STSClient),
  };
}

/** The request travels, is answered in one step, and the answer travels back. */
async function send(world: Answerer, service: ServiceName, command: Command): Promise<unknown> {
  const operation = command.constructor.name.replace(/Command$/, '');
  const { Body, ...rest } = command.input;
  const input = Body === undefined ? rest : { ...rest, Body: await bytesOf(Body) };
  await Promise.resolve();
  const output = world.answer({ service, operation, input });
  await Promise.resolve();
  return { $metadata: { httpStatusCode: 200, attempts: 1 }, ...(output as object) };
}
