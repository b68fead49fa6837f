import { type Duration, Stack } from 'aws-cdk-lib';
import { type EventPattern, Rule, type RuleProps, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** When a function is called, with what. */
export type Regularly = { readonly every: Duration; readonly input: { readonly [name: string]: string } };

export function callRegularly(
  scope: Construct,
  id: string,
  { every, input }: Regularly,
  called: IFunction,
): void {
  call(scope, { id, schedule: Schedule.rate(every) }, { called, input: RuleTargetInput.fromObject(input) });
}

export function callForEvents(
  scope: Construct,
  id: string,
  eventPattern: EventPattern,
  called: IFunction,
): void {
  call(scope, { id, eventPattern }, { called });
}

/** EventBridge may call the function for this rule of this account alone (threat T12). */
function call(
  scope: Construct,
  { id, ...when }: RuleProps & { readonly id: string },
  { called, input }: { readonly called: IFunction; readonly input?: RuleTargetInput },
): void {
  const rule = new Rule(scope, id, {
    ...when,
    targets: [{ bind: () => ({ arn: called.functionArn, ...(input && { input }) }) }],
  });
  new CfnPermission(scope, `${id}Permission`, {
    action: 'lambda:InvokeFunction',
    functionName: called.functionArn,
    principal: 'events.amazonaws.com',
    sourceArn: rule.ruleArn,
    sourceAccount: Stack.of(scope).account,
  });
}
