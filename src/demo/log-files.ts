import { gzipSync } from 'node:zlib';
import type { JsonObject } from './json.js';
import { ORGANIZATION, type Place } from './places.js';
import type { Random } from './random.js';
import type { Happening } from './records.js';

/** An object of the trail's bucket. */
export type TrailFile = { readonly key: string; readonly bytes: Uint8Array };

/** A log file before it is packed. */
export type LogFile = {
  readonly key: string;
  readonly place: Place;
  readonly records: readonly JsonObject[];
};

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * One log file per account, Region and day, delivered minutes after its last event. CloudTrail itself delivers
 * about every five minutes; what matters here is the same: a file delivered after midnight holds yesterday.
 */
export function deliver(happenings: readonly Happening[], random: Random): readonly LogFile[] {
  const groups = new Map<string, Happening[]>();
  for (const happening of happenings) {
    const { account, region } = happening.place;
    const name = `${Math.floor(happening.at / DAY)} ${account} ${region}`;
    const group = groups.get(name);
    if (group) group.push(happening);
    else groups.set(name, [happening]);
  }
  return [...groups.values()].flatMap((group) => deliverLate(group, 4 * MINUTE, random));
}

/** The given events in one log file, delivered so long after the last of them. */
export function deliverLate(group: readonly Happening[], delay: number, random: Random): readonly LogFile[] {
  const first = group[0];
  if (!first) return [];
  const last = group.reduce((latest, { at }) => Math.max(latest, at), 0);
  const key = logFileKey(first.place, last + delay, random.alphanumeric(16));
  return [{ key, place: first.place, records: group.map(({ record }) => record) }];
}

/** The key of a log file of an organization trail, delivered at a moment. */
export function logFileKey(place: Place, deliveredAt: number, unique: string): string {
  const folder = trailFolder(place, 'CloudTrail', deliveredAt);
  return `${folder}${place.account}_CloudTrail_${place.region}_${compactMinute(deliveredAt)}_${unique}.json.gz`;
}

/** The folder of one family of files, account, Region and day of delivery. */
export function trailFolder(place: Place, family: string, deliveredAt: number): string {
  const day = new Date(deliveredAt).toISOString().slice(0, 10).replaceAll('-', '/');
  return `AWSLogs/${ORGANIZATION}/${place.account}/${family}/${place.region}/${day}/`;
}

/** `20261101T0905Z`: the minute in a file's name. */
export function compactMinute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace(/[-:]/g, '')}Z`;
}

/** A log file as it lies in the bucket: one line, `{"Records":[...]}`. */
export function pack(file: LogFile): TrailFile {
  return { key: file.key, bytes: gzip(textOf(file)) };
}

/** The inflated text of a log file. */
export function textOf(file: LogFile): string {
  return JSON.stringify({ Records: file.records });
}

/**
 * gzip with the header that CloudTrail's own files have: no name, no time, no level and no operating system,
 * so that the same text gives the same bytes.
 */
export function gzip(text: string): Uint8Array {
  const bytes = gzipSync(text, { level: 9 });
  bytes[8] = 0;
  bytes[9] = 0;
  return bytes;
}
