import type {
  DescribeStacksCommandInput,
  ListStackResourcesCommandInput,
} from '@aws-sdk/client-cloudformation';
import { AwsError } from './aws-error.ts';
import { operation } from './operations.ts';

export type StackResource = {
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
  readonly ResourceStatus: string;
};
/** A stack as it stands; tests change it. */
export type StackShown = { status: string; readonly madeAt: number; resources: readonly StackResource[] };

/** CloudFormation: what stacks are there, and what they are made of. It makes none. */
export class CloudFormationDouble {
  pageSize = 100;
  /** Where the stacks are; everywhere while it is not said. */
  region: string | undefined;
  readonly #stacks = new Map<string, StackShown>();

  readonly operations = {
    DescribeStacks: operation<DescribeStacksCommandInput>(
      ['StackName'],
      ({ StackName = '' }, _mishap, { region }) => {
        this.#mustBeIn(region, StackName);
        const { status: StackStatus, madeAt } = this.stack(StackName);
        return { Stacks: [{ StackName, StackStatus, CreationTime: new Date(madeAt) }] };
      },
    ),
    ListStackResources: operation<ListStackResourcesCommandInput>(
      ['StackName', 'NextToken'],
      ({ StackName = '', NextToken = '0' }) => {
        const { resources } = this.stack(StackName);
        const end = Number(NextToken) + this.pageSize;
        const page = resources.slice(Number(NextToken), end);
        const more = end < resources.length && { NextToken: String(end) };
        return { StackResourceSummaries: page, ...more };
      },
    ),
  };

  #mustBeIn(region: string, stack: string): void {
    if (region !== (this.region ?? region)) throw missing(stack);
  }

  createStack(name: string, shown: StackShown): void {
    this.#stacks.set(name, shown);
  }

  /** @throws AwsError ValidationError */
  stack(name: string): StackShown {
    const found = this.#stacks.get(name);
    if (found) return found;
    throw missing(name);
  }
}

const missing = (stack: string) => new AwsError('ValidationError', `Stack with id ${stack} does not exist`);
