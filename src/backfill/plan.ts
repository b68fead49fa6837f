import type { DatasetName, Selection } from '../datasets/dataset.js';
import type { Scope } from './scope.js';
import type { Slice } from './slice.js';

/** Log files and their compressed bytes. */
export type Amount = { readonly files: number; readonly bytes: number };

/** Log files of one storage class of S3. */
export type ClassAmount = Amount & {
  /** Log files in an archive class that were restored and can be read for now. */
  readonly restored: number;
  /** Log files whose restoring has begun. */
  readonly restoring: number;
  /** Log files that are not settled, cannot be read, and that nobody has asked to restore yet. */
  readonly toRestore: Amount;
};

/** What the listing of a slice showed. */
export type PlannedSlice = Slice &
  Amount & {
    /** Log files that every dataset of the plan has settled. */
    readonly settled: number;
    /** Log files that are not settled and lie in an archive class, so that they cannot be read as they are. */
    readonly archived: number;
    /** Whether nothing is left of it for sure: all is settled, all of it was seen, and its day is over. */
    readonly isSettled: boolean;
  };

/** Log files of one account delivered in one month. */
export type PlannedMonth = Amount & {
  /** Undefined where neither folder nor file name tells. */
  readonly account: string | undefined;
  /** `YYYY-MM`; undefined where nothing tells. */
  readonly month: string | undefined;
  readonly settled: number;
  readonly archived: number;
  /** Whether Athena can still tell texts of queries of this month: of all its days, of some, of none; some, too, where nobody knows the month. */
  readonly queryText: 'all' | 'some' | 'none';
};

/** Days without any log file, between the first and the last one of an account and Region; both ends included. */
export type Gap = {
  readonly account: string;
  readonly region: string;
  readonly from: string;
  readonly to: string;
  readonly days: number;
};

/** A place that could not be listed: what lies below it is not in the plan. */
export type Unlisted = { readonly place: string; readonly code: string; readonly message: string };

/** What the log files of a plan span; days are those of delivery. */
export type Extent = {
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** Days with a log file of any account. */
  readonly days: number;
  readonly first: string | undefined;
  readonly last: string | undefined;
};

/** A day of delivery whose query texts Athena has not all forgotten yet, and how many of its log files are not settled. */
type TextDay = { readonly day: string; readonly toRead: number };

/** What there is to backfill, counted before any of it is read. */
export type Plan = {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly made: number;
  /** The lake that it was made for. */
  readonly lake: string;
  /** What was named on the command line, absolute. */
  readonly sources: readonly string[];
  readonly scope: Scope;
  readonly datasets: readonly DatasetName[];
  /** The services that cloudtrail_events keeps: `all` where it is not kept. */
  readonly eventSources: Selection;
  readonly slices: number;
  readonly extent: Extent;
  readonly total: Amount & { readonly settled: number; readonly archived: number };
  /** What was left out, by reason: of other families or services, not telling what is asked for; folders count once. */
  readonly foreign: { readonly [reason: string]: number };
  readonly classes: { readonly [storageClass: string]: ClassAmount };
  readonly months: readonly PlannedMonth[];
  /** In order of days: the first are forgotten first. Only days with log files to read. */
  readonly textDays: readonly TextDay[];
  readonly gaps: readonly Gap[];
  readonly unlisted: readonly Unlisted[];
  /** The inventory that took the place of listings, where one did. */
  readonly inventory: string | undefined;
  /** When S3 made it, milliseconds since 1970: what came since is not in the plan. Undefined where it does not tell. */
  readonly inventoryMade: number | undefined;
};

/** What the first line of a plan tells: enough for who is handed its slices, or looks for a plan among others. */
export type PlanHead = Omit<Plan, 'months' | 'gaps' | 'unlisted'>;

/** A plan that lies in the lake: its head, and its slices in the order in which they are worked off. */
export type StoredPlan = {
  readonly plan: Plan;
  /** Where it lies: `s3://bucket/key` or a path. */
  readonly location: string;
  /** Read anew each time; holds one. @throws AuditLakeError PLAN_FORMAT */
  readonly slices: () => AsyncIterable<PlannedSlice>;
};
