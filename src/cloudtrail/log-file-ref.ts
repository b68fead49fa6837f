import { crc32 } from 'node:zlib';

/**
 * Object keys <-> references to log files. Sources: CloudTrail user guide, "Finding your CloudTrail log files"
 * and "CloudTrail log file name format"; AWS Control Tower, landing zone 3.0.
 */

/** A log file: where it lies, and what its key tells. The day is the day of delivery, not of the events. */
export type LogFileRef = {
  readonly bucket: string;
  readonly key: string;
  readonly organization: string | undefined;
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly deliveryDay: string | undefined;
};

/** Why a key is not a log file: another family of CloudTrail, another service, or not JSON at all. */
export type ForeignReason =
  | 'digest'
  | 'insight'
  | 'network-activity'
  | 'aggregated'
  | 'other-service'
  | 'not-json';

export type KeyKind =
  | { readonly kind: 'log-file'; readonly ref: LogFileRef }
  | { readonly kind: 'foreign'; readonly reason: ForeignReason };

// [prefix/]AWSLogs/[o-id/]account/family/region/YYYY/MM/DD/name; Control Tower puts the organization in the prefix.
const LAYOUT =
  /(?:^|\/)AWSLogs\/(?:(o-[a-z0-9]{10,32})\/)?(\d{12})\/([^/]+)\/(?:([a-z0-9-]+)\/(\d{4})\/(\d\d)\/(\d\d)\/)?/;
// 111122223333_CloudTrail_us-east-1_20260109T0005Z_AbCdEfGhIjKlMnOp.json.gz; old examples lack the last underscore.
const FILE_NAME = /^(\d{12})_(CloudTrail(?:-[A-Za-z]+)?)_([a-z0-9-]+)_(?:.*_)?(\d{4})(\d\d)(\d\d)T\d{4,6}Z/;

const FAMILIES: ReadonlyMap<string, ForeignReason> = new Map([
  ['CloudTrail-Digest', 'digest'],
  ['CloudTrail-Insight', 'insight'],
  ['CloudTrail-NetworkActivity', 'network-activity'],
  ['CloudTrail-Aggregated', 'aggregated'],
]);

/**
 * What an object key names: a log file (any prefix, single account, organization, both Control Tower layouts,
 * or a loose file of another name), or something that is not ours to read. Total: never throws.
 */
export function parseKey(bucket: string, key: string): KeyKind {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const layout = LAYOUT.exec(key);
  const named = FILE_NAME.exec(name);
  const family = layout?.[3] ?? named?.[2] ?? 'CloudTrail';
  if (family !== 'CloudTrail') return { kind: 'foreign', reason: FAMILIES.get(family) ?? 'other-service' };
  if (named?.[2] !== undefined && named[2] !== 'CloudTrail') {
    return { kind: 'foreign', reason: FAMILIES.get(named[2]) ?? 'other-service' };
  }
  if (!/\.(json|gz)$/i.test(name)) return { kind: 'foreign', reason: 'not-json' };
  return {
    kind: 'log-file',
    ref: {
      bucket,
      key,
      organization: layout?.[1],
      account: layout?.[2] ?? named?.[1],
      region: layout?.[4] ?? named?.[3],
      deliveryDay: dayFrom(layout, 5) ?? dayFrom(named, 4),
    },
  };
}

/** The same for a file that the user named himself: whatever its ending, it is tried, unless it is of another family. */
export function namedKey(bucket: string, key: string): KeyKind {
  const kind = parseKey(bucket, key);
  if (kind.kind === 'log-file' || kind.reason !== 'not-json') return kind;
  const nothing = { organization: undefined, account: undefined, region: undefined, deliveryDay: undefined };
  return { kind: 'log-file', ref: { bucket, key, ...nothing } };
}

function dayFrom(match: RegExpExecArray | null, first: number): string | undefined {
  const year = match?.[first];
  return year === undefined ? undefined : `${year}-${match?.[first + 1]}-${match?.[first + 2]}`;
}

/** The key that a local path stands for: from AWSLogs/ on where the layout is known (protocol 4.8). */
export function keyOfLocalPath(relativePath: string): string {
  const layout = LAYOUT.exec(relativePath);
  if (!layout) return relativePath;
  const start = layout.index + (relativePath[layout.index] === '/' ? 1 : 0);
  return relativePath.slice(start);
}

/** 32 bits of a log file's name: equal for equal keys, and now and then for others. */
export function fingerprint({ bucket, key }: LogFileRef): number {
  return crc32(`${bucket}\n${key}`) | 0;
}
