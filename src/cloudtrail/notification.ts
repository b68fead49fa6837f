import {
  type Contents,
  contentsOf,
  contentsOfText,
  has,
  isMessage,
  type NotifiedObject,
  objectOf,
  together,
  undecodable,
  under,
} from './message-contents.js';
import {
  BatchTasks,
  QueueMessage,
  QueueMessageId,
  ReceiveCount,
  RecordList,
  read,
  TASK_OBJECT,
  TaskId,
} from './notification-shapes.js';

export type { NotifiedObject };

/**
 * What is acknowledged as one. `ackId`: the id of the queue message or of the task, once per envelope; `direct`
 * where there is none. `receiveCount`: 1 the first time, and where nobody counts. An object may be named twice.
 */
export type Delivery = { readonly ackId: string; readonly receiveCount: number } & Contents;

/** What arrived: `queue` each message with its own outcome, `direct` all or nothing, `batch-tasks` a result a task. */
export type Envelope =
  | { readonly kind: 'queue'; readonly deliveries: readonly Delivery[] }
  | { readonly kind: 'direct'; readonly deliveries: readonly Delivery[] }
  | {
      readonly kind: 'batch-tasks';
      readonly schema: '1.0' | '2.0';
      readonly invocationId: string;
      readonly deliveries: readonly Delivery[];
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * The objects that an event of the Lambda names, whoever sent it: S3, SNS, SQS, EventBridge, CloudTrail or S3 Batch
 * Operations. Keys are decoded where their sender encodes them. Total: never throws; what is odd has a reason
 * that holds no text of the event.
 */
export function decodeNotification(event: unknown): Envelope {
  if (has(event, 'invocationSchemaVersion')) return batchTasks(event);
  if (isQueue(event)) return queue(event);
  if (!isMessage(event)) return { kind: 'unknown', reason: 'none of the known envelopes' };
  return { kind: 'direct', deliveries: [{ ackId: 'direct', receiveCount: 1, ...contentsOf(event) }] };
}

/** A task without an id cannot be answered, so the whole envelope is unknown. */
function batchTasks(event: unknown): Envelope {
  const batch = read(BatchTasks, event);
  if (!batch.ok) return { kind: 'unknown', reason: batch.reason };
  const { invocationSchemaVersion: schema, invocationId, tasks } = batch.value;
  const deliveries: Delivery[] = [];
  for (const [index, task] of tasks.entries()) {
    const id = read(TaskId, task);
    if (!id.ok) return { kind: 'unknown', reason: `tasks.${index}: ${id.reason}` };
    const contents = objectOf(read(TASK_OBJECT[schema], task));
    deliveries.push({ ackId: id.value.taskId, receiveCount: 1, ...contents });
  }
  return { kind: 'batch-tasks', schema, invocationId, deliveries: oncePerId(deliveries) };
}

/** A message without an id can be neither acknowledged nor handed back, so the whole envelope is unknown. */
function queue(event: unknown): Envelope {
  const list = read(RecordList, event);
  if (!list.ok) return { kind: 'unknown', reason: list.reason };
  const deliveries: Delivery[] = [];
  for (const [index, record] of list.value.Records.entries()) {
    const id = read(QueueMessageId, record);
    if (!id.ok) return { kind: 'unknown', reason: `Records.${index}: ${id.reason}` };
    deliveries.push({ ackId: id.value.messageId, receiveCount: receiveCountOf(record), ...queued(record) });
  }
  return { kind: 'queue', deliveries: oncePerId(deliveries) };
}

function queued(record: unknown): Contents {
  const message = read(QueueMessage, record);
  return message.ok ? under('body', contentsOfText(message.value.body)) : undecodable(message.reason);
}

function receiveCountOf(record: unknown): number {
  const count = read(ReceiveCount, record);
  return count.ok ? count.value : 1;
}

/** A standard queue may hand a message out twice: one delivery then, which fails where either failed. */
function oncePerId(deliveries: readonly Delivery[]): readonly Delivery[] {
  const byId = new Map<string, Delivery>();
  for (const delivery of deliveries) {
    const { ackId } = delivery;
    const twin = byId.get(ackId);
    const receiveCount = Math.max(delivery.receiveCount, twin?.receiveCount ?? 1);
    byId.set(ackId, twin ? { ...together([twin, delivery]), ackId, receiveCount } : delivery);
  }
  return [...byId.values()];
}

function isQueue(event: unknown): boolean {
  const list = read(RecordList, event);
  return list.ok && list.value.Records.some((it) => has(it, 'eventSource') && it.eventSource === 'aws:sqs');
}
