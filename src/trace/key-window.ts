import type { Grant } from './grant.js';

/** From `from` to before `to`: milliseconds since 1970, UTC. */
export type Span = { readonly from: number; readonly to: number };

const HOUR = 3_600_000;

/** No credentials of STS live longer: GetSessionToken and GetFederationToken give 36 hours at most, roles 12. */
export const LONGEST_LIFE = 36 * HOUR;

/** The clocks that write times and ends are not one. */
const GRACE = 5 * 60_000;

/** When a key may be used: from its grant to its end, or as long as any key lives where that is not known or cannot be. */
export function lifeOf({ at, until }: Pick<Grant, 'at' | 'until'>): Span {
  const longest = at + LONGEST_LIFE;
  const end = until === null || until <= at || until > longest ? longest : until;
  return { from: at - GRACE, to: end + GRACE };
}

/** The part of its life that lies in the period; undefined where none does. */
export function usedWithin(grant: Pick<Grant, 'at' | 'until'>, period: Span): Span | undefined {
  const life = lifeOf(grant);
  const [from, to] = [Math.max(life.from, period.from), Math.min(life.to, period.to)];
  return from < to ? { from, to } : undefined;
}

/** From the first to the last moment of some. */
export const spanOf = (spans: readonly Span[]): Span => ({
  from: spans.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY),
  to: spans.reduce((most, { to }) => Math.max(most, to), Number.NEGATIVE_INFINITY),
});
