export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

const GRAMMAR = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?[Zz]?$/;

/**
 * eventTime as milliseconds since 1970 UTC, or undefined where it is no time. CloudTrail writes
 * `2026-01-09T00:05:00Z`, always UTC; exports also show a space, fractions and a missing Z. The calendar is
 * checked, because `Date` accepts February 30. A leap second is no time here: AWS smears it.
 */
export function parseEventTime(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const match = GRAMMAR.exec(value);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const millis = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return undefined;
  return date.setUTCHours(hour, minute, second, millis);
}
