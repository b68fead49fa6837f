import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Scope } from '../../src/backfill/scope.js';
import { placeOf } from '../../src/backfill/slice.js';
import type { Found, StoredObject } from '../../src/ports/archive.js';
import { allOf, archiveStories, faultsOf } from './archive-stories.ts';
import type { Archived, ArchiveMaker } from './archives.ts';
import { EVERYTHING } from './scopes.ts';
import { SEED } from './seed.ts';

const DAY = 'AWSLogs/111122223333/CloudTrail/us-east-1/2025/01/05/';
const OTHER_ACCOUNT = 'AWSLogs/444455556666/CloudTrail/us-east-1/2025/01/05/';

type Listed = { readonly keys: string[]; readonly others: string[] };

/** What every archive does, wherever it lies. Registers the tests of one kind of archive. */
export function archiveContract({ name, make }: ArchiveMaker, { runs = 300 } = {}): void {
  const survey = async (archived: Archived, scope: Partial<Scope> = {}): Promise<Listed> => {
    const { archive, keyOf, close } = await make(archived);
    const found = await allOf(archive.survey({ ...EVERYTHING, ...scope }));
    await close();
    const keys = found.flatMap((it) => (it.kind === 'objects' ? it.objects : []));
    return {
      keys: keys
        .map(({ location, what }) => (what === 'foreign' ? `(${keyOf(location)})` : keyOf(location)))
        .sort(),
      others: found.flatMap((it) => (it.kind === 'objects' ? [] : [wordsOf(it, keyOf)])).sort(),
    };
  };

  describe(`an archive in ${name}`, () => {
    test('D1: a survey finds what asking each key would find, each once, whatever layout, places and scope', async () => {
      const law = fc.asyncProperty(archiveStories, async (story) => {
        const { archive, keyOf, close } = await make(story);
        const found = await allOf(archive.survey(story.scope));
        await close();
        expect(faultsOf(story, found, keyOf)).toEqual([]);
      });
      await fc.assert(law, { seed: SEED, numRuns: runs });
    });

    test('the slices of a survey, listed one by one, show what the survey showed, in order', async () => {
      const law = fc.asyncProperty(archiveStories, async (story) => {
        const { archive, close } = await make(story);
        const found = await allOf(archive.survey(EVERYTHING));
        const surveyed = found.flatMap((it) => (it.kind === 'objects' ? it.objects : []));
        const listed: StoredObject[] = [];
        for (const place of new Set(surveyed.map(({ location }) => placeOf(location)))) {
          const objects = (await allOf(archive.list({ place }))).flat();
          const locations = objects.map(({ location }) => location);
          expect(locations).toEqual(locations.toSorted(byBytes));
          listed.push(...objects);
        }
        await close();
        const byLocation = (objects: readonly StoredObject[]) =>
          new Map(objects.map((it) => [it.location, it]));
        expect(byLocation(listed)).toEqual(byLocation(surveyed));
        expect(listed).toHaveLength(surveyed.length);
      });
      await fc.assert(law, { seed: SEED, numRuns: Math.ceil(runs / 3) });
    });

    test('a listing shows what lies directly in a folder, and nothing of one that is gone', async () => {
      const keys = [`${DAY}b.json`, `${DAY}a.json`, `${DAY}notes.txt`, `${DAY}more/c.json`];
      const { archive, keyOf, locationOf, close } = await make({ keys });
      const objects = (await allOf(archive.list({ place: locationOf(DAY) }))).flat();
      expect(objects.map(({ location, size, what }) => [keyOf(location), size, what === 'foreign'])).toEqual([
        [`${DAY}a.json`, 1, false],
        [`${DAY}b.json`, 1, false],
        [`${DAY}notes.txt`, 1, true],
      ]);
      expect(await allOf(archive.list({ place: locationOf('AWSLogs/gone/') }))).toEqual([]);
      await close();
    });

    test('other families and services are left out as folders, and said to be what they are', async () => {
      const account = 'AWSLogs/111122223333/';
      const keys = [
        `${DAY}a.json`,
        ...['CloudTrail-Digest', 'CloudTrail-Insight', 'Config'].map(
          (it) => `${account}${it}/us-east-1/x.json`,
        ),
      ];
      expect(await survey({ keys })).toEqual({
        keys: [`${DAY}a.json`],
        others: [
          `${account}CloudTrail-Digest/: digest`,
          `${account}CloudTrail-Insight/: insight`,
          `${account}Config/: other-service`,
        ],
      });
    });

    test('folders out of scope are told of, and what lies in them does not come', async () => {
      const keys = [`${DAY}a.json`, `${DAY.replace('05', '06')}b.json`, `${OTHER_ACCOUNT}c.json`];
      expect(await survey({ keys }, { accounts: ['111122223333'], from: '2025-01-06' })).toEqual({
        keys: [`${DAY.replace('05', '06')}b.json`],
        others: [`${DAY}: out-of-scope`, 'AWSLogs/444455556666/: out-of-scope'],
      });
    });

    test('a log file that does not tell what is asked for is told of, with what it does not tell', async () => {
      const named = '111122223333_CloudTrail_us-east-1_20250105T0005Z_a.json';
      const keys = [
        'export.json',
        named,
        `${DAY}a.json`,
        'AWSLogs/111122223333/CloudTrail/b.json',
        'notes.txt',
      ];
      const untold = (what: string) => [
        ...['AWSLogs/111122223333/CloudTrail/b.json', 'export.json'].map((key) => `${key}: tells-no-${what}`),
      ];
      const told = [named, `${DAY}a.json`];
      const beside = ['(notes.txt)'];
      expect(await survey({ keys }, { from: '2025-01-05' })).toEqual({
        keys: [...beside, ...told],
        others: untold('day'),
      });
      expect(await survey({ keys }, { regions: ['us-east-1'] })).toEqual({
        keys: [...beside, ...told],
        others: untold('region'),
      });
      const ofAccount = { accounts: ['111122223333'], to: '2025-01-04' };
      expect(await survey({ keys }, ofAccount)).toEqual({
        keys: beside,
        others: [
          `${DAY}: out-of-scope`,
          `${named}: out-of-scope`,
          'AWSLogs/111122223333/CloudTrail/b.json: tells-no-day',
          'export.json: tells-no-account',
        ].sort(),
      });
      const places = ['export.json', named];
      expect(await survey({ keys, places }, { to: '2025-01-04' })).toEqual({
        keys: [],
        others: [`${named}: out-of-scope`, 'export.json: tells-no-day'],
      });
    });

    test('T18: the lake is no part of the archive, also where it lies in the middle of it', async () => {
      const keys = ['AWSLogs/lake/_meta/lake.json', 'AWSLogs/lake-of-others/x.json', `${DAY}a.json`];
      const listed = { keys: ['AWSLogs/lake-of-others/x.json', `${DAY}a.json`].sort(), others: [] };
      expect(await survey({ keys, lake: 'AWSLogs/lake' })).toEqual(listed);
    });

    test('an object that is named is tried whatever its ending; its neighbours are not', async () => {
      const keys = ['logs/x.log', 'logs/y.json', 'logs/z.txt'];
      expect(await survey({ keys, places: ['logs/x.log'] })).toEqual({ keys: ['logs/x.log'], others: [] });
      const both = await survey({ keys, places: ['logs/x.log', 'logs/'] });
      expect(both).toEqual({ keys: ['(logs/z.txt)', 'logs/x.log', 'logs/y.json'], others: [] });
    });

    test('places within one another are surveyed once', async () => {
      const places = ['AWSLogs/', DAY, DAY.slice(0, -1), `${DAY}a.json`, 'AWSLogs'];
      const listed = { keys: [`${DAY}a.json`, `${DAY}b.json`], others: [] };
      expect(await survey({ keys: [`${DAY}a.json`, `${DAY}b.json`], places })).toEqual(listed);
    });
  });
}

function wordsOf(found: Exclude<Found, { kind: 'objects' }>, keyOf: (location: string) => string): string {
  const word = found.kind === 'left-out' ? found.reason : found.kind;
  return `${keyOf(found.place)}: ${word}`;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
