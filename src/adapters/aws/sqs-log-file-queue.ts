import {
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { AuditLakeError } from '../../errors.js';
import type { LogFileQueue, QueuedLogFile } from '../../ports/log-file-queue.js';
import { awsError } from './aws-error.js';
import { backOff, type Waiting } from './back-off.js';
import { sideBySide } from './side-by-side.js';

export type SqsLogFileQueueOptions = {
  readonly client: Pick<SQSClient, 'send'>;
  /** Of a standard queue; a FIFO queue cannot be the target of S3's notifications either. */
  readonly queueUrl: string;
  readonly waiting: Waiting;
};

/** Log files a message. A message is one delivery: it has one visibility timeout, and comes again as a whole. */
const MESSAGE_FILES = 20;
const BATCH_MESSAGES = 10;
/** Queues take 1 MiB since 2025; what stands in for them, and older limits of one's own, 256 KiB. */
const BATCH_BYTES = 256 * 1024;
const CALLS_AT_ONCE = 8;
const MOST_ATTEMPTS = 6;

/** Tells the queue of log files in the words in which S3 does, so that the ingest Lambda takes them as they are. */
export class SqsLogFileQueue implements LogFileQueue {
  readonly #options: SqsLogFileQueueOptions;

  constructor(options: SqsLogFileQueueOptions) {
    this.#options = options;
  }

  /** A message whose answer is lost is sent twice: the second one finds its log files settled. */
  async send(files: readonly QueuedLogFile[]): Promise<void> {
    await sideBySide(batchesOf(messagesOf(files)), CALLS_AT_ONCE, (messages) => this.#sendBatch(messages));
  }

  async #sendBatch(messages: readonly string[]): Promise<void> {
    let left = messages.map((MessageBody, at) => ({ Id: String(at), MessageBody }));
    for (let attempt = 1; ; attempt++) {
      const { Failed = [] } = await this.#call(left);
      if (Failed.length === 0) return;
      const fault = Failed.find(({ SenderFault }) => SenderFault) ?? (attempt === MOST_ATTEMPTS && Failed[0]);
      if (fault) throw refused(fault, this.#options.queueUrl);
      const again = new Set(Failed.map(({ Id }) => Id));
      left = left.filter(({ Id }) => again.has(Id));
      await backOff(attempt, this.#options.waiting);
    }
  }

  async #call(entries: readonly SendMessageBatchRequestEntry[]): Promise<SendMessageBatchCommandOutput> {
    const { client, queueUrl } = this.#options;
    try {
      return await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: [...entries] }));
    } catch (error) {
      throw awsError(error, { action: 'sqs:SendMessage', resource: queueUrl });
    }
  }
}

type Refusal = NonNullable<SendMessageBatchCommandOutput['Failed']>[number];

function refused({ Code = 'without a reason', Message }: Refusal, queueUrl: string): AuditLakeError {
  const words = Message === undefined ? Code : `${Code}: ${Message}`;
  return new AuditLakeError('AWS_FAILED', `sqs:SendMessage on ${queueUrl}: a message was refused, ${words}`);
}

function messagesOf(files: readonly QueuedLogFile[]): string[] {
  const messages: string[] = [];
  for (let at = 0; at < files.length; at += MESSAGE_FILES) {
    const records = files.slice(at, at + MESSAGE_FILES).map(recordOf);
    messages.push(JSON.stringify({ Records: records }));
  }
  return messages;
}

/** As S3 writes it, without what nobody knows any more: when and by whom the object was put. */
function recordOf({ ref: { bucket, key }, size, etag }: QueuedLogFile) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'audit-lake-backfill',
      bucket: { name: bucket },
      object: { key: formEncoded(key), size, eTag: etag.replaceAll('"', '') },
    },
  };
}

/** As S3 encodes keys: like a form, but for slashes. */
function formEncoded(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}

/** Messages are of one byte a character: keys are encoded, all else is ASCII. */
function batchesOf(messages: readonly string[]): string[][] {
  const batches: string[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const last = batches.at(-1);
    bytes += message.length;
    if (last !== undefined && last.length < BATCH_MESSAGES && bytes <= BATCH_BYTES) last.push(message);
    else {
      batches.push([message]);
      bytes = message.length;
    }
  }
  return batches;
}
