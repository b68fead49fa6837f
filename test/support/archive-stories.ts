import fc from 'fast-check';
import { type Scope, verdictOf } from '../../src/backfill/scope.js';
import { namedKey, parseKey } from '../../src/cloudtrail/log-file-ref.js';
import type { Found, StoredObject } from '../../src/ports/archive.js';
import type { Archived, OpenArchive } from './archives.ts';

const ACCOUNTS = ['111122223333', '444455556666', '123456789012'];
const REGIONS = ['us-east-1', 'eu-central-1', 'us-gov-west-1'];
const DAYS = ['2024-12-31', '2025-01-01', '2025-01-31', '2025-02-01', '2025-12-31', '2026-01-01'];
const ORGANIZATION = 'o-exampleorgid';

/** What lies beside log files in an archive, in folders or in the names of files. */
const FAMILIES = ['CloudTrail-Digest', 'CloudTrail-Insight', 'Config', 'vpcflowlogs'];

const nameOf = (account: string, family: string, region: string, day: string, n: number) =>
  `${account}_${family}_${region}_${day.replaceAll('-', '')}T${String(n).padStart(4, '0')}Z_${n}.json.gz`;

const facts = {
  account: fc.constantFrom(...ACCOUNTS),
  region: fc.constantFrom(...REGIONS),
  day: fc.constantFrom(...DAYS),
  n: fc.integer({ min: 0, max: 3 }),
};

/** Where AWSLogs lies: at the top, in a copy, or in one of the two layouts of Control Tower. */
const root = fc.constantFrom(
  ...[
    'AWSLogs/',
    'copy/2025/AWSLogs/',
    `AWSLogs/${ORGANIZATION}/`,
    `${ORGANIZATION}/AWSLogs/${ORGANIZATION}/`,
  ],
);

/** A log file in CloudTrail's layout; some are found higher up, or in a folder of somebody's own below. */
const inLayout = fc
  .record({ root, ...facts, depth: fc.constantFrom(0, 1, 2, 3, 4, 5, 5, 5, 5, 5), sub: fc.boolean() })
  .map(({ root, account, region, day, n, depth, sub }) => {
    const [year, month, date] = day.split('-');
    const folders = ['CloudTrail', region, year, month, date].slice(0, depth);
    if (sub && depth % 2 === 1) folders.push('more');
    return `${[`${root}${account}`, ...folders].join('/')}/${nameOf(account, 'CloudTrail', region, day, n)}`;
  });

/** A log file of another name, or of another account, in the folder of a day. */
const strangeInDay = fc
  .record({ root, ...facts, name: fc.constantFrom('x.json', 'notes.txt', 'x.gz', `${ACCOUNTS[2]}_.json`) })
  .map(
    ({ root, account, region, day, name }) =>
      `${root}${account}/CloudTrail/${region}/${day.replaceAll('-', '/')}/${name}`,
  );

const ofAnotherFamily = fc
  .record({ root, ...facts, family: fc.constantFrom(...FAMILIES) })
  .map(
    ({ root, account, family, region, day, n }) =>
      `${root}${account}/${family}/${region}/${day.replaceAll('-', '/')}/${nameOf(account, family, region, day, n)}`,
  );

/** Where folders tell nothing: downloads, tools that partition in another way, folders beside the Regions. */
const loose = fc
  .record({
    ...facts,
    family: fc.constantFrom('CloudTrail', 'CloudTrail', 'CloudTrail-Digest'),
    folder: fc.constantFrom(
      ...['', 'downloads/', 'a b/ü+%/', 'lake/', 'lake-of-others/', 'AWSLogs/loose/'],
      ...['logs/region=us-east-1/year=2025/', `AWSLogs/${ACCOUNTS[0]}/CloudTrail/archive/`],
    ),
    plain: fc.boolean(),
  })
  .map(({ account, family, region, day, n, folder, plain }) => {
    const owner = folder.startsWith(`AWSLogs/${ACCOUNTS[0]}`) ? (ACCOUNTS[0] ?? '') : account;
    return `${folder}${plain ? `${n}.json` : nameOf(owner, family, region, day, n)}`;
  });

/** Keys of an archive. None of them is a folder of another one, which no file system could hold. */
const keys = fc
  .uniqueArray(fc.oneof({ weight: 4, arbitrary: inLayout }, strangeInDay, ofAnotherFamily, loose), {
    maxLength: 40,
  })
  .map((all) => all.filter((key) => !all.some((other) => other.startsWith(`${key}/`))));

