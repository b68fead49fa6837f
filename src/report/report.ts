import type { LogFileCount } from '../lake/log-file-count.js';
import type { Day } from '../lake/partition.js';
import type { TableName } from '../lake/tables.js';

/** The first of an ordered list, and what became of the others. */
export type Listed<T> = {
  readonly rows: readonly T[];
  /** How many rows are left out, and how many queries (calls, days) they stand for. */
  readonly more: { readonly rows: number; readonly count: number };
};

/** A day with events. Times are UTC texts, as engines write them. */
export type DayCounts = {
  readonly day: Day;
  readonly events: number;
  readonly queries: number;
  readonly failed: number;
  /** Null where no statistics are known. */
  readonly scannedBytes: number | null;
  readonly firstEvent: string;
  readonly lastEvent: string;
};

export type UserCost = {
  readonly user: string | null;
  readonly queries: number;
  readonly scannedBytes: number | null;
  readonly largestBytes: number | null;
  /** USD; null where nothing is known of the user's queries. */
  readonly cost: number | null;
  /** Queries of which no statistics are known. */
  readonly untold: number;
};

export type AddressUse = {
  readonly user: string | null;
  readonly address: string | null;
  readonly queries: number;
  readonly failed: number;
  readonly scannedBytes: number | null;
  readonly first: string;
  readonly last: string;
};

export type TableUse = {
  readonly table: string;
  /** Queries that do nothing but read. */
  readonly reading: number;
  readonly queries: number;
  readonly users: number;
  readonly last: string;
};

export type FailureCount = {
  readonly user: string | null;
  readonly outcome: string;
  readonly call: string;
  readonly reason: string;
  readonly times: number;
  readonly first: string;
  readonly last: string;
};

export type MissingTexts = {
  /** A `query_text_status`. */
  readonly status: string;
  readonly queries: number;
  readonly oldest: string | null;
  readonly newest: string | null;
};

/** What the answers of the questions say of the period. */
export type Answers = {
  /** In order; a day without events is not there. */
  readonly days: readonly DayCounts[];
  /** All users together: USD and bytes, null where nothing is known; queries without statistics. */
  readonly users: Listed<UserCost> & Pick<UserCost, 'cost' | 'scannedBytes' | 'untold'>;
  /** Queries by weekday (from Monday) and hour. */
  readonly hours: readonly (readonly number[])[];
  readonly outside: Listed<AddressUse>;
  /** Queries by where they came from, outside among them. */
  /** `own`: of this product's functions. */
  readonly places: { readonly [place in 'inside' | 'outside' | 'own' | 'unknown']: number };
  readonly tables: Listed<TableUse>;
  readonly failures: Listed<FailureCount> & { readonly denied: number; readonly failed: number };
  readonly missing: readonly MissingTexts[];
};

/** Days in a row. */
export type DaySpan = { readonly from: Day; readonly to: Day; readonly days: number };

/** What the lake holds of one table, in all its days. */
export type HeldTable = {
  readonly table: TableName;
  readonly days: number;
  /** Days that the catalog does not show yet. */
  readonly hidden: number;
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  readonly firstDay: Day | undefined;
  readonly lastDay: Day | undefined;
};

/** The data files that answers of the period may come from. */
export type DataRead = {
  /** Hex, of the list of the files: see data-list.ts. */
  readonly sha256: string;
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
};

/** Data files that are not as they were committed: changed, or not there. */
export type Altered = { readonly files: number; readonly first: readonly string[] };

export type Held = {
  readonly tables: readonly HeldTable[];
  readonly data: DataRead;
  /** Days of the period on which no table has a row. */
  readonly silent: Listed<DaySpan> & { readonly days: number };
  /** Absent where nobody counted them. */
  readonly logFiles?: readonly LogFileCount[];
};

export type KeptDataset = { readonly name: string; readonly eventSources: string; readonly since: string };

/** Everything that a report shows. Moments are milliseconds since 1970. */
export type Report = {
  readonly lake: string;
  readonly datasets: readonly KeptDataset[];
  /** How the lake keeps query texts. */
  readonly textMode: string;
  readonly engine: string;
  readonly version: string;
  readonly generatedAt: number;
  /** `to` is not part of it. */
  readonly period: { readonly from: number; readonly to: number };
  /** USD for a TB scanned. */
  readonly price: string;
  readonly networks: string;
  readonly answers: Answers;
  readonly held: Held;
  /** Of the data files that were read, where there are some. */
  readonly altered?: Altered;
  /** The data that was there at the end, where it was not the same. */
  readonly changed?: DataRead;
  /** Who asks again gets the same: the command, by the question. */
  readonly commands: { readonly [question: string]: string };
};
