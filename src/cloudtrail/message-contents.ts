import {
  CloudTrailMessage,
  EventBridgeEvent,
  EventBridgeObject,
  type Read,
  RecordList,
  read,
  S3Record,
  S3RecordObject,
  SnsMessage,
  SnsRecord,
} from './notification-shapes.js';

/** An object that a notification names. etag: '' where the envelope has none. */
export type NotifiedObject = { readonly bucket: string; readonly key: string; readonly etag: string };

/** What a message says. No objects: a connection test, a removal. One odd record makes all of it undecodable. */
export type Contents =
  | { readonly kind: 'objects'; readonly objects: readonly NotifiedObject[] }
  | { readonly kind: 'undecodable'; readonly reason: string };

/** Texts inside texts: a queue holds the text of an SNS message, which holds the text of an event. One to spare. */
const MAX_TEXTS = 3;
/** What CloudTrail says on its topic when a trail is made or changed. It is not JSON. */
const TRAIL_TEST = 'CloudTrail validation message.';
const NOTHING: Contents = { kind: 'objects', objects: [] };

/** What the text of a message says. `texts`: how many texts we are inside of, this one counted. */
export function contentsOfText(text: string, texts = 1): Contents {
  if (texts > MAX_TEXTS) return undecodable('nested too deeply');
  if (text === TRAIL_TEST) return NOTHING;
  const json = parsed(text);
  return json.ok ? contentsOf(json.value, texts) : undecodable(json.reason);
}

/** What a message says: of S3, SNS, EventBridge or CloudTrail. */
export function contentsOf(message: unknown, texts = 0): Contents {
  if (has(message, 'Records')) return records(message, texts);
  if (has(message, 'detail-type')) return eventBridge(message);
  if (has(message, 's3ObjectKey')) return objectsOf(read(CloudTrailMessage, message));
  if (has(message, 'Message')) return sns(message, texts);
  return isTestEvent(message) ? NOTHING : undecodable('none of the known messages');
}

/** Is it a message of a known sender? It may be undecodable all the same. */
export function isMessage(value: unknown): boolean {
  const marks = ['Records', 'detail-type', 's3ObjectKey', 'Message'];
  return marks.some((mark) => has(value, mark)) || isTestEvent(value);
}

/** One object, or why not. */
export function objectOf(object: Read<NotifiedObject>): Contents {
  return object.ok ? { kind: 'objects', objects: [object.value] } : undecodable(object.reason);
}

/** All objects of several contents, or the first reason why not. */
export function together(all: readonly Contents[]): Contents {
  const objects: NotifiedObject[] = [];
  for (const contents of all) {
    if (contents.kind === 'undecodable') return contents;
    for (const object of contents.objects) objects.push(object);
  }
  return { kind: 'objects', objects };
}

/** A message that names nothing for sure. The reason holds no text of it. */
export function undecodable(reason: string): Contents {
  return { kind: 'undecodable', reason };
}

/** The same, its reason told from the outside: below `name`. */
export function under(name: string, contents: Contents): Contents {
  return contents.kind === 'objects' ? contents : undecodable(`${name}: ${contents.reason}`);
}

/** An object with a field of its own of this name. */
export function has<Name extends string>(
  value: unknown,
  name: Name,
): value is { readonly [N in Name]: unknown } {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}

function records(message: unknown, texts: number): Contents {
  const list = read(RecordList, message);
  if (!list.ok) return undecodable(list.reason);
  return together(list.value.Records.map((it, index) => under(`Records.${index}`, record(it, texts))));
}

function record(value: unknown, texts: number): Contents {
  if (has(value, 'Sns')) return snsRecord(value, texts);
  const head = read(S3Record, value);
  if (!head.ok) return undecodable(head.reason);
  const { eventName } = head.value;
  const names = eventName.startsWith('ObjectCreated:') || eventName === 'ObjectRestore:Completed';
  return names ? objectOf(read(S3RecordObject, value)) : NOTHING;
}

function snsRecord(value: unknown, texts: number): Contents {
  const it = read(SnsRecord, value);
  if (!it.ok) return undecodable(it.reason);
  return under('Sns.Message', contentsOfText(it.value.Sns.Message, texts + 1));
}

function sns(message: unknown, texts: number): Contents {
  const it = read(SnsMessage, message);
  return it.ok ? under('Message', contentsOfText(it.value.Message, texts + 1)) : undecodable(it.reason);
}

function eventBridge(message: unknown): Contents {
  const head = read(EventBridgeEvent, message);
  if (!head.ok) return undecodable(head.reason);
  const type = head.value['detail-type'];
  const names = type === 'Object Created' || type === 'Object Restore Completed';
  return names ? objectOf(read(EventBridgeObject, message)) : NOTHING;
}

function objectsOf(objects: Read<readonly NotifiedObject[]>): Contents {
  return objects.ok ? { kind: 'objects', objects: objects.value } : undecodable(objects.reason);
}

function isTestEvent(event: unknown): boolean {
  return has(event, 'Event') && event.Event === 's3:TestEvent';
}

function parsed(text: string): Read<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
}
