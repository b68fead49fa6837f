import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { AlertText, AlertTopic } from '../../ports/alert-topic.js';
import { awsError } from './aws-error.js';

export type SnsTopicOptions = {
  readonly client: Pick<SNSClient, 'send'>;
  readonly topicArn: string;
};

/** A standard topic of SNS. A message whose answer is lost is sent twice: such a topic knows no tokens. */
export class SnsTopic implements AlertTopic {
  readonly #options: SnsTopicOptions;

  constructor(options: SnsTopicOptions) {
    this.#options = options;
  }

  async publish({ subject, text }: AlertText): Promise<void> {
    const { client, topicArn } = this.#options;
    const command = new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text });
    await client.send(command).catch((error: unknown) => {
      throw awsError(error, { action: 'sns:Publish', resource: topicArn });
    });
  }
}
