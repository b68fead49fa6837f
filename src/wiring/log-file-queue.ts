import { SQSClient } from '@aws-sdk/client-sqs';
import { SqsLogFileQueue } from '../adapters/aws/sqs-log-file-queue.js';
import type { LogFileQueue } from '../ports/log-file-queue.js';
import { type AwsSettings, clientOptions } from './client-options.js';
import { realTime } from './real-time.js';

/** The queue behind an address, and how to let go of it. Its Region is that of the address. */
export function openLogFileQueue(
  queueUrl: string,
  settings: AwsSettings,
): { readonly queue: LogFileQueue; readonly close: () => void } {
  const region = /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(queueUrl)?.[1] ?? settings.region;
  const client = new SQSClient(clientOptions({ ...settings, region }));
  const queue = new SqsLogFileQueue({ client, queueUrl, waiting: realTime });
  return { queue, close: () => client.destroy() };
}
