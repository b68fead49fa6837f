import { EventField, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { Alias, type IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { nearestTo } from '../src/nearest-setting.js';
import { type Alert, knownAlert, type Rhythm } from '../src/questions/alert.js';
import { readQuestions } from '../src/wiring/questions.js';
import { call } from './schedule.js';

/**
 * CloudTrail delivers within a quarter of an hour; ingest and resolver have another half. What is late is in a question of the
 * day, which waits some hours more: of its last hour, too.
 */
const LAG_MINUTES = '45';
const SCHEDULES: { readonly [every in Rhythm]: Schedule } = {
  hour: Schedule.cron({ minute: LAG_MINUTES }),
  day: Schedule.cron({ minute: LAG_MINUTES, hour: '5' }),
};

/**
 * A topic for what alerts find. SNS's own key admits whoever may publish in this account.
 * @param key of the customer, if there is one
 */
export function alertTopic(scope: Construct, key: IKey | undefined): Topic {
  const masterKey = key ?? Alias.fromAliasName(scope, 'KeyOfSns', 'alias/aws/sns');
  return new Topic(scope, 'AlertTopic', { masterKey, enforceSSL: true });
}

/**
 * Has each question asked of every hour or day. The input holds the time of the schedule: EventBridge and Lambda try again
 * with the same one.
 * @throws AuditLakeError USAGE for a question, or a value, that is none
 */
export function scheduleAlerts(scope: Construct, alerts: readonly Alert[], called: IFunction): void {
  const library = { questions: readQuestions(), nearest: nearestTo };
  const counts = new Map<string, number>();
  for (const alert of alerts) {
    const { question, given, every } = knownAlert(alert, library);
    const name = `${question.name}-${every}`.replace(/(?:^|-)([a-z])/g, (_, letter: string) =>
      letter.toUpperCase(),
    );
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const asked = { question: question.name, parameters: given, every };
    const input = RuleTargetInput.fromObject({ task: 'alert', time: EventField.time, alert: asked });
    call(scope, `Alert${name}${count > 1 ? count : ''}Rule`, { schedule: SCHEDULES[every], input, called });
  }
}
