import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import type { Check } from '../../ports/access-check.js';
import { awsError } from './aws-error.js';
import { awsStep } from './aws-step.js';
import type { ResourceArns } from './resource-arns.js';
import { stackFault } from './stack-fault.js';

export type FunctionAccessOptions = {
  readonly lambda: Pick<LambdaClient, 'send'>;
  /** What it is to people. */
  readonly name: string;
  /** What AWS calls it. */
  readonly id: string;
  readonly arns: ResourceArns;
};

/** Whether a function can be called. */
export function functionAccess({ lambda, name, id, arns }: FunctionAccessOptions): Check {
  const call = { action: 'lambda:GetFunctionConfiguration', on: id, resources: arns.function(id) };
  const run = async () => {
    const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: id }));
    const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = found;
    const next = State === 'Inactive' ? 'a call wakes it up within a minute' : 'deploy the stack again';
    if (State !== 'Active') throw stackFault(`${id} is ${State}: ${StateReason ?? ''}; ${next}`);
    if (LastUpdateStatus === 'Successful') return `${id} is ${State}`;
    throw stackFault(
      `the last update of ${id} is ${LastUpdateStatus}: ${LastUpdateStatusReason ?? 'deploy it again'}`,
    );
  };
  return { name: `function ${name}`, needs: ['stack'], steps: [awsStep(call, run)] };
}

/** Whether a function gets the messages of its queue. */
export function feedAccess({ lambda, id, arns }: Omit<FunctionAccessOptions, 'name'>): Check {
  const action = 'lambda:GetEventSourceMapping';
  const call = { action, on: `event source mapping ${id}`, resources: arns.eventSourceMapping(id) };
  const run = async () => {
    const found = await lambda
      .send(new GetEventSourceMappingCommand({ UUID: id }))
      .catch((error: unknown) => {
        throw awsError(error, { action, resource: id });
      });
    if (found.State === 'Enabled') return 'the queue feeds the ingest';
    const next = 'nothing is taken from the queue: switch the event source mapping on';
    throw stackFault(`event source mapping ${id} is ${found.State}: ${next}`);
  };
  return { name: 'feed', needs: ['stack'], steps: [awsStep(call, run)] };
}
