import * as z from 'zod';
import type { Plan } from './plan.js';

const count = z.int().nonnegative();
const day = z.iso.date();

const MonthShape = z.strictObject({
  part: z.literal('month'),
  account: z.string().optional(),
  month: z.string().optional(),
  files: count,
  bytes: count,
  settled: count,
  archived: count,
  query_text: z.enum(['all', 'some', 'none']),
});
const GapShape = z.strictObject({
  part: z.literal('gap'),
  account: z.string(),
  region: z.string(),
  from: day,
  to: day,
  days: count,
});
const UnlistedShape = z.strictObject({
  part: z.literal('unlisted'),
  place: z.string(),
  code: z.string(),
  message: z.string(),
});

/**
 * A line behind the head of a plan file. What there may be many of has lines of its own: whoever works off a plan as a
 * fleet is handed every line as an item, and Step Functions takes 256 KiB.
 */
export const DetailShape = z.discriminatedUnion('part', [MonthShape, GapShape, UnlistedShape]);
export type Detail = z.infer<typeof DetailShape>;

type PlanDetails = Pick<Plan, 'months' | 'gaps' | 'unlisted'>;

export function* detailsOf({ months, gaps, unlisted }: PlanDetails): Generator<Detail> {
  for (const { queryText, ...month } of months) yield { part: 'month', ...month, query_text: queryText };
  for (const gap of gaps) yield { part: 'gap', ...gap };
  for (const place of unlisted) yield { part: 'unlisted', ...place };
}

/** The inverse of {@link detailsOf}. */
export function planDetailsOf(details: readonly Detail[]): PlanDetails {
  const of = <P extends Detail['part']>(part: P) =>
    details.filter((it): it is Extract<Detail, { part: P }> => it.part === part);
  return {
    months: of('month').map(({ part: _, account, month, query_text: queryText, ...counts }) => ({
      ...{ account, month, queryText },
      ...counts,
    })),
    gaps: of('gap').map(({ part: _, ...gap }) => gap),
    unlisted: of('unlisted').map(({ part: _, ...place }) => place),
  };
}
