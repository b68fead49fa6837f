import { DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { denied } from '../support/aws/aws-error.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { FACES, type OpenFace } from '../support/aws/faces.ts';

const MADE_AT = Date.UTC(2026, 0, 9, 10);
const NOON = Date.UTC(2026, 0, 9, 12);
const MINUTE = 60_000;
const RESOURCES = ['A', 'B', 'C'].map((id) => ({
  ...{ LogicalResourceId: id, PhysicalResourceId: `${id}&<1>` },
  ...{ ResourceType: 'AWS::SQS::Queue', ResourceStatus: 'CREATE_COMPLETE' },
}));

describe.each(FACES)('what is deployed, in memory, $name', ({ open }) => {
  let world: AwsWorld;
  let face: OpenFace;
  beforeEach(async () => {
    world = new AwsWorld();
    world.cloudformation.createStack('s', {
      status: 'CREATE_COMPLETE',
      madeAt: MADE_AT,
      resources: RESOURCES,
    });
    face = await open(world);
  });
  afterEach(() => face.close());

  test('CloudFormation shows a stack, and its resources page by page', async () => {
    const { cloudformation } = face.clients;
    const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: 's' }));
    expect(Stacks).toMatchObject([{ StackStatus: 'CREATE_COMPLETE', CreationTime: new Date(MADE_AT) }]);
    world.cloudformation.pageSize = 2;
    const page = (NextToken?: string) =>
      cloudformation.send(new ListStackResourcesCommand({ StackName: 's', NextToken }));
    const first = await page();
    const second = await page(first.NextToken);
    const seen = [first, second].flatMap(({ StackResourceSummaries = [] }) => StackResourceSummaries);
    expect(seen).toMatchObject(RESOURCES);
    expect(second.NextToken).toBeUndefined();
    await expect(cloudformation.send(new DescribeStacksCommand({ StackName: 't' }))).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id t does not exist',
    });
  });

  test('Lambda runs a function, and tells what it throws', async () => {
    const { lambda } = face.clients;
    const events: unknown[] = [];
    world.lambda.setFunction('f', async (event) => {
      events.push(event, world.lambda.running);
      return { ü: 1 };
    });
    const invoke = async (FunctionName: string) => {
      const Payload = Buffer.from('{"a":"ü"}');
      const { Payload: told, FunctionError } = await lambda.send(
        new InvokeCommand({ FunctionName, Payload }),
      );
      return { told: JSON.parse(Buffer.from(told ?? []).toString()), FunctionError };
    };
    expect(await invoke('f')).toEqual({ told: { ü: 1 }, FunctionError: undefined });
    expect([...events, world.lambda.running]).toEqual([{ a: 'ü' }, 'f', undefined]);
    world.lambda.setFunction('f', () => Promise.reject(new TypeError('no')));
    expect(await invoke('f')).toEqual({
      told: { errorType: 'TypeError', errorMessage: 'no', trace: [] },
      FunctionError: 'Unhandled',
    });
    await expect(invoke('g')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    world.fail(({ operation }) => operation === 'Invoke', denied);
    await expect(invoke('f')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('Lambda shows how a function and an event source mapping are', async () => {
    const { lambda } = face.clients;
    world.lambda.setFunction('f', async () => null);
    world.lambda.show('f', { LastUpdateStatus: 'Failed' });
    const shown = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'f' }));
    expect(shown).toMatchObject({ State: 'Active', LastUpdateStatus: 'Failed' });
    world.lambda.setMapping('m', 'Disabled');
    const mapping = await lambda.send(new GetEventSourceMappingCommand({ UUID: 'm' }));
    expect(mapping).toMatchObject({ State: 'Disabled' });
    await expect(lambda.send(new GetEventSourceMappingCommand({ UUID: 'n' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('CloudWatch gives values by period, newest first, and alarms by name and state', async () => {
    const { cloudwatch } = face.clients;
    for (const [ago, value] of [
      [61, 100],
      [7, 1],
      [6, 2],
      [1, 4],
    ] as const)
      world.cloudwatch.put('q', 'Sent', { at: NOON - ago * MINUTE, value });
    const Metric = {
      ...{ Namespace: 'AWS/SQS', MetricName: 'Sent' },
      Dimensions: [{ Name: 'QueueName', Value: 'q' }],
    };
    const StartTime = new Date(NOON - 60 * MINUTE);
    const sum = { Id: 'v', MetricStat: { Metric, Stat: 'Sum', Period: 300 } };
    const asked = new GetMetricDataCommand({ StartTime, EndTime: new Date(NOON), MetricDataQueries: [sum] });
    const { MetricDataResults } = await cloudwatch.send(asked);
    expect(MetricDataResults).toMatchObject([{ Id: 'v', Values: [4, 3] }]);
    world.cloudwatch.setAlarm('a', 'x', 'ALARM');
    world.cloudwatch.setAlarm('b', 'y');
    const alarms = new DescribeAlarmsCommand({ AlarmNames: ['a', 'b', 'c'], StateValue: 'ALARM' });
    expect((await cloudwatch.send(alarms)).MetricAlarms).toMatchObject([
      { AlarmName: 'a', AlarmDescription: 'x' },
    ]);
    world.fail(({ service }) => service === 'cloudwatch', denied);
    await expect(cloudwatch.send(alarms)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('SQS counts what waits', async () => {
    const QueueUrl = world.sqs.createQueue('q');
    world.sqs.put(QueueUrl, 'a', 'b');
    const command = new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    const { Attributes } = await face.clients.sqs.send(command);
    expect(Attributes).toEqual({ ApproximateNumberOfMessages: '2' });
  });
});
