import { type Statement, statementsOf } from './policies.ts';
import { ACCOUNT, ofType, type Resolved } from './resolved.ts';

/**
 * What AWS offers no narrower resource for, by action, and why. Log deliveries are made by Step Functions for its own log
 * groups, and have no names before.
 */
const WITHOUT_RESOURCE: ReadonlySet<string> = new Set([
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
]);

/** Policies of AWS that a role may have, and why: the CDK gives it to the function that adds notifications to a bucket. */
const MANAGED: ReadonlySet<string> = new Set([
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
]);

type Look = (statement: Statement) => readonly string[];

/** What a resource allows, where it stands, and how it is looked at. A policy that stands elsewhere is a finding. */
const PLACES: { readonly [type: string]: { readonly [property: string]: Look } } = {
  'AWS::IAM::Policy': { PolicyDocument: tooWide },
  'AWS::IAM::ManagedPolicy': { PolicyDocument: tooWide },
  'AWS::IAM::Role': { AssumeRolePolicyDocument: trustsTooMany, Policies: tooWide },
  'AWS::IAM::User': { Policies: tooWide },
  'AWS::IAM::Group': { Policies: tooWide },
  'AWS::S3::BucketPolicy': { PolicyDocument: tooOpen },
  'AWS::SQS::QueuePolicy': { PolicyDocument: tooOpen },
  'AWS::SNS::TopicPolicy': { PolicyDocument: tooOpen },
  'AWS::KMS::Key': { KeyPolicy: keyTooOpen },
};

/** The statements of a template that are too wide, in words (threats T12 and T13). */
export function lint(all: ReadonlyMap<string, Resolved>): string[] {
  const found: string[] = [];
  for (const [id, { type, properties }] of all) {
    const places = PLACES[type] ?? {};
    for (const [property, value] of Object.entries(properties)) {
      const look = places[property] ?? (() => ['a policy in a place that nobody looks at']);
      const statements = documentsIn(value).flatMap((document) => statementsOf(document));
      found.push(...statements.flatMap(look).map((what) => `${id}: ${what}`));
    }
    const odd = [properties['ManagedPolicyArns'] ?? []].flat().filter((arn) => !MANAGED.has(String(arn)));
    found.push(...odd.map((arn) => `${id}: ${arn}`));
  }
  for (const [id, { SourceArn = '', SourceAccount }] of ofType(all, 'AWS::Lambda::Permission')) {
    const isNamed = SourceArn !== '' && (SourceAccount || holdsAccount(String(SourceArn)));
    if (!isNamed) found.push(`${id}: called without its source and the account of it`);
  }
  return found;
}

/** Everything that reads like the document of a policy, however deep. */
function documentsIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('Statement' in value) return [value];
  return Object.values(value).flatMap(documentsIn);
}

function tooWide({ actions, resources, effect, isInverse }: Statement): string[] {
  if (effect === 'Deny') return [];
  const wild = actions.filter((action) => action.includes('*')).map((action) => `action ${action}`);
  const named = actions.every((action) => WITHOUT_RESOURCE.has(action));
  const everything = resources.includes('*') && !named ? [`resource * for ${actions.join()}`] : [];
  return [...wild, ...everything, ...(isInverse ? ['allows all but what it names'] : [])];
}

function tooOpen(statement: Statement): string[] {
  return statement.effect === 'Deny' ? [] : [...tooWide(statement), ...byWhom(statement)];
}

function byWhom(statement: Statement): string[] {
  const { principals, services } = statement;
  const anybody = principals.includes('*') ? ['allows anybody'] : [];
  return [
    ...anybody,
    ...services.filter(() => !namesSource(statement)).map((name) => `${name} without its source`),
  ];
}

/** In the policy of a key `*` is the key, and its account must be let in for IAM to have a say. */
function keyTooOpen(statement: Statement): string[] {
  const { principals, effect } = statement;
  const isOurs = principals.every((name) => name === `arn:aws:iam::${ACCOUNT}:root`);
  if (effect === 'Deny' || (isOurs && principals.length > 0)) return [];
  return [...tooWide({ ...statement, resources: [] }), ...byWhom(statement)];
}

/** Lambda tells no source when it takes a role; who may give it the role is a matter of iam:PassRole. */
function trustsTooMany(statement: Statement): string[] {
  const odd = statement.services.filter((name) => name !== 'lambda.amazonaws.com' && !namesSource(statement));
  const others = statement.principals.filter((name) => !statement.services.includes(name));
  return [...odd, ...others].map((name) => `trusts ${name}`);
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
