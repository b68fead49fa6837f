import { SNSClient } from '@aws-sdk/client-sns';
import { SnsTopic } from '../adapters/aws/sns-topic.js';
import { AuditLakeError } from '../errors.js';
import type { AlertTopic } from '../ports/alert-topic.js';
import type { QueryEngine } from '../ports/query-engine.js';
import type { Question } from '../questions/question.js';
import { type AthenaSettings, openAthena } from './athena-engine.js';
import { type AwsSettings, clientOptions } from './client-options.js';
import { lakeNotSet } from './missing-lake.js';
import { readQuestions } from './questions.js';
import { realTime } from './real-time.js';

export type AlertSettings = AwsSettings & {
  readonly [name in Exclude<keyof AthenaSettings, keyof AwsSettings>]: AthenaSettings[name] | undefined;
} & { readonly alertTopic: string | undefined };

/** What an alert is asked with, and told to. */
export type Alerting = {
  readonly questions: readonly Question[];
  readonly athena: AthenaSettings;
  readonly topic: AlertTopic;
  /** Athena, for as long as `left` (milliseconds) is more than nothing: then it stops what runs, which fails. */
  readonly openEngine: (left: () => number) => QueryEngine;
};

/** @throws AuditLakeError USAGE where lake or topic is not set */
export function openAlerting(settings: AlertSettings): Alerting {
  const { athena, topicArn } = mustBeTold(settings);
  return {
    ...{ questions: readQuestions(), athena, topic: openTopic(athena, topicArn) },
    openEngine: (left) => {
      const pause = async (millis: number) => {
        // Not waited for: it waits itself for a start that is on its way. What fails there, the lack of time tells.
        if (left() <= 0) engine.close().catch(() => undefined);
        await realTime.pause(millis);
      };
      const engine = openAthena(athena, { ...realTime, pause });
      return engine;
    },
  };
}

/** What an alert needs: Athena over the lake, and a topic. @throws AuditLakeError USAGE */
export function mustBeTold({ alertTopic: topicArn, ...settings }: AlertSettings): {
  readonly athena: AthenaSettings;
  readonly topicArn: string;
} {
  const { lake, database, workGroup, results } = settings;
  if (!lake || !database || !workGroup || !results) throw lakeNotSet();
  if (!topicArn)
    throw new AuditLakeError('USAGE', 'AUDIT_LAKE_ALERT_TOPIC is not set: it names a topic of SNS');
  return { athena: { ...settings, lake, database, workGroup, results }, topicArn };
}

/** A topic is published to in its own Region. */
export function openTopic(settings: AwsSettings, topicArn: string): AlertTopic {
  const [, , , region] = topicArn.split(':');
  return new SnsTopic({ client: new SNSClient(clientOptions({ ...settings, region })), topicArn });
}
