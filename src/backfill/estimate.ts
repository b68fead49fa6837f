import type { Plan } from './plan.js';
import { PRICES, type PriceTable } from './price-table.js';
import { type Counted, requestsOf } from './requests.js';
import { isFromS3, type Way, type WorkLeft, workLeft } from './work-left.js';

/** What of one kind is needed, and what that costs. */
export type Needed = Counted & { readonly money: number };

export type Estimate = {
  readonly way: Way;
  readonly needed: readonly Needed[];
  readonly money: number;
  /** On top of `money`, where this machine is not in the Region of the bucket. */
  readonly transfer: Needed | undefined;
  readonly seconds: number;
  /** How the seconds were counted, in words. */
  readonly secondsRule: string;
};

export type EstimateOptions = {
  readonly plan: Plan;
  readonly prices: PriceTable;
  /** Of this machine. */
  readonly cores: number;
};

/**
 * What it takes to read what is left to read of a plan, archived log files too, as if they were restored: what that
 * takes is apart (restore-offers.ts). So is what planning took.
 */
export function estimate({ plan, prices, cores }: EstimateOptions, way: Way): Estimate {
  const work = workLeft(plan, prices.assumptions, way);
  const needed = requestsOf(work).map((count) => priced(count, prices));
  const gb = { kind: 'transfer_out_gb', count: work.bytes / GB, rule: 'all bytes to read' } as const;
  return {
    ...{ way, needed, money: needed.reduce((sum, { money }) => sum + money, 0) },
    transfer: work.fromS3 && way.startsWith('here') ? priced(gb, prices) : undefined,
    ...timeOf(work, cores),
  };
}

/** The ways that a plan can be worked off. Nobody elsewhere can read or write a folder of this machine. */
export function waysOf(plan: Pick<Plan, 'lake' | 'sources'>): readonly Way[] {
  if (!plan.lake.startsWith('s3://')) return ['here-to-folder'];
  return isFromS3(plan) ? ['here-to-s3', 'fleet', 'queue'] : ['here-to-s3'];
}

const GB = 1e9;

function timeOf(work: WorkLeft, cores: number): Pick<Estimate, 'seconds' | 'secondsRule'> {
  const { way, files, fromS3, invocations, assumed } = work;
  if (way === 'fleet' || way === 'queue') {
    const atOnce = Math.max(1, Math.min(assumed.lambda_concurrency, invocations));
    const secondsRule = `${assumed.lambda_ms_per_file} ms a log file, in ${atOnce} invocations side by side`;
    return { seconds: (files * assumed.lambda_ms_per_file) / 1000 / atOnce, secondsRule };
  }
  if (!fromS3) {
    const rate = cores * assumed.local_files_per_second;
    return { seconds: files / rate, secondsRule: `${rate} log files a second on ${cores} cores` };
  }
  const byCores = cores * assumed.s3_files_per_second;
  const byLatency = (assumed.s3_reads_at_once * 1000) / assumed.s3_latency_ms;
  const rate = Math.min(byCores, byLatency);
  const secondsRule = `${rate} log files a second: the lesser of ${byCores} (${cores} cores) and ${byLatency} (${assumed.s3_reads_at_once} reads of ${assumed.s3_latency_ms} ms)`;
  return { seconds: files / rate, secondsRule };
}

function priced({ kind, count, rule }: Counted, { prices }: PriceTable): Needed {
  return { kind, count, money: (count / PRICES[kind].per) * prices[kind], rule };
}
