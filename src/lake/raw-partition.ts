import { AuditLakeError } from '../errors.js';
import { type Day, isDay, partitionName } from './partition.js';

/** A partition of the raw table: the log files of an account, a Region and a UTC day of delivery. */
export type RawPartition = {
  readonly table: string;
  readonly account: string;
  readonly region: string;
  readonly day: Day;
};

/** What a folder of log files tells of itself. */
export type RawFolder = Omit<RawPartition, 'table'>;

export const RAW_PARTITION_COLUMNS = ['account', 'region', 'year', 'month', 'day'] as const;

// As for a lake: characters that can end neither a literal nor a path early. CloudTrail's layout ends it.
const ROOT =
  /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[A-Za-z0-9!_.()=-]+)*?\/AWSLogs\/(?:o-[a-z0-9]{10,32}\/)?$/;
const ACCOUNT = /^\d{12}$/;
const REGION = /^[a-z]{2,8}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;
const FOLDER = /^(\d{12})\/CloudTrail\/([a-z0-9-]+)\/(\d{4})\/(\d\d)\/(\d\d)\/$/;

export const isAccount = (text: string): boolean => ACCOUNT.test(text);
export const isRegion = (text: string): boolean => REGION.test(text);

/** The folder in which accounts lie, with a slash at its end; undefined where the text is none. */
export function parseRawRoot(text: string): string | undefined {
  const root = text.endsWith('/') ? text : `${text}/`;
  return ROOT.test(root) ? root : undefined;
}

/**
 * The same, of what somebody named.
 * @throws AuditLakeError USAGE where no accounts lie there by CloudTrail's layout
 */
export function rawRoot(text: string): string {
  const root = parseRawRoot(text);
  if (root !== undefined) return root;
  const expected =
    's3://bucket/prefix/AWSLogs/, of an organization s3://bucket/prefix/AWSLogs/o-exampleorgid/';
  throw new AuditLakeError(
    'USAGE',
    `not the folder of accounts of a trail: ${JSON.stringify(text)}. Expected ${expected}`,
  );
}

/** The folder that the name of a partition of the raw table means; undefined where it is none. */
export function parseRawName(name: string): RawFolder | undefined {
  const [account = '', region = '', day = '', ...rest] = name.split('/');
  const isOne = rest.length === 0 && ACCOUNT.test(account) && REGION.test(region) && isDay(day);
  return isOne ? { account, region, day } : undefined;
}

/** The values of the partition columns, in their order. */
export const rawValues = ({ account, region, day }: RawFolder): string[] => [
  account,
  region,
  ...day.split('-'),
];

/**
 * Where a partition lies, with a slash at its end. It is computed, never stored (threat T17).
 * @throws AuditLakeError INTERNAL for a part that no path may hold
 */
export function rawLocation(root: string, folder: RawFolder): string {
  if (!ROOT.test(root) || parseRawName(partitionName({ table: '', ...folder })) === undefined) {
    throw new AuditLakeError('INTERNAL', `no statement may hold ${JSON.stringify({ root, ...folder })}`);
  }
  const { account, region, day } = folder;
  return `${root}${account}/CloudTrail/${region}/${day.replaceAll('-', '/')}/`;
}

/** The folder below a root in which an object lies; undefined where it is no folder of log files of this root. */
export function rawFolderOf(root: string, location: string): RawFolder | undefined {
  const end = location.lastIndexOf('/') + 1;
  if (!location.startsWith(root)) return undefined;
  const [, account = '', region = '', ...date] = FOLDER.exec(location.slice(root.length, end)) ?? [];
  return parseRawName(`${account}/${region}/${date.join('-')}`);
}
