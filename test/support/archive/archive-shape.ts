/** How large a generated archive is. The same shape always gives the same bytes. */
export type ArchiveShape = {
  readonly seed: number;
  /** First and last day of delivery, `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  /** Log files of each account, Region and day. */
  readonly filesPerDay: number;
  /** The most records of an ordinary log file. */
  readonly records: number;
};

/** Two years, some 2,900 log files. */
export const SMALL_ARCHIVE: ArchiveShape = {
  seed: 20_241_101,
  from: '2024-11-01',
  to: '2026-10-31',
  filesPerDay: 1,
  records: 4,
};

/** Two years, some 100,000 log files. */
export const FULL_ARCHIVE: ArchiveShape = { ...SMALL_ARCHIVE, filesPerDay: 36, records: 40 };

/** The moment at which the archive is looked at: Athena still knows the queries of its last 44 days. */
export const ARCHIVE_NOW = Date.UTC(2026, 10, 1, 12);

export const DAY_MS = 86_400_000;

export const dayOf = (millis: number): string => new Date(millis).toISOString().slice(0, 10);
export const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);
