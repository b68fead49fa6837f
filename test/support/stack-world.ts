import { TABLE_NAMES } from '../../src/lake/tables.js';
import type { StackResource } from './aws/cloudformation-double.ts';
import { FIVE_MINUTES, LAKE, LambdaWorld, SOURCE, STATE } from './lambda-world.ts';
import { makeLogFile } from './log-files.ts';
import { message, notified } from './notify.ts';
import { textOf } from './repository.ts';

export const STACK = 'AuditLake';
export const REGION = 'us-east-1';
export const ACCOUNT = '111122223333';
export const MEMBER = '444455556666';
export const MEMBER_ROLE = `arn:aws:iam::${MEMBER}:role/audit-lake-query-history`;
const WORK_GROUP = 'audit_lake';
const FEED = '14e0db71-5d35-4eb5-b481-8945cf9d10c2';
const MINUTE = 60_000;
const NAMES = ['ingest', 'maintain', 'resolve', 'backfill'] as const;
type Name = (typeof NAMES)[number] | 'alert';
/** As infra calls it where there are alerts, which the template of a release has not. */
const ALERT_FUNCTION = 'AuditLakeAlertFunction0A1B2C3D';
export const ALERT_TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:alerts`;

type AlarmProperties = { readonly AlarmDescription?: string; readonly TreatMissingData?: string };
type Resource = { readonly Type: string; readonly Properties: AlarmProperties };
const TEMPLATE: { readonly Resources: { readonly [id: string]: Resource } } = JSON.parse(
  textOf('infra/audit-lake.template.json'),
);

/** As infra would set them. */
const SETTINGS = {
  AUDIT_LAKE_SOURCES: `s3://${SOURCE}/AWSLogs/`,
  AUDIT_LAKE_WORK_GROUP: WORK_GROUP,
  AUDIT_LAKE_RESULTS: 'workgroup',
  AUDIT_LAKE_QUERY_ACCOUNTS: `self,${MEMBER}`,
};

/**
 * A deployed stack with the resources of the release template: its functions are the real handlers, its lake has a log
 * file, its catalog is made, a message came a minute ago, and nothing rings.
 */
export class StackWorld {
  readonly lambda: LambdaWorld;
  readonly queueUrl: string;
  readonly deadLetters: string;

  private constructor(lambda: LambdaWorld) {
    this.lambda = lambda;
    this.queueUrl = lambda.aws.sqs.createQueue(logicalId('AWS::SQS::Queue', 'IngestQueue'));
    this.deadLetters = lambda.aws.sqs.createQueue(logicalId('AWS::SQS::Queue', 'DeadLetters'));
  }

  static async start(): Promise<StackWorld> {
    const lambda = await LambdaWorld.start(SETTINGS);
    const world = new StackWorld(lambda);
    await world.#fill();
    world.#deploy();
    return world;
  }

  /** The world that everything lies in. */
  get aws() {
    return this.lambda.aws;
  }

  /** Adds what a stack with alerts has beside the others. */
  async addAlerts(): Promise<void> {
    const { cloudformation, lambda, sns } = this.aws;
    await this.lambda.coldStart({ ...SETTINGS, AUDIT_LAKE_ALERT_TOPIC: ALERT_TOPIC });
    sns.createTopic(ALERT_TOPIC);
    const { resources, ...stack } = cloudformation.stack(STACK);
    const added = this.#resource(ALERT_FUNCTION, 'AWS::Lambda::Function');
    cloudformation.createStack(STACK, { ...stack, resources: [...resources, added] });
    lambda.setFunction(ALERT_FUNCTION, (event) => this.lambda.alert(event, FIVE_MINUTES));
  }

  /** What AWS calls a function. */
  functionOf(name: Name): string {
    if (name === 'alert') return ALERT_FUNCTION;
    return logicalId('AWS::Lambda::Function', `${name.charAt(0).toUpperCase()}${name.slice(1)}Function`);
  }

