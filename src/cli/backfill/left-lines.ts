import type { Unlisted } from '../../backfill/plan.js';
import { counted } from '../../shown/units.js';
import { failureLines, moreLines } from '../failure-lines.js';

/** Log files that a plan counted and that lie there no more, and what to do about it; nothing where there are none. */
export function goneLines(gone: number): readonly string[] {
  if (gone === 0) return [];
  return [
    `Gone       ${counted(gone, 'log file')} of the plan lie there no more: deleted since, or their disk`,
    '           is not there. The same command looks again; a new plan leaves them out.',
  ];
}

/** Folders that could not be listed: the first few, and how many more. */
export function unlistedLines(unlisted: readonly Unlisted[], count = unlisted.length): readonly string[] {
  return [...failureLines('unlisted   ', unlisted), ...moreLines('unlisted   ', count)];
}
