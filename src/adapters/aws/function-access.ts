import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import type { Check } from '../../ports/access-check.js';
import { awsError } from './aws-error.js';
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
  const action = 'lambda:GetFunctionConfiguration';
  const run = async () => {
    const command = new GetFunctionConfigurationCommand({ FunctionName: id });
    const found = await lambda.send(command).catch((error: unknown) => {
      throw awsError(error, { action, resource: id });
    });
    const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = found;
    const next = State === 'Inactive' ? 'a call wakes it up within a minute' : 'deploy the stack again';
    if (State !== 'Active') throw stackFault(`${id} is ${State}: ${StateReason ?? ''}; ${next}`);
    if (LastUpdateStatus === 'Successful') return `${id} is ${State}`;
    throw stackFault(
      `the last update of ${id} is ${LastUpdateStatus}: ${LastUpdateStatusReason ?? 'deploy it again'}`,
    );
  };
  const allowedBy = { actions: [action], resources: arns.function(id) };
  return {
    name: `function ${name}`,
    needs: ['stack'],
    steps: [{ call: { action, on: id, allowedBy }, run }],
  };
}

/** Whether a function gets the messages of its queue. */
export function feedAccess({ lambda, id, arns }: Omit<FunctionAccessOptions, 'name'>): Check {
  const action = 'lambda:GetEventSourceMapping';
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
  const on = `event source mapping ${id}`;
  const allowedBy = { actions: [action], resources: arns.eventSourceMapping(id) };
  return { name: 'feed', needs: ['stack'], steps: [{ call: { action, on, allowedBy }, run }] };
}
