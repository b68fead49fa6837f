import { type Estimate, estimate, type Needed, waysOf } from '../../backfill/estimate.js';
import type { Plan } from '../../backfill/plan.js';
import { type RestoreOffer, restoreOffers } from '../../backfill/restore-offers.js';
import { deadlinesOf } from '../../backfill/text-deadlines.js';
import { toReadOf } from './months.js';
import { restoreCommand, runCommand } from './next.js';
import { absentOf, type PlanFacts } from './plan-text.js';

/** A plan and all that can be said of it as one object: what `--output json` prints. */
export function planObject(facts: PlanFacts) {
  const { plan, location, prices } = facts;
  const { id, made, lake, sources, scope, datasets, extent, total, foreign, gaps, unlisted } = plan;
  const offers = restoreOffers(plan, prices);
  return {
    ...{ schema_version: 1, plan: id, made_at: new Date(made).toISOString(), location, lake, sources },
    ...{
      scope: scopeObject(scope),
      datasets,
      event_sources: eventSourcesOf(plan),
      inventory: plan.inventory ?? null,
    },
    inventory_made_at: plan.inventoryMade === undefined ? null : new Date(plan.inventoryMade).toISOString(),
    slices: { total: plan.slices },
    extent: { ...extent, first: extent.first ?? null, last: extent.last ?? null },
    absent: absentOf(plan),
    log_files: { ...total, to_read: toReadOf(total) },
    ...{ foreign, storage_classes: classesObject(plan), months: monthsObject(plan) },
    query_texts: {
      days: plan.textDays.map(({ day, toRead }) => ({ day, to_read: toRead })),
      must_be_read: deadlinesOf(plan).map(({ days, files }) => ({ within_days: days, log_files: files })),
    },
    ...{ gaps, unlisted },
    restore: { offers: offers.map(offerObject), command: offers.length > 0 ? restoreCommand(facts) : null },
    prices: { date: prices.date, region: prices.region, currency: prices.currency },
    assumptions: prices.assumptions,
    estimates: waysOf(plan).map((way) => estimateObject(estimate(facts, way))),
    next: total.files > total.settled ? runCommand(facts) : null,
  };
}

/** Null where cloudtrail_events takes every service, or is not kept. */
function eventSourcesOf({ eventSources }: Plan): readonly string[] | null {
  return eventSources === 'all' ? null : eventSources;
}

function scopeObject({ from, to, accounts, regions }: Plan['scope']) {
  return { from: from ?? null, to: to ?? null, accounts, regions };
}

function classesObject({ classes }: Plan) {
  return Object.fromEntries(
    Object.entries(classes).map(([name, { toRestore, ...counts }]) => [
      name,
      { ...counts, to_restore: toRestore },
    ]),
  );
}

function monthsObject({ months }: Plan) {
  return months.map(({ account, month, files, bytes, settled, archived, queryText }) => ({
    ...{ account: account ?? null, month: month ?? null, files, bytes, settled, archived },
    ...{ to_read: toReadOf({ files, settled, archived }), query_texts: queryText },
  }));
}

function offerObject({ tier, files, bytes, not, hours, rule, ...money }: RestoreOffer) {
  const { requests, retrieval, copies, money: sum } = money;
  const cost = {
    requests: inTenThousandths(requests),
    retrieval: inTenThousandths(retrieval),
    copies: inTenThousandths(copies),
    sum: inTenThousandths(sum),
  };
  return { tier, files, bytes, not_in_this_tier: not, cost, hours: Number(hours.toFixed(2)), rule };
}

function estimateObject({ way, needed, money, transfer, seconds, secondsRule }: Estimate) {
  return {
    way,
    needed: needed.map(neededObject),
    cost: inTenThousandths(money),
    transfer_out_of_region: transfer === undefined ? null : neededObject(transfer),
    ...{ seconds: Number(seconds.toFixed(1)), seconds_rule: secondsRule },
  };
}

function neededObject({ kind, count, money, rule }: Needed) {
  return { kind, count: Number(count.toFixed(3)), cost: inTenThousandths(money), rule };
}

/** A request costs less than a cent. */
function inTenThousandths(money: number): number {
  return Number(money.toFixed(4));
}
