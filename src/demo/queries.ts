import { ARCHIVED_MOMENT, type AsOf } from './calendar.js';
import type { Actor } from './people.js';
import { ACCOUNTS, BUCKET, type Place } from './places.js';

/** A query that Athena accepted: all that the events and the query history will tell about it. */
export type Query = {
  readonly id: string;
  readonly by: Actor;
  readonly at: number;
  readonly place: Place;
  readonly workGroup: string;
  readonly database: string;
  readonly sql: string;
  /** Values for the `?` of a prepared statement. */
  readonly parameters?: readonly string[];
  readonly scannedBytes: number;
  readonly engineMs: number;
  /** How it ended; succeeded where nothing is said. */
  readonly ending?: 'cancelled' | 'failed' | 'denied' | 'running' | 'reused';
  /** What goes wrong when the query history is asked: no answer yet, or no such query. */
  readonly history?: 'absent' | 'not_found';
  /** Somebody else who fetched its results. */
  readonly readBy?: Actor;
};

/** The statuses that the text of a started query can have in the demo. */
export type TextStatus =
  | 'resolved'
  | 'in_event'
  | 'pending'
  | 'expired'
  | 'denied'
  | 'not_found'
  | 'never_started';

/** Athena keeps its query history for 45 days. */
const REMEMBERED_MS = 45 * 86_400_000;

/** What an ingest at `asOf` with the demo's query history should say about the text of a query. */
export function textStatusOf(query: Query, asOf: AsOf): TextStatus {
  if (isArchived(query)) return 'in_event';
  if (query.at < asOf - REMEMBERED_MS) return 'expired';
  if (query.place.account === ACCOUNTS.security) return 'denied';
  if (query.history === 'absent') return 'pending';
  return query.history ?? 'resolved';
}

/** Before July 2023 Athena left the SQL in the event. */
export function isArchived(query: Query): boolean {
  return query.at === ARCHIVED_MOMENT;
}

/** Where the results of a workgroup go. */
export function resultsOf(workGroup: string): string {
  return `s3://${BUCKET}/results/${workGroup}/`;
}
