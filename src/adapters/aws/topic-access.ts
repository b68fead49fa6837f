import type { Check } from '../../ports/access-check.js';
import type { AlertText, AlertTopic } from '../../ports/alert-topic.js';
import { awsStep } from './aws-step.js';
import { kmsDenial } from './kms-denial.js';

export type TopicAccessOptions = { readonly topic: AlertTopic; readonly topicArn: string };

const MESSAGE: AlertText = {
  subject: 'audit-lake: a test of alerts',
  text: 'Somebody ran `audit-lake doctor --stack`. Alerts reach you, and there is nothing to do.\n',
};

/** Whether a topic can be published to. No call of SNS tries that but the one that does it: those who subscribed get a message. */
export function topicAccess({ topic, topicArn }: TopicAccessOptions): Check {
  const call = { action: 'sns:Publish', on: topicArn, resources: [topicArn] };
  const publish = async () => {
    await topic.publish(MESSAGE);
    return `sent one message to ${topicArn}`;
  };
  const step = { ...awsStep(call, publish), deniedInstead: kmsDenial };
  return { name: 'topic', needs: ['credentials'], steps: [step] };
}
