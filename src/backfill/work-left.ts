import type { Plan } from './plan.js';
import type { PriceTable } from './price-table.js';

/** Where a plan is worked off, and where the lake lies. A fleet and a queue write to a lake in S3. */
export const WAYS = ['here-to-folder', 'here-to-s3', 'fleet', 'queue'] as const;
export type Way = (typeof WAYS)[number];

/** What is left to read of a plan, and what it makes by one way. Of a dataset is what the ledger keeps apart. */
export type WorkLeft = {
  readonly way: Way;
  readonly assumed: PriceTable['assumptions'];
  readonly fromS3: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly slices: number;
  /** Of Lambda; none here. */
  readonly invocations: number;
  /** Log files of datasets. */
  readonly entries: number;
  readonly entriesWithRows: number;
  /** Queries that events of Athena name, once for each bundle. */
  readonly queries: number;
  /** Transactions. */
  readonly bundles: number;
  /** Data files: a bundle has one for each day of its rows. */
  readonly parts: number;
  /** Partitions of datasets. */
  readonly days: number;
};

/** What of a plan is left by this way: of log files, of bundles that they make, and of what those are committed with. */
export function workLeft(plan: Plan, assumed: PriceTable['assumptions'], way: Way): WorkLeft {
  const { total, datasets } = plan;
  const files = total.files - total.settled;
  const share = total.files > 0 ? files / total.files : 0;
  const slices = files > 0 ? plan.slices : 0;
  const invocations = invocationsOf({ files, slices }, assumed, way);
  // Every log file holds some event, whereas few hold one of Athena.
  const athena = Math.ceil(files * assumed.hit_share);
  const hits = datasets.map((name) => (name === 'athena_events' ? athena : files));
  // What is read together is committed together, each dataset for itself; an invocation keeps nothing for the next.
  const closed = Math.max(Math.ceil(Math.max(...hits) / assumed.files_per_bundle), invocations);
  const made = hits.map((count) => madeOf(count, closed, { files, planned: plan.extent.days }));
  return {
    ...{ way, assumed, files, bytes: total.bytes * share, slices, invocations },
    fromS3: isFromS3(plan),
    entries: files * datasets.length,
    entriesWithRows: plus(hits),
    queries: datasets.includes('athena_events') ? athena * assumed.queries_per_file : 0,
    bundles: plus(made.map(({ bundles }) => bundles)),
    parts: plus(made.map(({ parts }) => parts)),
    days: plus(made.map(({ days }) => days)),
  };
}

/** Whether some log file is read from S3. */
export function isFromS3({ sources }: Pick<Plan, 'sources'>): boolean {
  return sources.some((source) => source.startsWith('s3://'));
}

/** Log files come day by day: where a day ends within a bundle, that has one part more. A day may be without rows. */
function madeOf(hits: number, closed: number, { files, planned }: { files: number; planned: number }) {
  const share = files > 0 ? hits / files : 0;
  const bundles = Math.min(hits, closed);
  const days = Math.min(hits, Math.ceil(planned * (1 - (1 - share) ** (files / planned))) || 1);
  return { bundles, days, parts: Math.min(hits, Math.max(0, bundles + days - 1)) };
}

/** As many as batches, or as their time takes. */
function invocationsOf(
  { files, slices }: Pick<WorkLeft, 'files' | 'slices'>,
  assumed: PriceTable['assumptions'],
  way: Way,
): number {
  if (way === 'queue') return Math.ceil(files / assumed.files_per_invocation);
  if (way !== 'fleet') return 0;
  const seconds = (files * assumed.lambda_ms_per_file) / 1000;
  return Math.max(Math.ceil(slices / assumed.slices_per_batch), Math.ceil(seconds / assumed.lambda_seconds));
}

const plus = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
