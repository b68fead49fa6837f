import { createHash } from 'node:crypto';
import type {
  GetQueueAttributesCommandInput,
  SendMessageBatchCommandInput,
  SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import type { Mishap } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { operation } from './operations.ts';

const MOST_ENTRIES = 10;
const NO_MESSAGES = {
  ApproximateNumberOfMessagesNotVisible: '0',
  ApproximateNumberOfMessagesDelayed: '0',
};

type Message = { readonly id: string; readonly body: string; readonly sentAt: number; received: number };

/** Simple Queue Service: standard queues that are written to. Tests read them as the poller of a Lambda does. */
export class SqsDouble {
  /** Most bytes of a message, and of a batch. */
  mostBytes = 256 * 1024;
  /** Messages that are refused as the sender's fault. */
  refuses: (body: string) => boolean = () => false;
  readonly #now: () => number;
  readonly #queues = new Map<string, Message[]>();
  #sent = 0;

  readonly operations = {
    SendMessageBatch: operation<SendMessageBatchCommandInput>(['QueueUrl', 'Entries'], (input, mishap) =>
      this.#sendBatch(input, mishap),
    ),
    GetQueueAttributes: operation<GetQueueAttributesCommandInput>(['QueueUrl', 'AttributeNames'], (input) =>
      this.#attributes(input),
    ),
  };

  constructor({ now }: { readonly now: () => number }) {
    this.#now = now;
  }

  /** Makes a queue and gives its address. */
  createQueue(name: string, { account = '111122223333', region = 'us-east-1' } = {}): string {
    const url = `https://sqs.${region}.amazonaws.com/${account}/${name}`;
    this.#queues.set(url, []);
    return url;
  }

  /** The bodies that wait in a queue. */
  bodies(url: string): readonly string[] {
    return this.#queue(url).map(({ body }) => body);
  }

  /**
   * Hands messages, at most so many, to a Lambda behind the queue: `handle` gets its event and answers with what
   * comes again. What it throws gives the whole batch back.
   */
  async poll(url: string, most: number, handle: (event: object) => Promise<unknown>): Promise<void> {
    const waiting = this.#queue(url);
    const batch = waiting.splice(0, most);
    if (batch.length === 0) return;
    for (const message of batch) message.received += 1;
    const again = await handle({ Records: batch.map((message) => asRecord(message, url)) }).then(
      failuresIn,
      () => new Set(batch.map(({ id }) => id)),
    );
    waiting.push(...batch.filter(({ id }) => again.has(id)));
  }

  /** Messages that come to be there without anybody who sends them here. */
  put(url: string, ...bodies: readonly string[]): void {
    const queue = this.#queue(url);
    for (const body of bodies)
      queue.push({ id: `message-${++this.#sent}`, body, sentAt: this.#now(), received: 0 });
  }

  #queue(url: string): Message[] {
    const queue = this.#queues.get(url);
    if (queue) return queue;
    throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
  }

  #sendBatch({ QueueUrl = '', Entries = [] }: SendMessageBatchCommandInput, { processed }: Mishap) {
    const queue = this.#queue(QueueUrl);
    this.#mustBeBatch(Entries);
    const sent = Entries.map((entry, at) => ({ ...entry, fault: this.#faultOf(entry, at, processed) }));
    const taken = sent.filter(({ fault }) => fault === undefined);
    const Successful = taken.map(({ Id, MessageBody: body = '' }) => {
      const id = `message-${++this.#sent}`;
      queue.push({ id, body, sentAt: this.#now(), received: 0 });
      return { Id, MessageId: id, MD5OfMessageBody: md5Of(body) };
    });
    const Failed = sent.flatMap(({ Id, fault }) => (fault === undefined ? [] : [{ Id, ...fault }]));
    return { Successful, ...(Failed.length > 0 && { Failed }) };
  }

  /** All that wait are there to be received: nobody holds one, and none is put off. */
  #attributes({ QueueUrl = '', AttributeNames = [] }: GetQueueAttributesCommandInput) {
    const all = { ...NO_MESSAGES, ApproximateNumberOfMessages: String(this.#queue(QueueUrl).length) };
    const Attributes = AttributeNames.map((name) => {
      const value: unknown = Reflect.get(all, name);
      if (value === undefined)
        throw new Error(`The AWS double does not know the attribute ${name} of a queue`);
      return [name, value];
    });
    return { Attributes: Object.fromEntries(Attributes) };
  }

  #mustBeBatch(entries: readonly SendMessageBatchRequestEntry[]): void {
    const refuse = (name: string) => new AwsError(name, `${entries.length} entries`);
    if (entries.length === 0) throw refuse('EmptyBatchRequest');
    if (entries.length > MOST_ENTRIES) throw refuse('TooManyEntriesInBatchRequest');
    if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw refuse('BatchEntryIdsNotDistinct');
    const bytes = entries.reduce((sum, { MessageBody = '' }) => sum + Buffer.byteLength(MessageBody), 0);
    if (bytes > this.mostBytes) throw refuse('BatchRequestTooLong');
    for (const { Id = '', MessageBody, ...others } of entries) {
      if (!/^[\w-]{1,80}$/.test(Id)) throw refuse('InvalidBatchEntryId');
      const [unknown] = Object.keys(others);
      if (unknown) throw new Error(`The AWS double does not know the member ${unknown} of an entry`);
    }
  }

  #faultOf({ MessageBody = '' }: SendMessageBatchRequestEntry, at: number, processed = MOST_ENTRIES) {
    if (at >= processed) return { SenderFault: false, Code: 'InternalError', Message: 'Try again.' };
    // What XML cannot hold SQS does not take.
    const isOdd = MessageBody === '' || /[^\P{Cc}\t\n\r]|[\ufffe\uffff]/u.test(MessageBody);
    if (!isOdd && !this.refuses(MessageBody)) return undefined;
    return { SenderFault: true, Code: 'InvalidMessageContents', Message: 'The message is not valid.' };
  }
}

/** A message as a Lambda gets it. */
function asRecord({ id, body, sentAt, received }: Message, url: string) {
  const [, region, account, name] = /sqs\.([a-z0-9-]+)\.amazonaws\.com\/(\d+)\/(.+)$/.exec(url) ?? [];
  return {
    ...{ messageId: id, receiptHandle: `${id}#${received}`, body, md5OfBody: md5Of(body) },
    attributes: { ApproximateReceiveCount: String(received), SentTimestamp: String(sentAt) },
    ...{ messageAttributes: {}, eventSource: 'aws:sqs', awsRegion: region },
    eventSourceARN: `arn:aws:sqs:${region}:${account}:${name}`,
  };
}

/** The messages that a handler gives back (`ReportBatchItemFailures`). */
function failuresIn(answer: unknown): ReadonlySet<string> {
  const { batchItemFailures = [] } = Object(answer) as {
    readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
  };
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}

const md5Of = (text: string) => createHash('md5').update(text).digest('hex');
