import { type JsonObject, type LogRecord, textOf } from '../cloudtrail/record.js';
import type { Row } from './column.js';
import { eventCells, evidenceCells, type RowContext } from './event-cells.js';
import { identityCells } from './identity.js';
import { queryCellsOfEvent } from './query-cells.js';

export const DATASET_NAMES = ['athena_events', 'cloudtrail_events'] as const;
export type DatasetName = (typeof DATASET_NAMES)[number];

/** The services whose events a dataset takes; `all` takes every record. */
export type Selection = 'all' | readonly string[];

/** What a lake keeps of the log files: a name, which is also its table, and a selection fixed at the start. */
export type Dataset = { readonly name: DatasetName; readonly eventSources: Selection };

export const ATHENA = 'athena.amazonaws.com';

/** Whether a dataset takes a record. Names of events are never listed here: AWS adds to them. */
export function takes(dataset: Dataset, record: LogRecord): boolean {
  if (dataset.eventSources !== 'all') {
    const source = textOf(record.json, 'eventSource');
    if (source === null || !dataset.eventSources.includes(source)) return false;
  }
  // A call through a VPC endpoint is delivered once more as network activity, without request or response.
  return dataset.name !== 'athena_events' || textOf(record.json, 'eventCategory') !== 'NetworkActivity';
}

/**
 * A record as the lake may keep it, with an eventTime that a day can hold, in milliseconds. `delivered` is what it said
 * before it was made private: texts are scanned for their tables, and nothing else of it stays.
 */
export type PickedRecord = LogRecord & { readonly eventTime: number; readonly delivered: JsonObject };

/** The row of a record that the dataset takes. */
export function rowOf(dataset: Dataset, record: PickedRecord, context: RowContext): Row {
  const event = eventCells(record, record.eventTime, context);
  const who = identityCells(record.json);
  const evidence = evidenceCells(record, context);
  if (dataset.name === 'cloudtrail_events') return { event, who, evidence };
  const query = queryCellsOfEvent(record.json, record.eventTime, record.delivered);
  return { event, who, query, evidence };
}
