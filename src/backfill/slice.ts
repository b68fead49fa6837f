import { hash } from 'node:crypto';
import { parseKey } from '../cloudtrail/log-file-ref.js';
import { base32 } from '../lake/names.js';
import { isDay } from '../lake/partition.js';

/**
 * The unit of listing and of progress: the log files that lie directly in one folder. In CloudTrail's layout that is
 * one account, Region and day of delivery; another folder is a slice too, and tells less of itself.
 */
export type Slice = {
  /** The folder, with a slash at its end: `s3://bucket/prefix/` or a path. */
  readonly place: string;
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** Day of delivery, `YYYY-MM-DD`; a day of the calendar. */
  readonly day: string | undefined;
};

/** The slice that a log file lies in. `location` is that of the log file: `s3://bucket/key` or an absolute path. */
export function sliceOf(location: string): Slice {
  const place = placeOf(location);
  const kind = parseKey('', `${isWindowsPath(place) ? place.replaceAll('\\', '/') : place}.json.gz`);
  if (kind.kind === 'foreign') return { place, account: undefined, region: undefined, day: undefined };
  const { account, region, deliveryDay } = kind.ref;
  const day = deliveryDay !== undefined && isDay(deliveryDay) ? deliveryDay : undefined;
  return { place, account, region, day };
}

/** The folder of a log file: the place of its slice. */
export function placeOf(location: string): string {
  // Elsewhere a backslash is a character like others, in keys as in names of files.
  const backslash = isWindowsPath(location) ? location.lastIndexOf('\\') : -1;
  return location.slice(0, Math.max(location.lastIndexOf('/'), backslash) + 1);
}

/** A name for the place of a slice that fits into a key of any store: a path may have 4,096 bytes. */
export function sliceKey(place: string): string {
  return base32(hash('sha256', place, 'buffer')).slice(0, 26);
}

function isWindowsPath(location: string): boolean {
  return /^(?:[A-Za-z]:[\\/]|\\\\)/.test(location);
}
