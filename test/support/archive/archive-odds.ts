import { createRandom, type Random } from '../../../src/demo/random.js';
import { contentOf, textOf } from './archive-content.ts';
import type { ArchiveFile, ArchiveRecord } from './archive-file.ts';
import { configKey, type Delivery, fileName, keyOf } from './archive-layouts.ts';
import type { ArchiveShape } from './archive-shape.ts';
import { daysOf } from './archive-trails.ts';

const COPY_EVERY = 67;
const DIGEST_EVERY = 10;
const INSIGHT_EVERY = 50;
const CONFIG_EVERY = 40;

const NOT_OURS = Buffer.from('{"not":"ours"}');

/** What lies in the archive because of a log file: a copy that was restored, and what other services deliver. */
export function* besidesOf(file: ArchiveFile, delivery: Delivery, n: number): Generator<ArchiveFile> {
  // The layout goes on below the new prefix, so in a folder it is the same log file.
  if (n % COPY_EVERY === 0) yield { ...file, key: `restored/2025/${file.key}` };
  if (n % DIGEST_EVERY === 0) yield foreign(keyOf('account', delivery, 'CloudTrail-Digest'));
  if (n % INSIGHT_EVERY === 0) yield foreign(keyOf('account', delivery, 'CloudTrail-Insight'));
  if (n % CONFIG_EVERY === 0) yield foreign(configKey(delivery));
}

/** Log files that lie in no layout: a folder that was synced flat, and an export of another name. */
export function* odds(shape: ArchiveShape): Generator<ArchiveFile> {
  const random = createRandom(shape.seed + 1);
  const account = '111122223333';
  const region = 'ap-southeast-2';
  for (const [at, day] of daysOf(shape).entries()) {
    if (at % 17 !== 0) continue;
    const delivery = { account, region, day, minute: 5, unique: random.alphanumeric(16) };
    const records = [made(delivery, random, 'athena'), made(delivery, random, 's3')];
    const key = `flat/${fileName(delivery)}`;
    yield { key, keyInFolder: key, account, region, day, records, bytes: () => contentOf(records) };
  }
  const loose = [made({ account, region, day: shape.from }, random, 'athena')];
  const key = 'odds/export.json';
  yield { key, keyInFolder: key, records: loose, bytes: () => Buffer.from(textOf(loose)) };
  yield foreign('odds/readme.txt');
}

const foreign = (key: string): ArchiveFile => ({
  key,
  keyInFolder: key,
  records: [],
  bytes: () => NOT_OURS,
  isForeign: true,
});

function made(
  { account, region, day }: Pick<Delivery, 'account' | 'region' | 'day'>,
  random: Random,
  service: ArchiveRecord['service'],
): ArchiveRecord {
  return { eventId: random.uuid(), account, region, eventTime: `${day}T00:00:10Z`, service };
}