  /** The same of the queue, the event source mapping, and an alarm. */
  readonly queue = logicalId('AWS::SQS::Queue', 'IngestQueue');
  readonly feed = FEED;
  alarm(end: string): string {
    return logicalId('AWS::CloudWatch::Alarm', end);
  }

  /** Whether a call comes from a function. */
  by(name: Name): boolean {
    return this.aws.lambda.running === this.functionOf(name);
  }

  /** Everything that a check could leave behind. */
  snapshot(): unknown {
    const { s3, dynamodb, sqs, glue } = this.aws;
    const objects = [LAKE, SOURCE].map((bucket) =>
      [...s3.objects(bucket)].map(([key, { etag }]) => [key, etag]),
    );
    const tables = TABLE_NAMES.map((name) => [...glue.locations(WORK_GROUP, name)]);
    const bodies = [this.queueUrl, this.deadLetters].map((url) => sqs.bodies(url));
    return { objects, items: dynamodb.items(STATE), tables, bodies };
  }

  stop(): Promise<void> {
    return this.lambda.stop();
  }

  /** A row of a log file that came in, and what the hourly run makes. */
  async #fill(): Promise<void> {
    const { aws } = this.lambda;
    aws.athena.createWorkGroup(WORK_GROUP, `s3://${LAKE}/audit/_meta/results/`);
    aws.sts.createRole(MEMBER_ROLE);
    const { key, bytes } = makeLogFile(0, [{ service: 'athena', day: 0 }]);
    aws.s3.put(SOURCE, key, bytes);
    await this.lambda.deliver([message('m', notified(aws, key))]);
    await this.lambda.maintain({ task: 'reconcile' });
  }

  #deploy(): void {
    const { cloudformation, cloudwatch, lambda } = this.aws;
    const now = this.aws.now();
    cloudformation.createStack(STACK, {
      ...{ status: 'CREATE_COMPLETE', madeAt: now - 24 * 60 * MINUTE },
      resources: Object.entries(TEMPLATE.Resources).map(([id, { Type }]) => this.#resource(id, Type)),
    });
    // More than one page.
    cloudformation.pageSize = 40;
    for (const name of NAMES)
      lambda.setFunction(this.functionOf(name), (event) => this.lambda[name](event, FIVE_MINUTES));
    lambda.setMapping(FEED, 'Enabled');
    for (const [id, { Type, Properties }] of Object.entries(TEMPLATE.Resources)) {
      const { AlarmDescription = '', TreatMissingData = '' } = Properties;
      if (Type === 'AWS::CloudWatch::Alarm') cloudwatch.createAlarm(id, AlarmDescription, TreatMissingData);
    }
    cloudwatch.put(this.queue, 'NumberOfMessagesSent', { at: now - MINUTE, value: 3 });
    cloudwatch.putOfLake(WORK_GROUP, 'FilesIngested', { at: now - MINUTE, value: 2 });
    cloudwatch.put(this.queue, 'ApproximateAgeOfOldestMessage', { at: now - MINUTE, value: 20 });
  }

  #resource(id: string, type: string): StackResource {
    const names: { readonly [type: string]: string } = {
      'AWS::SQS::Queue': id.includes('DeadLetters') ? this.deadLetters : this.queueUrl,
      'AWS::Lambda::EventSourceMapping': FEED,
      'AWS::Athena::WorkGroup': WORK_GROUP,
    };
    return {
      ...{ LogicalResourceId: id, PhysicalResourceId: names[type] ?? id },
      ...{ ResourceType: type, ResourceStatus: 'CREATE_COMPLETE' },
    };
  }
}

/** The one of the template whose logical id ends so, before its hash. @throws Error where there is none */
function logicalId(type: string, end: string): string {
  const isIt = new RegExp(`${end}[0-9A-F]{8}$`);
  const found = Object.entries(TEMPLATE.Resources).find(([id, { Type }]) => Type === type && isIt.test(id));
  if (!found) throw new Error(`No ${type} of the template ends with ${end}`);
  return found[0];
}
