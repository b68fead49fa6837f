/** A template as CloudFormation would fill it in: names of resources are made of their logical ids. */

export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';

type Resource = { readonly Type: string; readonly Condition?: string; readonly Properties?: unknown };
export type Resolved = { readonly type: string; readonly properties: Record<string, unknown> };
type Parameters = { readonly [name: string]: unknown };

const PSEUDO: Parameters = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'AuditLake',
  'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/AuditLake/0f0f0f0f-0000-4000-8000-000000000000`,
  'AWS::NoValue': undefined,
};

const inRegion = (rest: string) => `arn:aws:${rest.replace(':', `:${REGION}:${ACCOUNT}:`)}`;
const ARNS: { readonly [type: string]: (name: string) => string } = {
  'AWS::S3::Bucket': (name) => `arn:aws:s3:::${name}`,
  'AWS::SQS::Queue': (name) => inRegion(`sqs:${name}`),
  'AWS::DynamoDB::Table': (name) => inRegion(`dynamodb:table/${name}`),
  'AWS::Lambda::Function': (name) => inRegion(`lambda:function:${name}`),
  'AWS::Logs::LogGroup': (name) => inRegion(`logs:log-group:${name}:*`),
  'AWS::StepFunctions::StateMachine': (name) => inRegion(`states:stateMachine:${name}`),
  'AWS::Events::Rule': (name) => inRegion(`events:rule/${name}`),
  'AWS::CloudWatch::Alarm': (name) => inRegion(`cloudwatch:alarm:${name}`),
  'AWS::KMS::Key': (name) => inRegion(`kms:key/${name}`),
  'AWS::SNS::Topic': (name) => inRegion(`sns:${name}`),
  'AWS::IAM::Role': (name) => `arn:aws:iam::${ACCOUNT}:role/${name}`,
};
const REFERRED_BY_ARN: ReadonlySet<string> = new Set(['AWS::StepFunctions::StateMachine', 'AWS::SNS::Topic']);
/** Names that S3 takes. */
const nameOf = (id: string, type: string) => (type === 'AWS::S3::Bucket' ? id.toLowerCase() : id);

/** Every resource whose condition holds, with its properties filled in. @throws Error for what this cannot fill in */
export function resolved(template: object, parameters: Parameters = {}): ReadonlyMap<string, Resolved> {
  const {
    Resources: all,
    Parameters: asked = {},
    Conditions: conditions = {},
  } = template as {
    Resources: Record<string, Resource>;
    Conditions?: Record<string, unknown>;
    Parameters?: Record<string, { Default?: unknown }>;
  };
  const defaults = Object.fromEntries(Object.entries(asked).map(([name, { Default }]) => [name, Default]));
  const known: Parameters = { ...PSEUDO, ...defaults, ...parameters };
  const holds = conditionsOf(conditions, known);
  const there = Object.entries(all).filter(
    ([, { Condition }]) => Condition === undefined || holds(Condition),
  );
  const resources = Object.fromEntries(there);
  const fill = filler(resources, { known, holds });
  return new Map(
    Object.entries(resources).map(([id, { Type: type, Properties = {} }]) => [
      id,
      { type, properties: fill(Properties) as Record<string, unknown> },
    ]),
  );
}

type Holds = (condition: string) => boolean;

/** Whether a condition of the template holds. */
function conditionsOf(conditions: Record<string, unknown>, known: Parameters): Holds {
  const value = (it: unknown): unknown => {
    if (typeof it !== 'object' || it === null) return it;
    const [[key, inner] = ['', undefined]] = Object.entries(it);
    if (key === 'Ref') return known[String(inner)];
    if (key === 'Condition') return holds(String(inner));
    const parts = (inner as unknown[]).map(value);
    if (key === 'Fn::Not') return !parts[0];
    if (key === 'Fn::Equals') return parts[0] === parts[1];
    throw new Error(`${key} is not known in a condition`);
  };
  const holds: Holds = (condition) => {
    if (!(condition in conditions)) throw new Error(`no condition ${condition}`);
    return value(conditions[condition]) === true;
  };
  return holds;
}

function filler(resources: Record<string, Resource>, { known, holds }: { known: Parameters; holds: Holds }) {
  const ref = (id: string): unknown => {
    if (id in known) return known[id];
    const { Type: type } = resources[id] ?? {};
    if (type === undefined) throw new Error(`Ref ${id} leads nowhere`);
    const name = nameOf(id, type);
    if (type === 'AWS::SQS::Queue') return `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;
    return REFERRED_BY_ARN.has(type) ? (ARNS[type]?.(name) ?? name) : name;
  };
  const attribute = (id: string, name: string): unknown => {
    const { Type: type = '' } = resources[id] ?? {};
    const arn = ARNS[type]?.(nameOf(id, type));
    if (name === 'Arn' && arn !== undefined) return arn;
    if (name === 'Name' || name === 'QueueName') return nameOf(id, type);
    throw new Error(`${type} ${id} has no attribute ${name} here`);
  };
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const [[key, inner] = ['', undefined], ...more] = Object.entries(value);
    if (more.length === 0) {
      if (key === 'Ref') return ref(String(inner));
      if (key === 'Fn::GetAtt') return attribute(String(inner[0]), String(inner[1]));
      if (key === 'Fn::If') return fill(inner[holds(String(inner[0])) ? 1 : 2]);
      if (key === 'Fn::Join') return joined(fill(inner));
      if (key === 'Fn::Select') return (fill(inner) as [number, unknown[]])[1][Number(inner[0])];
      if (key === 'Fn::Split') return String(fill(inner[1])).split(String(inner[0]));
      if (key === 'Fn::Sub') return String(inner).replace(/\$\{([\w:]+)\}/g, (_, id) => String(ref(id)));
      if (key.startsWith('Fn::')) throw new Error(`${key} is not known here`);
    }
    const filled = Object.entries(value).map(([name, it]) => [name, fill(it)]);
    return Object.fromEntries(filled.filter(([, it]) => it !== undefined));
  };
  return fill;
}

function joined(filled: unknown): string {
  const [separator, parts] = filled as [string, unknown[]];
  return parts.map(String).join(separator);
}

/** Those of a type, by logical id. */
export function ofType(
  all: ReadonlyMap<string, Resolved>,
  type: string,
): ReadonlyMap<string, Record<string, unknown>> {
  return new Map(
    [...all].filter(([, it]) => it.type === type).map(([id, { properties }]) => [id, properties]),
  );
}

/** The one whose logical id begins so after the name of the construct. @throws Error where it is none or several */
export function the(
  all: ReadonlyMap<string, Resolved>,
  type: string,
  begin: string,
): Record<string, unknown> {
  const found = [...ofType(all, type)].filter(([id]) => id.startsWith(`AuditLake${begin}`));
  const [[, properties] = ['', undefined], ...more] = found;
  if (properties === undefined || more.length > 0)
    throw new Error(`${found.length} of ${type} begin with ${begin}`);
  return properties;
}
