import { printable } from '../shown/printable.js';
import { formatCount } from '../shown/units.js';

/** More of one kind nobody reads on a screen. */
export const SHOWN = 10;

type Failure = { readonly code: string; readonly message: string } & (
  | { readonly file: string }
  | { readonly place: string }
);

/** The first of what went wrong, each on a line behind `lead`: the code, where, and why. */
export function failureLines(lead: string, failures: readonly Failure[]): readonly string[] {
  return failures.slice(0, SHOWN).map((failure) => {
    const where = 'file' in failure ? failure.file : failure.place;
    return `${lead}${printable(failure.code)}  ${printable(where)}: ${printable(failure.message)}`;
  });
}

/** How many of `count` are not among those that are shown, in line with `lead`; nothing where all are. */
export function moreLines(lead: string, count: number, end = ''): readonly string[] {
  return count > SHOWN ? [`${' '.repeat(lead.length)}and ${formatCount(count - SHOWN)} more${end}`] : [];
}
