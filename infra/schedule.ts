import type { Duration } from 'aws-cdk-lib';
import { type EventPattern, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** What calls a function: time, with a task for it, or events that are handed on as they are. */
export type Call = { readonly called: IFunction } & (
  | { readonly every: Duration; readonly task: string }
  | { readonly eventPattern: EventPattern }
);

/**
 * EventBridge may call the function for this rule alone (threat T12). The rule's ARN holds the account: EventBridge tells
 * Lambda no source account, and a permission that asks for one keeps it out (terraform-provider-aws#4116).
 */
export function call(scope: Construct, id: string, { called, ...when }: Call): void {
  const input = 'task' in when && { input: RuleTargetInput.fromObject({ task: when.task }) };
  const rule = new Rule(scope, id, {
    ...('every' in when ? { schedule: Schedule.rate(when.every) } : when),
    targets: [{ bind: () => ({ arn: called.functionArn, ...input }) }],
  });
  new CfnPermission(scope, `${id}Permission`, {
    action: 'lambda:InvokeFunction',
    functionName: called.functionArn,
    principal: 'events.amazonaws.com',
    sourceArn: rule.ruleArn,
  });
}
