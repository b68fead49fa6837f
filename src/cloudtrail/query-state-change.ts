import { parseEventTime } from './event-time.js';
import { type JsonObject, objectOf, textOf, within } from './record.js';

/** A query that changed its state. `at`: milliseconds since 1970. */
export type QueryStateChange = {
  readonly account: string;
  readonly region: string;
  readonly id: string;
  readonly at: number;
  /** SUCCEEDED, FAILED or CANCELLED: it will not change any more. */
  readonly isFinal: boolean;
};

const FINAL: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);

const ACCOUNT = /^\d{12}$/;
const REGION = /^[a-z]{2,8}(-[a-z]{2,12}){1,3}-\d{1,2}$/;
const ID = /^[\w-]{1,128}$/;
/** Athena began in 2016; what is later than 9999 has no date of four digits. */
const EARLIEST = Date.UTC(2016, 0);
const LATEST = Date.UTC(10_000, 0);

/** Whether an event is of the kind that {@link decodeStateChange} reads, whatever it says. */
export function isStateChange(event: unknown): boolean {
  return textOf(objectOf(event), 'detail-type') === 'Athena Query State Change';
}

/**
 * The EventBridge event "Athena Query State Change" (Athena user guide, "Monitor Athena query events with
 * EventBridge"); undefined for any other event, and where a name or the time is none: they become keys of the lake's
 * state. Total: never throws.
 */
export function decodeStateChange(event: unknown): QueryStateChange | undefined {
  const envelope = objectOf(event);
  if (!isStateChange(event) || textOf(envelope, 'source') !== 'aws.athena') return undefined;
  const detail = within(envelope, 'detail');
  const account = matching(envelope, 'account', ACCOUNT);
  const region = matching(envelope, 'region', REGION);
  const id = matching(detail, 'queryExecutionId', ID);
  const at = parseEventTime(textOf(envelope, 'time'));
  if (account === undefined || region === undefined || id === undefined || at === undefined) return undefined;
  if (at < EARLIEST || at >= LATEST) return undefined;
  return { account, region, id, at, isFinal: FINAL.has(textOf(detail, 'currentState') ?? '') };
}

function matching(object: JsonObject | undefined, field: string, grammar: RegExp): string | undefined {
  const text = textOf(object, field);
  return text !== null && grammar.test(text) ? text : undefined;
}
