import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import type { AuditLakeStack, AuditLakeStackProps } from '../../infra/audit-lake-stack.js';
import { NAG_EXCEPTIONS, type NagException } from './support/nag-exceptions.ts';
import { stackWith } from './support/synthesized.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:cloudtrail';
const STACKS: readonly (readonly [string, Partial<AuditLakeStackProps>])[] = [
  ['as it is by default', {}],
  ['with EventBridge', { trigger: 'event-bridge' }],
  ['with a topic', { trigger: { topic: TOPIC } }],
  ['with alerts', { alerts: [{ question: 'new-activity', every: 'day' }] }],
];

type Finding = { readonly rule: string; readonly place: string };

function findings(stack: AuditLakeStack): Finding[] {
  const { violations } = new AwsSolutionsChecks().validateScope(stack);
  return violations.flatMap(({ ruleName: rule, violatingResources }) =>
    violatingResources.map(({ constructPath: place = '' }) => ({ rule, place })),
  );
}

const fits = ({ finding, place }: NagException, found: Finding) =>
  finding.test(found.rule) && place.test(found.place);

describe("cdk-nag's rules of AWS Solutions", () => {
  test.each(STACKS)('are kept, but for what is justified: %s', (_, props) => {
    const odd = findings(stackWith(props)).filter((found) => !NAG_EXCEPTIONS.some((it) => fits(it, found)));
    expect(odd).toEqual([]);
  });

  test('need every exception that is justified, and each has a reason', () => {
    const all = STACKS.flatMap(([, props]) => findings(stackWith(props)));
    const idle = NAG_EXCEPTIONS.filter((exception) => !all.some((found) => fits(exception, found)));
    expect(idle).toEqual([]);
    expect(NAG_EXCEPTIONS.filter(({ reason }) => reason.length < 40)).toEqual([]);
  });

  test('are looked at: a plain bucket breaks some', () => {
    const stack = stackWith();
    new Bucket(stack, 'Plain');
    const rules = findings(stack).filter(({ place }) => place.includes('/Plain/'));
    expect(rules.map(({ rule }) => rule)).toContain('AwsSolutions-S10');
  });
});
