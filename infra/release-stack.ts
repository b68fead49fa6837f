import { CfnParameter, type CfnParameterProps, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { AuditLake } from './audit-lake.js';
import { NAMES } from './names.js';
import { tellOutputs } from './outputs.js';

/** What the template asks for, in its order. */
const PARAMETERS = {
  CodeBucket: { description: 'The bucket, in this Region, that holds the zip of the handlers' },
  CodeKey: { description: 'The key of that zip' },
  TrailBucket: { description: 'The bucket that CloudTrail delivers to; its events must go to EventBridge' },
  TrailPrefix: {
    ...{ description: 'Beginning of the keys of log files', default: 'AWSLogs/' },
    allowedPattern: '[A-Za-z0-9!_.()=/-]+',
  },
  AlarmTopic: {
    description: 'The ARN of a topic that is told of alarms',
    allowedPattern: 'arn:aws[a-z-]*:sns:.+',
  },
  DatabaseName: {
    ...{ description: 'Name of the Glue database and of the Athena workgroup', default: NAMES.database },
    allowedPattern: '[a-z_][a-z0-9_]{0,127}',
  },
  Datasets: {
    description: 'athena_events, cloudtrail_events, or both with a comma',
    default: 'athena_events',
  },
  QueryAccounts: {
    ...{ description: 'Accounts whose Athena is asked for query texts, with commas', default: 'self' },
    allowedPattern: '(self|[0-9]{12})(,(self|[0-9]{12}))*',
  },
  OrganizationId: {
    ...{
      description: 'The organization of these accounts; none: only this account is asked',
      default: 'none',
    },
    allowedPattern: 'none|o-[a-z0-9]{10,32}',
  },
  QueryExternalId: { description: 'The external id that their roles ask for', default: '' },
} satisfies { readonly [name: string]: CfnParameterProps };

/**
 * An audit lake for those without the CDK: one template, whose handlers lie where they are told, with parameters for what
 * differs. EventBridge tells of log files, since a template cannot add to the notifications of a bucket that is there.
 */
export class ReleaseStack extends Stack {
  constructor(scope: Construct, id: string) {
    // Nothing is to be uploaded, so nobody's bootstrap is asked after.
    super(scope, id, { synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });
    this.templateOptions.description = 'athena-audit-lake: who queried what in Athena, when, and from where';
    const parameter = (name: keyof typeof PARAMETERS) => new CfnParameter(this, name, PARAMETERS[name]);
    const asked = (name: keyof typeof PARAMETERS) => parameter(name).valueAsString;
    const code = Code.fromCfnParameters({
      bucketNameParam: parameter('CodeBucket'),
      objectKeyParam: parameter('CodeKey'),
    });
    const auditLake = new AuditLake(this, 'AuditLake', {
      code,
      trailBucket: Bucket.fromBucketName(this, 'Trail', asked('TrailBucket')),
      trailPrefix: asked('TrailPrefix'),
      trigger: { by: 'event-bridge' },
      alarmTopic: Topic.fromTopicArn(this, 'Alarmed', asked('AlarmTopic')),
      databaseName: asked('DatabaseName'),
      datasets: [asked('Datasets')],
      queryAccounts: [asked('QueryAccounts')],
      organizationId: asked('OrganizationId'),
      queryExternalId: asked('QueryExternalId'),
    });
    tellOutputs(this, auditLake);
  }
}
