import type { Random } from '../../../src/demo/random.js';
import { type LakeLogFile, lakeLogFile } from './lake-log-file.ts';

type Nature = LakeLogFile['nature'];

const DAYS = 3;
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const TWO_WEEKS = 14 * 24 * HOUR;

/** Some log files of a few days, most of them sound. */
export function drawFiles(random: Random): readonly LakeLogFile[] {
  return Array.from({ length: random.between(4, 8) }, (_, n) => {
    const day = random.between(0, DAYS - 1);
    const records = Array.from({ length: random.between(0, 3) }, () => ({
      service: random.pick(['athena', 's3']),
      day: random.between(0, 3) === 0 ? Math.max(0, day - 1) : day,
    }));
    return lakeLogFile(n, records, random.pick(NATURES));
  });
}

const NATURES: readonly [Nature, ...Nature[]] = [
  ...(['sound', 'sound', 'sound', 'sound', 'sound', 'sound', 'sound', 'sound'] as const),
  ...(['damaged', 'missing', 'gone', 'gone'] as const),
];

export type DrawnDelivery = { readonly at: number; readonly files: readonly LakeLogFile[] };

/** Each log file is told of one to five times within two weeks, in any order and company, often by many at once. */
export function drawDeliveries(
  files: readonly LakeLogFile[],
  { random, start }: { readonly random: Random; readonly start: number },
): readonly DrawnDelivery[] {
  const left = files.flatMap((file) => Array.from({ length: random.between(1, 5) }, () => file));
  const deliveries: DrawnDelivery[] = [];
  while (left.length > 0) {
    const count = random.between(1, 3);
    const drawn = Array.from({ length: count }, () => left.splice(random.between(0, left.length - 1), 1));
    deliveries.push({ at: start + momentOf(random), files: [...new Set(drawn.flat())] });
  }
  return deliveries;
}

function momentOf(random: Random): number {
  return random.fraction() * random.pick([SECOND, SECOND, 60 * SECOND, HOUR, TWO_WEEKS]);
}
