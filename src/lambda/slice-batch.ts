import type { PlanHead, PlannedSlice } from '../backfill/plan.js';
import { readSliceItem } from '../backfill/plan-file.js';
import { isPlanId } from '../backfill/plan-id.js';
import { within } from '../backfill/plan-places.js';
import { AuditLakeError } from '../errors.js';
import { isOfSources } from './sources.js';

/** A batch of slices of one plan, as a child of a Distributed Map gets it. */
export type SliceBatch = { readonly plan: string; readonly slices: readonly PlannedSlice[] };

/**
 * The slices of an event `{"BatchInput": {"plan": ...}, "Items": [...]}` (backfill/state-machine.ts). The head of the
 * plan is an item as well, and is passed over.
 * @throws AuditLakeError PLAN_FORMAT; USAGE for a slice outside of `sources`: a plan must not say what is read
 */
export function sliceBatch(event: unknown, sources: readonly string[]): SliceBatch {
  const plan = memberOf(memberOf(event, 'BatchInput'), 'plan');
  const items = memberOf(event, 'Items');
  if (typeof plan !== 'string' || !isPlanId(plan) || items === undefined) {
    const message =
      'the event is no batch of slices: expected BatchInput.plan and Items, as Step Functions sends them';
    throw new AuditLakeError('PLAN_FORMAT', message);
  }
  const slices = (Array.isArray(items) ? items : [items]).flatMap((item) => readSliceItem(item) ?? []);
  const outside = slices.find(({ place }) => !isOfSources(place, sources));
  if (outside === undefined) return { plan, slices };
  throw new AuditLakeError('USAGE', `the slice ${outside.place} lies outside of AUDIT_LAKE_SOURCES`);
}

/** @throws AuditLakeError PLAN_FORMAT for a slice that the plan cannot have: its archive would show nothing of it */
export function mustBeOf({ id, sources }: PlanHead, { slices }: SliceBatch): void {
  const isOurs = within(sources);
  const other = slices.find(({ place }) => !isOurs(place));
  if (other === undefined) return;
  const message = `the slice ${other.place} lies in no source of plan ${id}: make a new one with \`audit-lake backfill plan\``;
  throw new AuditLakeError('PLAN_FORMAT', message);
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
