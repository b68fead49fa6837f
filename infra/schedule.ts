import type { Duration } from 'aws-cdk-lib';
import { type EventPattern, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** What calls a function: time, with a task for it or an input of its own, or events that are handed on as they are. */
export type Call = { readonly called: IFunction } & When;

type When =
  | { readonly every: Duration; readonly task: string }
  | { readonly schedule: Schedule; readonly input: RuleTargetInput }
  | { readonly eventPattern: EventPattern };

/**
 * EventBridge may call the function for this rule alone (threat T12). The rule's ARN holds the account: EventBridge tells
 * Lambda no source account, and a permission that asks for one keeps it out (terraform-provider-aws#4116).
 */
export function call(scope: Construct, id: string, { called, ...when }: Call): void {
  const rule = new Rule(scope, id, {
    ...timeOrEvents(when),
    targets: [{ bind: () => ({ arn: called.functionArn, ...inputOf(when) }) }],
  });
  new CfnPermission(scope, `${id}Permission`, {
    action: 'lambda:InvokeFunction',
    functionName: called.functionArn,
    principal: 'events.amazonaws.com',
    sourceArn: rule.ruleArn,
  });
}

function timeOrEvents(when: When) {
  if ('every' in when) return { schedule: Schedule.rate(when.every) };
  return 'schedule' in when ? { schedule: when.schedule } : when;
}

function inputOf(when: When) {
  if ('task' in when) return { input: RuleTargetInput.fromObject({ task: when.task }) };
  return 'input' in when ? { input: when.input } : {};
}
