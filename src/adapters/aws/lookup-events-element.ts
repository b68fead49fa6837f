import type { Event } from '@aws-sdk/client-cloudtrail';
import { parseEventTime } from '../../cloudtrail/event-time.js';
import { type JsonObject, objectOf } from '../../cloudtrail/record.js';

/** An event as an element of `Records`. */
export type HistoryElement = {
  /** When it happened, milliseconds since 1970; undefined where nothing tells. */
  readonly time: number | undefined;
  /** JSON: the record byte for byte as CloudTrail gives it; of what is no record a string, for the counters. */
  readonly json: string;
};

/** An event of an answer as an element of a log file. */
export function elementOf({ CloudTrailEvent: text, EventTime }: Event): HistoryElement {
  const record = text === undefined ? undefined : recordIn(text);
  const time = EventTime?.getTime() ?? parseEventTime(record?.['eventTime']);
  if (text === undefined || record === undefined) return { time, json: JSON.stringify(text ?? null) };
  return { time, json: text };
}

function recordIn(text: string): JsonObject | undefined {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}
