import type { AsOf } from './calendar.js';
import type { JsonObject } from './json.js';
import type { LogFile, TrailFile } from './log-files.js';
import { type Query, type TextStatus, textStatusOf } from './queries.js';

/** What an ingest of the trail with its query history should count. */
export type TrailFacts = {
  readonly files: {
    readonly listed: number;
    /** Log files that can be read to their end. */
    readonly sound: number;
    readonly corrupt: number;
    readonly foreign: number;
  };
  /** Records of the sound log files. */
  readonly records: { readonly read: number; readonly athena: number };
  /** Each (account, Region, event id) once: what the views show. */
  readonly events: { readonly all: number; readonly athena: number };
  /** Distinct StartQueryExecution events by the status that their text should have. */
  readonly queryText: { readonly [status in TextStatus]: number };
};

type Parts = {
  readonly sound: readonly LogFile[];
  readonly corrupt: readonly TrailFile[];
  readonly foreign: readonly TrailFile[];
  readonly queries: readonly Query[];
  readonly failedStarts: number;
  readonly asOf: AsOf;
};

/** Counts what was generated; nothing here is known by heart. */
export function trailFacts({ sound, corrupt, foreign, queries, failedStarts, asOf }: Parts): TrailFacts {
  const records = sound.flatMap((file) => file.records);
  const athena = records.filter((record) => record['eventSource'] === 'athena.amazonaws.com');
  const queryText = {
    resolved: 0,
    in_event: 0,
    pending: 0,
    expired: 0,
    denied: 0,
    not_found: 0,
    never_started: 0,
  };
  for (const query of queries) queryText[textStatusOf(query, asOf)] += 1;
  return {
    files: {
      listed: sound.length + corrupt.length + foreign.length,
      sound: sound.length,
      corrupt: corrupt.length,
      foreign: foreign.length,
    },
    records: { read: records.length, athena: athena.length },
    events: { all: distinct(records), athena: distinct(athena) },
    queryText: { ...queryText, never_started: failedStarts },
  };
}

function distinct(records: readonly JsonObject[]): number {
  return new Set(records.map((r) => `${r['recipientAccountId']} ${r['awsRegion']} ${r['eventID']}`)).size;
}
