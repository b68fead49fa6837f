import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { AwsError } from './aws-error.ts';
import { operation } from './operations.ts';

const MOST_BYTES = 262_144;
/** ASCII on one line that begins with a letter, a number or punctuation; what SNS documents of `Subject`. */
const SUBJECT = /^[!-~][ -~]{0,99}$/;

export type Published = { readonly subject: string; readonly text: string };

/** Simple Notification Service: topics that are published to. Tests read what subscribers would get. */
export class SnsDouble {
  readonly #topics = new Map<string, Published[]>();

  readonly operations = {
    Publish: operation<PublishCommandInput>(['TopicArn', 'Subject', 'Message'], (input) =>
      this.#publish(input),
    ),
  };

  createTopic(arn: string): void {
    this.#topics.set(arn, []);
  }

  /** What was published, oldest first. */
  messages(arn: string): readonly Published[] {
    return this.#topics.get(arn) ?? [];
  }

  #publish({ TopicArn = '', Subject: subject, Message: text = '' }: PublishCommandInput) {
    const topic = this.#topics.get(TopicArn);
    if (!topic) throw new AwsError('NotFoundException', 'Topic does not exist', { status: 404 });
    if (subject === undefined || !SUBJECT.test(subject)) throw invalid('Subject');
    // What XML cannot hold SNS does not take.
    const isOdd = text === '' || /[^\P{Cc}\t\n\r]|[\p{Cs}\ufffe\uffff]/u.test(text);
    if (isOdd || Buffer.byteLength(text) > MOST_BYTES) throw invalid('Message');
    topic.push({ subject, text });
    return { MessageId: `message-${topic.length}` };
  }
}

const invalid = (name: string) => new AwsError('InvalidParameterException', `Invalid parameter: ${name}`);
