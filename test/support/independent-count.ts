import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/**
 * What log files hold, found in the most obvious way and with nothing of src: inflate, parse, look. Tests hold the
 * product equal to it.
 */
export type JsonRecord = { readonly [field: string]: unknown };

/** The elements of Records; undefined where the file is no log file. */
export function recordsOfFile(path: string): readonly unknown[] | undefined {
  const bytes = readFileSync(path);
  try {
    const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
    const document: unknown = JSON.parse(text);
    const records = isRecord(document) ? document['Records'] : undefined;
    return Array.isArray(records) ? records : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** eventTime as milliseconds since 1970 UTC; undefined where no calendar knows it. */
export function timeOf(record: unknown): number | undefined {
  const text = isRecord(record) ? record['eventTime'] : undefined;
  if (typeof text !== 'string') return undefined;
  const parts = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(\.\d+)?[Zz]?$/.exec(text);
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && isLeap ? 29 : (DAYS_OF_MONTH[month - 1] ?? 0);
  if (day < 1 || day > days || hour > 23 || minute > 59 || second > 59) return undefined;
  const millis = Math.floor(Number(`0${parts[7] ?? '.0'}`) * 1000);
  return Date.UTC(year, month - 1, day, hour, minute, second, millis);
}

/** The account that a key names: its folder below AWSLogs, else the beginning of its file name. */
export function accountOfKey(key: string): string | null {
  const folder = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/CloudTrail\//.exec(key)?.[1];
  return folder ?? /(?:^|\/)(\d{12})_CloudTrail_[^/]*$/.exec(key)?.[1] ?? null;
}

/** A field at a path, as the text that a column shows: strings as they are, numbers and booleans as written. */
export function textAt(record: unknown, ...path: readonly string[]): string | null {
  let value = record;
  for (const field of path) value = isRecord(value) ? value[field] : undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value : null;
}
