import {
  type CloudFormationClient,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type Stack,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { messageOf } from '../../errors.js';
import type { Check, Step } from '../../ports/access-check.js';
import { nameOf } from './aws-error.js';
import { awsStep } from './aws-step.js';
import type { ResourceArns } from './resource-arns.js';
import { stackFault } from './stack-fault.js';
import { missingParts, type StackParts, stackParts } from './stack-parts.js';

/** Learned on the way, needed by what comes after it. */
export type StackSeen = {
  parts: StackParts;
  /** When the stack was made: milliseconds since 1970. */
  madeAt: number;
};

export type StackAccessOptions = {
  readonly cloudformation: Pick<CloudFormationClient, 'send'>;
  /** Its name. */
  readonly stack: string;
  /** Where it is looked for. */
  readonly region: string;
  readonly arns: ResourceArns;
  readonly seen: StackSeen;
};

/**
 * Whether a stack is there and whole, and which parts of ours it has; then how its last deployment ended. What stands is
 * looked at all the same: an update that was taken back leaves a stack that works, or does not.
 */
export function stackAccess(options: StackAccessOptions): readonly Check[] {
  const { stack, seen } = options;
  let status: string | undefined;
  const describe = async () => {
    const { StackStatus, CreationTime } = await described(options);
    seen.madeAt = CreationTime?.getTime() ?? 0;
    status = StackStatus ?? 'in no known state';
    return undefined;
  };
  const list = async () => {
    const resources = await resourcesOf(options);
    seen.parts = stackParts(resources);
    mustBeWhole(stack, seen.parts);
    return `${resources.length} resources`;
  };
  const steps = [
    stackStep('DescribeStacks', describe, options),
    stackStep('ListStackResources', list, options),
  ];
  const ended = async () => endOf(stack, status ?? '');
  const unless = () => (status === undefined ? 'needs stack' : undefined);
  return [
    { name: 'stack', needs: ['credentials'], steps },
    { name: 'deployment', needs: ['credentials'], unless, steps: [{ run: ended }] },
  ];
}

function stackStep(operation: string, run: Step['run'], { stack, arns }: StackAccessOptions): Step {
  const action = `cloudformation:${operation}`;
  return awsStep({ action, on: `stack ${stack}`, resources: arns.stack(stack) }, run);
}

async function described({ cloudformation, stack, region }: StackAccessOptions): Promise<Partial<Stack>> {
  try {
    const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName: stack }));
    return Stacks[0] ?? {};
  } catch (error) {
    if (nameOf(error) === 'ValidationError' && messageOf(error).includes('does not exist')) {
      throw stackFault(
        `there is no stack ${stack} in ${region}: name its Region with --region, or another --stack`,
      );
    }
    throw error;
  }
}

/** @throws AuditLakeError STACK_FAULT where it failed, was taken back, or has not ended */
function endOf(stack: string, status: string): string {
  if (status.includes('ROLLBACK') || status.includes('FAILED') || status.startsWith('DELETE')) {
    throw stackFault(`${stack} is ${status}: its events in CloudFormation say why; deploy it again`);
  }
  if (status.startsWith('REVIEW')) throw stackFault(`${stack} is only planned: execute its change set`);
  if (!status.endsWith('_COMPLETE'))
    throw stackFault(`${stack} is ${status}: look again when that has ended`);
  return status;
}

function mustBeWhole(stack: string, parts: StackParts): void {
  const missing = missingParts(parts);
  if (missing.length === 0) return;
  throw stackFault(
    `${stack} has not ${missing.join(', ')}: it is no stack of audit-lake, or one of another version: deploy this one`,
  );
}

async function resourcesOf({ cloudformation, stack }: StackAccessOptions): Promise<StackResourceSummary[]> {
  const all: StackResourceSummary[] = [];
  let NextToken: string | undefined;
  do {
    const page = await cloudformation.send(new ListStackResourcesCommand({ StackName: stack, NextToken }));
    all.push(...(page.StackResourceSummaries ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return all;
}
