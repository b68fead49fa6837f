/** An organization trail to write. */
export type TrailSpec = {
  readonly folder: string;
  readonly seed: number;
  readonly files: number;
  readonly recordsPerFile: number;
  readonly athenaShare: number;
  readonly days: number;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
};

/** The organization of the benchmark; files and records per file vary by set. */
export const BENCH_TRAIL = {
  seed: 20260105,
  athenaShare: 0.02,
  days: 14,
  accounts: ['111122223333', '444455556666', '777788889999'],
  regions: ['eu-west-1', 'us-east-1'],
} as const;
