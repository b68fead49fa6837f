import { createRandom, type Random } from '../../../src/demo/random.js';
import { contentOf } from './archive-content.ts';
import type { ArchiveFile, ArchiveRecord, Damage, Storage } from './archive-file.ts';
import { type Delivery, fromAwsLogs, keyOf, type Layout } from './archive-layouts.ts';
import { besidesOf, odds } from './archive-odds.ts';
import { type ArchiveShape, DAY_MS, dayOf, startOf } from './archive-shape.ts';
import { DELIVERIES, type Deliveries, daysOf, isIn, isSilent } from './archive-trails.ts';

/** Every so many log files one is special; the numbers share no factor, so that all combinations occur. */
const LATE = 13;
const LONG = 199;
const WITHOUT_TIME = 101;
const WITHOUT_ID = 311;
const DAMAGED: ReadonlyMap<number, Damage> = new Map([
  [11, 'cut'],
  [37, 'html'],
  [61, 'trailing bytes'],
  [83, 'second member'],
]);
const DAMAGE_EVERY = 149;
const STORED: ReadonlyMap<number, Storage> = new Map([
  [5, { storageClass: 'GLACIER', restored: false }],
  [29, { storageClass: 'GLACIER', restored: true }],
  [71, { storageClass: 'DEEP_ARCHIVE', restored: false }],
  [97, { storageClass: 'STANDARD_IA', restored: false }],
]);
const STORAGE_EVERY = 227;

/** The objects of an archive one by one, in no order that a listing would have. Holds one account, Region and day. */
export function* archiveOf(shape: ArchiveShape): Generator<ArchiveFile> {
  const days = daysOf(shape);
  let n = 0;
  for (const [which, deliveries] of DELIVERIES.entries()) {
    for (const [at, day] of days.entries()) {
      if (!isIn(deliveries, at, days.length) || isSilent(deliveries, at, days.length)) continue;
      const random = createRandom(shape.seed + which * 1_000_003 + at);
      for (let file = 0; file < shape.filesPerDay; file++) {
        const minute = Math.floor((file * 1_440) / shape.filesPerDay);
        const { account, region } = deliveries;
        const delivery = { account, region, day, minute, unique: random.alphanumeric(16) };
        const records = recordsOf({ shape, delivery, random, n });
        yield* delivered({ deliveries, delivery, records, n, place: at / days.length });
        n++;
      }
    }
  }
  yield* odds(shape);
}

type Delivered = {
  readonly deliveries: Deliveries;
  readonly delivery: Delivery;
  readonly records: readonly ArchiveRecord[];
  readonly n: number;
  readonly place: number;
};

/** A log file; the same events once more by the account's own trail; its copy; what others deliver beside it. */
function* delivered({ deliveries, delivery, records, n, place }: Delivered): Generator<ArchiveFile> {
  const { layout, overlap } = deliveries;
  const damage = DAMAGED.get(n % DAMAGE_EVERY);
  const storage = STORED.get(n % STORAGE_EVERY);
  const file = logFile(layout, delivery, records);
  yield {
    ...file,
    ...(damage && { damage, bytes: () => contentOf(records, damage) }),
    ...(storage && { storage }),
  };
  if (overlap !== undefined && place >= overlap.from / 1_000 && place < overlap.until / 1_000) {
    const own = { ...delivery, unique: [...delivery.unique].reverse().join('') };
    yield logFile('account', own, [...records].reverse());
  }
  if (damage === undefined) yield* besidesOf(file, delivery, n);
}

function logFile(layout: Layout, delivery: Delivery, records: readonly ArchiveRecord[]): ArchiveFile {
  const { account, region, day } = delivery;
  const key = keyOf(layout, delivery);
  const bytes = () => contentOf(records);
  return { key, keyInFolder: fromAwsLogs(key), account, region, day, records, bytes };
}

type Made = {
  readonly shape: ArchiveShape;
  readonly delivery: Delivery;
  readonly random: Random;
  readonly n: number;
};

function recordsOf({ shape, delivery: { account, region, day }, random, n }: Made): ArchiveRecord[] {
  const count = random.between(1, shape.records) * (n % LONG === 7 ? 60 : 1);
  return Array.from({ length: count }, (_, at): ArchiveRecord => {
    const late = n % LATE === 0 ? random.between(0, 3) : 0;
    const eventDay = dayOf(startOf(day) - late * DAY_MS);
    const second = String(random.between(10, 59));
    return {
      eventId: n % WITHOUT_ID === 3 && at === 0 ? undefined : random.uuid(),
      account,
      region,
      eventTime: n % WITHOUT_TIME === 3 && at === 0 ? undefined : `${eventDay}T00:00:${second}Z`,
      service: random.fraction() < 0.35 ? 'athena' : 's3',
    };
  });
}
