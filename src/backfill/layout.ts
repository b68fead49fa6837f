import { type ForeignReason, parseKey } from '../cloudtrail/log-file-ref.js';
import { isWanted, type Scope } from './scope.js';

/** What to do with a folder: list it, pass it over since nothing below it is wanted, or leave it out as foreign. */
export type Descent = 'list' | 'skip' | ForeignReason;

// As in log-file-ref.ts, but as far as it goes: AWSLogs/[o-id/]account/[CloudTrail/[region/[YYYY/[MM/[DD/]]]]]
const LAYOUT =
  /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]{10,32}\/)?(\d{12})\/(?:CloudTrail\/(?:([a-z0-9-]+)\/(?:(\d{4})\/(?:(\d\d)\/(?:(\d\d)\/)?)?)?)?)?/;
/** us-east-1, us-gov-west-1, eusc-de-east-1. Another folder beside the Regions may hold any of them. */
const REGION = /^[a-z]{2,8}(?:-[a-z]+)+-\d{1,2}$/;

/**
 * Whether a folder of an archive is worth going down into: it is not where CloudTrail's layout puts all that lies
 * below it out of scope, or in another family or service. The word of a folder counts for whatever lies in it, so
 * that a log file that somebody laid into the folder of another account, Region or year goes with that folder.
 * Any folder outside the layout is worth it: it tells nothing, and its files are asked one by one.
 *
 * @param folderKey key or path of the folder, with slashes and one at its end; empty for a whole bucket
 */
export function descend(folderKey: string, scope: Scope): Descent {
  const { account, region, date } = toldByFolder(folderKey);
  if (account === undefined) return 'list';
  if (!isWanted({ ...scope, from: undefined, to: undefined, regions: [] }, { ...NOTHING, account }))
    return 'skip';
  const kind = parseKey('', `${folderKey}.json.gz`);
  if (kind.kind === 'foreign') return kind.reason;
  if (date.length === WHOLE_DATE) return isWanted(scope, kind.ref) ? 'list' : 'skip';
  if (region !== undefined && scope.regions.length > 0 && !scope.regions.includes(region)) return 'skip';
  return touches(scope, date) ? 'list' : 'skip';
}

const WHOLE_DATE = 'YYYY-MM-DD'.length;

/** What CloudTrail's layout tells of all log files below a folder: the date as far as it goes, '' where it is not told. */
export function toldByFolder(folderKey: string): {
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly date: string;
} {
  const [, account, region = '', ...date] = LAYOUT.exec(folderKey) ?? [];
  return {
    account,
    region: REGION.test(region) ? region : undefined,
    date: date.filter((part) => part !== undefined).join('-'),
  };
}

const NOTHING = { account: undefined, region: undefined, deliveryDay: undefined };

/** Whether a year, or a month of one, has a day of the scope. Whatever has no date does. */
function touches({ from = '', to = '9999' }: Scope, date: string): boolean {
  return date >= from.slice(0, date.length) && date <= to.slice(0, date.length);
}
