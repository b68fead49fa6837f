import { type CfnCondition, CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Makes all resources of a construct only where a condition holds. */
export function onlyIf(condition: CfnCondition, construct: IConstruct): void {
  const resources = construct.node.findAll().filter((it) => CfnResource.isCfnResource(it));
  for (const { cfnOptions } of resources) cfnOptions.condition = condition;
}
