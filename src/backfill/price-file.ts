import * as z from 'zod';
import { AuditLakeError } from '../errors.js';
import { firstIssue } from './first-issue.js';
import { ASSUMPTIONS, DEFAULT_PRICES, PRICES, type PriceTable } from './price-table.js';

const price = z.number().nonnegative().optional();
const matching = (grammar: RegExp) => z.string().regex(grammar).optional();
/** Things are divided by it. */
const assumption = z.number().positive().optional();

/** The shape of a file of prices. Apart from the table, because zod loads slowly. */
const Shape = z.strictObject({
  date: z.iso.date().optional(),
  region: matching(/^[a-z0-9-]+$/),
  currency: matching(/^[A-Z]{3}$/),
  prices: z.strictObject(shapesOf(PRICES, price)).optional(),
  assumptions: z
    .strictObject({
      ...shapesOf(ASSUMPTIONS, assumption),
      hit_share: z.number().min(0).max(1).optional(),
    })
    .optional(),
});

/**
 * A table of prices as somebody wrote it: any part of samples/prices.yaml. What it leaves out is that of our own.
 * @param value the contents of the file; null where it is empty
 * @param place of the file, for messages
 * @throws AuditLakeError USAGE naming the figure and what it takes
 */
export function parsePrices(value: unknown, place: string): PriceTable {
  const read = Shape.safeParse(value ?? {});
  if (!read.success) {
    const message = `${place}: ${firstIssue(read.error)}; samples/prices.yaml shows all that it takes`;
    throw new AuditLakeError('USAGE', message, read.error);
  }
  const { date, region, currency, prices, assumptions } = read.data;
  return {
    date: date ?? DEFAULT_PRICES.date,
    region: region ?? DEFAULT_PRICES.region,
    currency: currency ?? DEFAULT_PRICES.currency,
    prices: { ...DEFAULT_PRICES.prices, ...given(prices) },
    assumptions: { ...DEFAULT_PRICES.assumptions, ...given(assumptions) },
  };
}

function shapesOf<K extends string, S>(figures: { readonly [name in K]: unknown }, shape: S) {
  const shapes: Partial<Record<K, S>> = {};
  for (const name in figures) shapes[name] = shape;
  return shapes as Record<K, S>;
}

/** Without what is written as undefined: it would take the place of our own. */
function given<T extends object>(figures: T | undefined): { [name in keyof T]: NonNullable<T[name]> } {
  const entries = Object.entries(figures ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [name in keyof T]: NonNullable<T[name]> };
}
