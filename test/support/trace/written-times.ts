const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An end of credentials as log files write it: with and without the second comma, or ISO 8601. */
export function jsonTime(at: number, way: number): string {
  const date = new Date(at);
  if (way === 2) return `${date.toISOString().slice(0, 19)}Z`;
  const hour = date.getUTCHours();
  const clock = [
    hour % 12 === 0 ? 12 : hour % 12,
    date.toISOString().slice(14, 16),
    date.toISOString().slice(17, 19),
  ];
  const day = `${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()}`;
  return `${day}${way === 1 ? ',' : ''} ${clock.join(':')} ${hour < 12 ? 'AM' : 'PM'}`;
}
