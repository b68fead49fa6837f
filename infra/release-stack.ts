import {
  Aws,
  CfnCondition,
  CfnParameter,
  type CfnParameterProps,
  DefaultStackSynthesizer,
  Fn,
  Stack,
} from 'aws-cdk-lib';
import { Policy } from 'aws-cdk-lib/aws-iam';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { AuditLake } from './audit-lake.js';
import { NAMES } from './names.js';
import { onlyIf } from './only-if.js';
import { tellOutputs } from './outputs.js';
import { decrypting } from './permissions.js';
import { MOST_IN_ENVIRONMENT } from './query-accounts.js';

/** What the template asks for, in its order. */
const PARAMETERS = {
  CodeBucket: { description: 'The bucket, in this Region, that holds the zip of the handlers' },
  CodeKey: { description: 'The key of that zip' },
  TrailBucket: {
    description:
      'The bucket that CloudTrail delivers to; without TrailTopic its events must go to EventBridge',
  },
  TrailPrefix: {
    description: 'Beginning of the keys of log files',
    default: 'AWSLogs/',
    allowedPattern: '[A-Za-z0-9!_.()=/-]+',
  },
  TrailKey: {
    description: 'The ARN of the key that log files are encrypted with; none: SSE-S3',
    default: 'none',
    allowedPattern: 'none|arn:aws[a-z-]*:kms:.+',
  },
  TrailTopic: {
    description: 'The ARN of a topic, in this Region, that tells of log files; none: EventBridge does',
    default: 'none',
    allowedPattern: 'none|arn:aws[a-z-]*:sns:.+',
  },
  AlarmTopic: {
    description: 'The ARN of a topic that is told of alarms; none: nobody is',
    default: 'none',
    allowedPattern: 'none|arn:aws[a-z-]*:sns:.+',
  },
  DatabaseName: {
    description: 'Name of the Glue database and of the Athena workgroup',
    default: NAMES.database,
    allowedPattern: '[a-z_][a-z0-9_]{0,127}',
  },
  Datasets: {
    description: 'athena_events, cloudtrail_events, or both with a comma',
    default: 'athena_events',
  },
  QueryAccounts: {
    description: `Accounts whose Athena is asked for query texts, with commas: up to ${MOST_IN_ENVIRONMENT}, since the environment of a function holds 4 KB`,
    default: 'self',
    allowedPattern: '(self|[0-9]{12})(,(self|[0-9]{12}))*',
  },
  OrganizationId: {
    description: 'The organization of these accounts; none: only this account is asked',
    default: 'none',
    allowedPattern: 'none|o-[a-z0-9]{10,32}',
  },
  QueryExternalId: { description: 'The external id that their roles ask for', default: '' },
} satisfies { readonly [name: string]: CfnParameterProps };

/**
 * An audit lake for those without the CDK: one template, whose handlers lie where they are told, with parameters for what
 * differs. EventBridge or a topic tells of log files, since a template cannot add to the notifications of a bucket that is
 * there.
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
    const trailBucket = Bucket.fromBucketName(this, 'Trail', asked('TrailBucket'));
    const trailPrefix = asked('TrailPrefix');
    const trailKey = asked('TrailKey');
    const auditLake = new AuditLake(this, 'AuditLake', {
      code,
      trailBucket,
      trailPrefix,
      trigger: { by: 'topic-or-event-bridge', topicArn: asked('TrailTopic') },
      alarmTopic: this.#topicIfNamed(asked('AlarmTopic')),
      databaseName: asked('DatabaseName'),
      datasets: [asked('Datasets')],
      queryAccounts: [asked('QueryAccounts')],
      organizationId: asked('OrganizationId'),
      queryExternalId: asked('QueryExternalId'),
    });
    this.#mayDecrypt(trailKey, auditLake);
    tellOutputs(this, auditLake);
  }

  /** A list that holds only what is no value is empty. */
  #topicIfNamed(arn: string) {
    const isTold = this.#isNamed('SomebodyIsTold', arn);
    return Topic.fromTopicArn(
      this,
      'Alarmed',
      Fn.conditionIf(isTold.logicalId, arn, Aws.NO_VALUE).toString(),
    );
  }

  /** A statement cannot stand under a condition, a policy can. */
  #mayDecrypt(keyArn: string, { handlers: { ingest, backfill } }: AuditLake): void {
    const policy = new Policy(this, 'TrailKeyPolicy', {
      roles: [ingest.role, backfill.role],
      statements: [decrypting(keyArn)],
    });
    onlyIf(this.#isNamed('TrailIsEncrypted', keyArn), policy);
  }

  #isNamed(id: string, value: string): CfnCondition {
    return new CfnCondition(this, id, { expression: Fn.conditionNot(Fn.conditionEquals(value, 'none')) });
  }
}
