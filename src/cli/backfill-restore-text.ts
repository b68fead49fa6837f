import type { RestoreReport } from '../jobs/restore-archived.js';
import type { RestoreTerms } from '../ports/restorer.js';
import { printable } from './printable.js';
import { counted, formatCount } from './units.js';

const SHOWN = 10;

/** What was asked for, and what was not. */
export function restoredText(
  { asked, already, failures }: RestoreReport,
  { tier, days }: RestoreTerms,
): string {
  const terms = `tier ${tier}, for ${counted(days, 'day')}`;
  const lines = [
    `Asked S3 to restore ${counted(asked, 'log file')} (${terms}); ${formatCount(already)} were asked for before.`,
    ...failures
      .slice(0, SHOWN)
      .map(({ place, code, message }) => `failed     ${code}  ${printable(place)}: ${printable(message)}`),
    ...(failures.length > SHOWN ? [`           and ${formatCount(failures.length - SHOWN)} more`] : []),
  ];
  return `${lines.join('\n')}\n`;
}
