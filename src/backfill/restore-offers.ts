import type { Amount, Plan } from './plan.js';
import { PRICES, type PriceName, type PriceTable } from './price-table.js';

/** How fast S3 restores, as its API calls it: the fastest first. */
const TIERS = ['Expedited', 'Standard', 'Bulk'] as const;
export type Tier = (typeof TIERS)[number];

/** What it takes to restore what a plan cannot read. */
export type RestoreOffer = Amount & {
  readonly tier: Tier;
  /** Log files that cannot be restored so fast: Deep Archive knows no Expedited. */
  readonly not: number;
  readonly requests: number;
  readonly retrieval: number;
  /** Keeping the copies for as many days as the table says. */
  readonly copies: number;
  /** The sum of the three. */
  readonly money: number;
  /** Until the last is there, as a rule. */
  readonly hours: number;
  readonly rule: string;
};

/** An offer for each tier that can restore any of it; none where nothing has to be restored. */
export function restoreOffers(
  { classes }: Pick<Plan, 'classes'>,
  table: PriceTable,
): readonly RestoreOffer[] {
  const amounts = Object.entries(classes).map(([name, { toRestore }]) => ({ name, ...toRestore }));
  const wanted = amounts.reduce((sum, { files }) => sum + files, 0);
  return TIERS.flatMap((tier) => {
    const parts = amounts.flatMap(({ name, ...amount }) => {
      const terms = TERMS[name]?.[tier];
      return terms && amount.files > 0 ? [partOf(amount, terms, table)] : [];
    });
    return parts.length > 0 ? [offerOf({ tier, wanted }, parts, table)] : [];
  });
}

/** The names of the figures of a class and tier. */
type Terms = {
  readonly request: PriceName;
  readonly gb: PriceName;
  readonly hours: keyof PriceTable['assumptions'];
};

const GLACIER = {
  Expedited: {
    request: 'glacier_expedited_request',
    gb: 'glacier_expedited_gb',
    hours: 'glacier_expedited_hours',
  },
  Standard: {
    request: 'glacier_standard_request',
    gb: 'glacier_standard_gb',
    hours: 'glacier_standard_hours',
  },
  Bulk: { request: 'glacier_bulk_request', gb: 'glacier_bulk_gb', hours: 'glacier_bulk_hours' },
} as const;

const DEEP_ARCHIVE = {
  Standard: {
    request: 'deep_archive_standard_request',
    gb: 'deep_archive_standard_gb',
    hours: 'deep_archive_standard_hours',
  },
  Bulk: {
    request: 'deep_archive_bulk_request',
    gb: 'deep_archive_bulk_gb',
    hours: 'deep_archive_bulk_hours',
  },
} as const;

const TERMS: { readonly [storageClass: string]: { readonly [tier in Tier]?: Terms } } = {
  GLACIER,
  DEEP_ARCHIVE,
};

/** Whether a tier restores objects of a storage class. */
export function isOffered(storageClass: string | undefined, tier: Tier): boolean {
  return TERMS[storageClass ?? '']?.[tier] !== undefined;
}

type Part = Amount & { readonly requests: number; readonly retrieval: number; readonly hours: number };

const GB = 1e9;

function partOf({ files, bytes }: Amount, { request, gb, hours }: Terms, table: PriceTable): Part {
  const { prices, assumptions } = table;
  return {
    ...{ files, bytes },
    requests: (files / PRICES[request].per) * prices[request],
    retrieval: (bytes / GB) * prices[gb],
    hours: assumptions[hours],
  };
}

const DAYS_A_MONTH = 30;

function offerOf(
  { tier, wanted }: { readonly tier: Tier; readonly wanted: number },
  parts: readonly Part[],
  table: PriceTable,
): RestoreOffer {
  const { restored_days: days, restores_per_second: rate } = table.assumptions;
  const sum = (name: keyof Part) => parts.reduce((total, part) => total + part[name], 0);
  const { files, bytes, requests, retrieval } = {
    ...{ files: sum('files'), bytes: sum('bytes') },
    ...{ requests: sum('requests'), retrieval: sum('retrieval') },
  };
  const copies = (bytes / GB) * table.prices.restored_gb_month * (days / DAYS_A_MONTH);
  return {
    ...{ tier, files, bytes, not: wanted - files, requests, retrieval, copies },
    money: requests + retrieval + copies,
    hours: Math.max(...parts.map(({ hours }) => hours)) + files / rate / 3600,
    rule: `a request and a retrieval a log file, copies kept for ${days} days; at ${rate} requests a second, then the longest usual time of the tier`,
  };
}
