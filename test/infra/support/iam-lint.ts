import { type Statement, statementsOf } from './policies.ts';
import { ofType, type Resolved } from './resolved.ts';

/**
 * What AWS offers no narrower resource for, by action, and why. Log deliveries are made by Step Functions for its own log
 * groups, and have no names before.
 */
const WITHOUT_RESOURCE: ReadonlySet<string> = new Set([
  ...['logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery'],
  ...[
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:DescribeResourcePolicies',
    'logs:DescribeLogGroups',
  ],
]);

/** Resource policies, where services speak to us. */
const RESOURCE_POLICIES: readonly (readonly [type: string, property: string])[] = [
  ['AWS::S3::BucketPolicy', 'PolicyDocument'],
  ['AWS::SQS::QueuePolicy', 'PolicyDocument'],
];

/** The statements of a template that are too wide, in words (threats T12 and T13). */
export function lint(all: ReadonlyMap<string, Resolved>): string[] {
  const found: string[] = [];
  for (const [id, { PolicyDocument }] of ofType(all, 'AWS::IAM::Policy')) {
    found.push(...statementsOf(PolicyDocument).flatMap((it) => tooWide(it).map((what) => `${id}: ${what}`)));
  }
  for (const [type, property] of RESOURCE_POLICIES) {
    for (const [id, properties] of ofType(all, type)) {
      found.push(
        ...statementsOf(properties[property]).flatMap((it) => tooOpen(it).map((what) => `${id}: ${what}`)),
      );
    }
  }
  for (const [id, { AssumeRolePolicyDocument }] of ofType(all, 'AWS::IAM::Role')) {
    found.push(...statementsOf(AssumeRolePolicyDocument).flatMap((it) => trustsTooMany(it, id)));
  }
  for (const [id, { SourceArn = '', SourceAccount }] of ofType(all, 'AWS::Lambda::Permission')) {
    const isNamed = SourceArn !== '' && (SourceAccount || holdsAccount(String(SourceArn)));
    if (!isNamed) found.push(`${id}: called without its source and the account of it`);
  }
  return found;
}

function tooWide({ actions, resources, effect }: Statement): string[] {
  if (effect === 'Deny') return [];
  const wild = actions.filter((action) => action.includes('*')).map((action) => `action ${action}`);
  const named = actions.every((action) => WITHOUT_RESOURCE.has(action));
  return [...wild, ...(resources.includes('*') && !named ? [`resource * for ${actions.join()}`] : [])];
}

function tooOpen(statement: Statement): string[] {
  const { effect, principals, services } = statement;
  if (effect === 'Deny') return [];
  const anybody = principals.includes('*') ? ['allows anybody'] : [];
  const deputies = services.filter(() => !namesSource(statement)).map((name) => `${name} without its source`);
  return [...tooWide(statement), ...anybody, ...deputies];
}

/** Lambda tells no source when it takes a role; who may give it the role is a matter of iam:PassRole. */
function trustsTooMany(statement: Statement, id: string): string[] {
  const odd = statement.services.filter((name) => name !== 'lambda.amazonaws.com' && !namesSource(statement));
  const others = statement.principals.filter((name) => !statement.services.includes(name));
  return [...odd, ...others].map((name) => `${id}: trusts ${name}`);
}

/**
 * The ARN of the source, and its account: in a condition of its own, or in the ARN. Not every service tells its account,
 * and the ARN of a bucket holds none.
 */
function namesSource({ conditions }: Statement): boolean {
  const all = Object.entries(conditions).flatMap(([operator, test]) =>
    Object.entries(test).flatMap(([key, values]) =>
      [values].flat().map((value) => ({ operator, key, value })),
    ),
  );
  const arns = all.filter(
    ({ key, operator }) => key === 'aws:SourceArn' && /^Arn(Equals|Like)$/.test(operator),
  );
  const isNamed = all.some(({ key, operator }) => key === 'aws:SourceAccount' && operator === 'StringEquals');
  return arns.length > 0 && (isNamed || arns.every(({ value }) => holdsAccount(value)));
}

const holdsAccount = (arn: string) => /^arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d{12}:/.test(arn);
