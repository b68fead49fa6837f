import { gzipSync } from 'node:zlib';
import type { Random } from '../../../src/demo/random.js';
import { logFileText } from '../athena-record.ts';
import type { MemoryObject } from '../memory-log-source.ts';
import type { Account } from './accounts.ts';
import { type Nature, recordOf, type StartedQuery } from './started-query.ts';

/** A log file, and when it is delivered. */
export type DeliveredLogFile = MemoryObject & { readonly deliveredAt: number };

export type WorkingDay = {
  readonly queries: readonly StartedQuery[];
  readonly logFiles: readonly DeliveredLogFile[];
};

export type WorkingDayOptions = {
  readonly random: Random;
  readonly accounts: readonly Account[];
  readonly regions: readonly string[];
  readonly start: number;
  /** Queries for each account and Region, in the mean. */
  readonly queries: number;
  readonly isCalm: boolean;
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** For so long people work. */
export const WORK_MS = 12 * HOUR;
/** When the second trail delivers again what Athena has forgotten since. */
const MUCH_LATER = 47 * DAY;

/** What people of an organization start within half a day, and the log files of it: in bursts, most of them small. */
export function workingDay(options: WorkingDayOptions): WorkingDay {
  const { random, accounts, regions, start, isCalm } = options;
  const all: StartedQuery[] = [];
  const logFiles: DeliveredLogFile[] = [];
  for (const account of accounts) {
    for (const region of regions) {
      const at = start + Math.floor(random.fraction() * WORK_MS);
      const isBackfill = !isCalm && random.between(0, 19) === 0;
      const burst = Array.from({ length: burstSize(options) }, () =>
        drawQuery({ ...options, account, region, at, isBackfill }),
      );
      all.push(...burst);
      const deliveredAt = at + random.between(4, 15) * MINUTE;
      logFiles.push({ ...logFile(random, burst, 'central'), deliveredAt });
      if (random.between(0, 9) > 0) continue;
      // A second trail, whose key comes before or behind the first.
      const trail = random.pick(['audit', 'second']);
      const later = isCalm ? HOUR : random.pick([0, HOUR, MUCH_LATER]);
      logFiles.push({ ...logFile(random, burst, trail), deliveredAt: deliveredAt + later });
    }
  }
  return { queries: all, logFiles };
}

/** Most are of a few queries, one in ten is large: of a report, or of a tool. */
function burstSize({ random: { between }, queries }: WorkingDayOptions): number {
  const kind = between(0, 9);
  const [low, high] = kind < 6 ? [1, 3] : kind < 9 ? [4, 12] : [20, 60];
  return Math.max(1, Math.round((between(low, high) * queries) / 7.6));
}

type Drawing = WorkingDayOptions & {
  readonly account: Account;
  readonly region: string;
  readonly at: number;
  readonly isBackfill: boolean;
};

function drawQuery({ random, account, region, at, isBackfill, isCalm }: Drawing): StartedQuery {
  const nature = isCalm ? 'ordinary' : drawNature(random, { account, isBackfill });
  const age = ageOf(nature, random);
  const begun = Math.floor((at - age) / 1_000) * 1_000;
  // Most run for minutes, some for hours, up to ten of them.
  const isLong = nature === 'loses its text' || random.between(0, 4) === 0;
  const lasts = random.fraction() * (isLong ? 10 * HOUR : 4 * MINUTE);
  const id = random.uuid();
  return {
    ...{ account, region, id, nature, at: begun, endsAt: Math.floor(begun + lasts) },
    sql: `SELECT '${id}'`,
    state: random.pick(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'FAILED', 'CANCELLED']),
  };
}

/** Until July 2023 events showed the text. */
function ageOf(nature: Nature, { pick }: Random): number {
  if (nature === 'in event') return 1_000 * DAY;
  if (nature === 'expired') return pick([46 * DAY, 400 * DAY]);
  return nature === 'old' ? 44.5 * DAY : 0;
}

function drawNature(
  { between, pick }: Random,
  { account, isBackfill }: Pick<Drawing, 'account' | 'isBackfill'>,
): Nature {
  if (isBackfill) return pick(['expired', 'expired', 'old']);
  if (account.fate === 'hides' && between(0, 2) === 0) return 'hidden';
  if (between(0, 9) > 0) return 'ordinary';
  return pick([
    ...(['in event', 'failed start', 'own call', 'named query', 'forgotten', 'loses its text'] as const),
  ]);
}

function logFile(random: Random, burst: readonly StartedQuery[], trail: string): MemoryObject {
  const [{ account, region, at } = NOBODY] = burst;
  const moment = new Date(at).toISOString();
  const day = moment.slice(0, 10);
  const stamp = `${day.replaceAll('-', '')}T${moment.slice(11, 16).replace(':', '')}Z`;
  const name = `${account.id}_CloudTrail_${region}_${stamp}_${random.alphanumeric(16)}.json.gz`;
  const folder = `${account.id}/CloudTrail/${region}/${day.replaceAll('-', '/')}`;
  const bytes = gzipSync(logFileText(...burst.map(recordOf)), { level: 1 });
  return { key: `${trail}/AWSLogs/o-exampleorg1/${folder}/${name}`, bytes };
}

const NOBODY = { account: { id: '' }, region: '', at: 0 };