const scope: fc.Arbitrary<Scope> = fc.record({
  from: fc.option(facts.day, { nil: undefined }),
  to: fc.option(facts.day, { nil: undefined }),
  accounts: fc.subarray(ACCOUNTS),
  regions: fc.subarray(REGIONS),
});

/** The whole, or some folders and files of it, some within one another. */
const placesOf = (all: readonly string[]) => {
  const folders = all.flatMap((key) =>
    key.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/')),
  );
  if (folders.length === 0) return fc.constant(['']);
  const some = fc.array(fc.constantFrom(...folders), { minLength: 1, maxLength: 4 });
  return fc.oneof({ weight: 2, arbitrary: fc.constant(['']) }, some);
};

/** An archive, what is looked at, and which of it is wanted. */
export type ArchiveStory = Required<Archived> & { readonly scope: Scope };

export const archiveStories: fc.Arbitrary<ArchiveStory> = keys.chain((all) =>
  fc.record({
    keys: fc.constant(all),
    places: placesOf(all),
    lake: fc.constantFrom('lake', 'no-lake-here', `AWSLogs/${ACCOUNTS[0]}`),
    scope,
  }),
);

/**
 * What is wrong with what a survey found, by the obvious way: every key is asked by itself. Nothing where all is
 * right. Foreign keys may be found, or lie where nothing was listed.
 */
export function faultsOf(
  story: ArchiveStory,
  found: readonly Found[],
  keyOf: OpenArchive['keyOf'],
): string[] {
  const objects = found.flatMap((it) => (it.kind === 'objects' ? it.objects : []));
  const passed = found.flatMap((it) => (it.kind === 'objects' ? [] : [wordOf(it, keyOf)]));
  const seen = new Map<string, StoredObject[]>();
  for (const object of objects) {
    const key = keyOf(object.location);
    seen.set(key, [...(seen.get(key) ?? []), object]);
  }
  const strangers = [...seen.keys()].filter((key) => !story.keys.includes(key));
  return [
    ...strangers.map((key) => `${key} is not there`),
    ...story.keys.flatMap((key) => faultsOfKey({ key, story, seen: seen.get(key) ?? [], passed })),
  ];
}

type OfKey = {
  readonly key: string;
  readonly story: ArchiveStory;
  readonly seen: readonly StoredObject[];
  readonly passed: readonly Passed[];
};

/** A folder or a key that was passed over, and as what. */
type Passed = { readonly key: string; readonly word: string };

function wordOf(found: Exclude<Found, { kind: 'objects' }>, keyOf: OpenArchive['keyOf']): Passed {
  return { key: keyOf(found.place), word: found.kind === 'left-out' ? found.reason : found.kind };
}

function faultsOfKey({ key, story, seen: [object, ...again], passed }: OfKey): string[] {
  if (again.length > 0) return [`${key} comes ${again.length + 1} times`];
  const isNamed = story.places.includes(key);
  const isPlaced = isNamed || story.places.some((place) => place === '' || key.startsWith(slashed(place)));
  const isOurs = key.startsWith(slashed(story.lake));
  const kind = isNamed ? namedKey('', key) : parseKey('', key);
  const isPassed = passed.some((it) => it.key.endsWith('/') && key.startsWith(it.key));
  const words = passed.filter((it) => it.key === key).map(({ word }) => word);
  if (isPassed && object && !isNamed) return [`${key} comes, though its folder was passed over`];
  if (!isPlaced) return object ? [`${key} was not named`] : [];
  if (isOurs) return object && object.what !== 'foreign' ? [`${key} lies in the lake`] : [];
  if (kind.kind === 'foreign') {
    if (object) return object.what === 'foreign' ? [] : [`${key} is foreign`];
    return isPassed ? [] : [`${key} is foreign, and not told of`];
  }
  const verdict = verdictOf(story.scope, kind.ref);
  if (verdict !== 'wanted') {
    if (object) return [`${key} is not wanted`];
    const word = verdict === 'skip' ? 'out-of-scope' : verdict;
    const isTold = words.length === 0 ? isPassed : words.join() === word;
    return isTold ? [] : [`${key} is ${word}, and told of as ${words.join() || 'nothing'}`];
  }
  if (words.length > 0) return [`${key} is wanted, and told of as ${words.join()}`];
  if (!object) return [`${key} is missing`];
  if (object.what === 'foreign') return [`${key} is a log file`];
  const { account, region, deliveryDay } = object.what;
  const isTold =
    account === kind.ref.account && region === kind.ref.region && deliveryDay === kind.ref.deliveryDay;
  return isTold ? [] : [`${key} is said to be of ${account}, ${region}, ${deliveryDay}`];
}

const slashed = (place: string) => (place === '' || place.endsWith('/') ? place : `${place}/`);

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
