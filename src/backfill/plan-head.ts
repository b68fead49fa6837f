import * as z from 'zod';
import { DATASET_NAMES } from '../datasets/dataset.js';
import type { Plan, PlanHead } from './plan.js';
import { isPlanId } from './plan-id.js';

/** Of the shape of plan files: a newer one is refused, never guessed. */
export const PLAN_VERSION = 1;

const count = z.int().nonnegative();
const amount = { files: count, bytes: count };
const day = z.iso.date();

/** The first line of a plan file. */
export const HeadShape = z.strictObject({
  plan: z.literal(PLAN_VERSION),
  id: z.string().refine(isPlanId, 'is no id of a plan'),
  made_at: z.iso.datetime(),
  lake: z.string(),
  sources: z.array(z.string()),
  scope: z.strictObject({
    from: day.optional(),
    to: day.optional(),
    accounts: z.array(z.string()),
    regions: z.array(z.string()),
  }),
  datasets: z.array(z.enum(DATASET_NAMES)),
  /** Absent where it takes all. */
  event_sources: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9.-]*$/))
    .min(1)
    .optional(),
  slices: count,
  extent: z.strictObject({
    accounts: z.array(z.string()),
    regions: z.array(z.string()),
    days: count,
    first: day.optional(),
    last: day.optional(),
  }),
  total: z.strictObject({ ...amount, settled: count, archived: count }),
  foreign: z.record(z.string(), count),
  classes: z.record(
    z.string(),
    z.strictObject({ ...amount, restored: count, restoring: count, to_restore: z.strictObject(amount) }),
  ),
  /** How many lines of each kind follow. */
  months: count,
  gaps: count,
  unlisted: count,
  text_days: z.array(z.strictObject({ day, to_read: count })),
  inventory: z.string().optional(),
  inventory_made_at: z.iso.datetime().optional(),
});
export type Head = z.infer<typeof HeadShape>;

/** The head of a plan as it is written. */
export function headOf(plan: Plan): Head {
  const { id, made, lake, sources, scope, datasets, eventSources, slices, extent, total } = plan;
  return {
    plan: PLAN_VERSION,
    ...{ id, made_at: new Date(made).toISOString(), lake, sources: [...sources] },
    scope: { ...scope, accounts: [...scope.accounts], regions: [...scope.regions] },
    datasets: [...datasets],
    event_sources: eventSources === 'all' ? undefined : [...eventSources],
    slices,
    extent: { ...extent, accounts: [...extent.accounts], regions: [...extent.regions] },
    ...{ total, foreign: plan.foreign },
    classes: mapped(plan.classes, ({ toRestore, ...amounts }) => ({ ...amounts, to_restore: toRestore })),
    ...{ months: plan.months.length, gaps: plan.gaps.length, unlisted: plan.unlisted.length },
    text_days: plan.textDays.map(({ day, toRead }) => ({ day, to_read: toRead })),
    inventory: plan.inventory,
    ...(plan.inventoryMade !== undefined && {
      inventory_made_at: new Date(plan.inventoryMade).toISOString(),
    }),
  };
}

/** The inverse of {@link headOf}. What a head leaves out is undefined in a plan. */
export function planHeadOf(head: Head): PlanHead {
  const { id, made_at, lake, sources, scope, datasets, slices, extent, total, foreign } = head;
  return {
    ...{ id, made: Date.parse(made_at), lake, sources, datasets, slices, total, foreign },
    eventSources: head.event_sources ?? 'all',
    scope: { ...scope, from: scope.from, to: scope.to },
    extent: { ...extent, first: extent.first, last: extent.last },
    classes: mapped(head.classes, ({ to_restore, ...amounts }) => ({ ...amounts, toRestore: to_restore })),
    textDays: head.text_days.map(({ day, to_read }) => ({ day, toRead: to_read })),
    inventory: head.inventory,
    inventoryMade: head.inventory_made_at === undefined ? undefined : Date.parse(head.inventory_made_at),
  };
}

function mapped<T, R>(
  record: { readonly [name: string]: T },
  change: (value: T) => R,
): { [name: string]: R } {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
