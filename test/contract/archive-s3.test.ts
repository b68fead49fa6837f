import type { ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { S3Archive } from '../../src/adapters/aws/s3-archive.js';
import { descend } from '../../src/backfill/layout.js';
import type { Scope } from '../../src/backfill/scope.js';
import type { StoredObject } from '../../src/ports/archive.js';
import { realTime } from '../../src/wiring/real-time.js';
import { s3Client } from '../../src/wiring/s3-lake.js';
import { archiveContract } from '../support/archive-contract.ts';
import { type ArchiveStory, allOf, archiveStories, faultsOf } from '../support/archive-stories.ts';
import { ARCHIVE_BUCKET, S3_ARCHIVE, S3_ARCHIVE_IN_PAGES } from '../support/archives.ts';
import { denied, expired, throttled } from '../support/aws/aws-error.ts';
import { startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { FACES } from '../support/aws/faces.ts';
import { EVERYTHING } from '../support/scopes.ts';
import { SEED } from '../support/seed.ts';

archiveContract(S3_ARCHIVE);
archiveContract(S3_ARCHIVE_IN_PAGES);

const NOW = Date.UTC(2026, 0, 9, 12);
const HOUR = 3_600_000;
const ACCOUNTS = ['111122223333', '444455556666'];
const REGIONS = ['us-east-1', 'eu-central-1'];
const folderOf = (account: string, region: string, day: string) =>
  `AWSLogs/${account}/CloudTrail/${region}/${day.replaceAll('-', '/')}/`;
const DAY = folderOf('111122223333', 'us-east-1', '2025-01-05');
const NO_WAITING = { pause: async () => {}, random: () => 0.5 };

function worldOf(keys: readonly string[]): AwsWorld {
  const world = new AwsWorld({ now: () => NOW });
  world.s3.createBucket(ARCHIVE_BUCKET);
  for (const key of keys) world.s3.put(ARCHIVE_BUCKET, key, 'x');
  return world;
}

type Over = { readonly client: Pick<S3Client, 'send'>; readonly now?: () => number };

function archiveOf({ client, now = () => NOW }: Over, story: Partial<ArchiveStory> = {}): S3Archive {
  const placeOf = (prefix: string) => ({ bucket: ARCHIVE_BUCKET, prefix });
  const lake = story.lake === undefined ? undefined : placeOf(story.lake);
  const places = (story.places ?? ['']).map(placeOf);
  return new S3Archive({ client, places, lake, waiting: NO_WAITING, now });
}

const keyOf = (location: string) => location.slice(`s3://${ARCHIVE_BUCKET}/`.length);
const surveyed = (archive: S3Archive, scope: Partial<Scope> = {}) =>
  allOf(archive.survey({ ...EVERYTHING, ...scope }));
const objectsIn = (found: Awaited<ReturnType<typeof surveyed>>) =>
  found.flatMap((it): readonly StoredObject[] => (it.kind === 'objects' ? it.objects : []));
const listed = ({ calls }: AwsWorld) =>
  calls.flatMap(({ operation, input }) => (operation === 'ListObjectsV2' ? [String(input['Prefix'])] : []));

/** Two accounts, two Regions, so many days of 2025, one log file a day. */
function daysOf2025(days: number): string[] {
  const dates = Array.from({ length: days }, (_, n) =>
    new Date(Date.UTC(2025, 0, 1 + n)).toISOString().slice(0, 10),
  );
  return ACCOUNTS.flatMap((account) =>
    REGIONS.flatMap((region) => dates.map((day) => `${folderOf(account, region, day)}x.json.gz`)),
  );
}

/** A client that counts how many requests are under way, each for a turn of the event loop. */
function watched(world: AwsWorld) {
  const seen = { underWay: 0, most: 0 };
  const send = async (command: never) => {
    seen.underWay += 1;
    seen.most = Math.max(seen.most, seen.underWay);
    await new Promise((resolve) => setImmediate(resolve));
    const answer = await world.clients.s3.send(command);
    seen.underWay -= 1;
    return answer;
  };
  return { seen, client: { send } };
}

/** A client whose pages are changed on their way. */
function lying(world: AwsWorld, change: (page: ListObjectsV2CommandOutput) => ListObjectsV2CommandOutput) {
  const send = async (command: never) => {
    const answer: ListObjectsV2CommandOutput = await world.clients.s3.send(command);
    return change(answer);
  };
  return { send } as Pick<S3Client, 'send'>;
}

describe('S3Archive', () => {
  test.each(FACES)('D1: finds what asking each key would find, $name', async ({ open }) => {
    const law = fc.asyncProperty(archiveStories, async (story) => {
      const world = worldOf(story.keys);
      const { clients, close } = await open(world);
      const found = await allOf(archiveOf({ client: clients.s3 }, story).survey(story.scope));
      await close();
      expect(faultsOf(story, found, keyOf)).toEqual([]);
    });
    await fc.assert(law, { seed: SEED, numRuns: 15 });
  });

  test.each<[string, (page: ListObjectsV2CommandOutput) => ListObjectsV2CommandOutput]>([
    ['forgets that a page has a next one', ({ NextContinuationToken: _, ...page }) => page],
    [
      'does not see the last folder of a page',
      (page) => ({ ...page, CommonPrefixes: page.CommonPrefixes?.slice(1) }),
    ],
    ['does not see the last object of a page', (page) => ({ ...page, Contents: page.Contents?.slice(1) })],
    ['sees an object twice', (page) => ({ ...page, Contents: page.Contents?.flatMap((it) => [it, it]) })],
    [
      'sees a folder twice',
      (page) => ({ ...page, CommonPrefixes: page.CommonPrefixes?.flatMap((it) => [it, it]) }),
    ],
    ['sees an object that is not there', (page) => ({ ...page, Contents: [{ Key: 'none.json' }] })],
  ])('the check is awake: it tells of a survey that %s', async (_, change) => {
    const law = fc.asyncProperty(archiveStories, async (story) => {
      const world = worldOf(story.keys);
      world.s3.pageSize = 2;
      const archive = archiveOf({ client: lying(world, change) }, story);
      expect(faultsOf(story, await allOf(archive.survey(story.scope)), keyOf)).toEqual([]);
    });
    await expect(fc.assert(law, { seed: SEED, numRuns: 300, endOnFailure: true })).rejects.toThrow();
  });

  test('a day is one listing, and so is each folder above it', async () => {
    const world = worldOf(daysOf2025(40));
    const found = await surveyed(archiveOf({ client: world.clients.s3 }));
    expect(objectsIn(found)).toHaveLength(160);
    const prefixes = listed(world);
    expect(prefixes.filter((prefix) => /\/\d{4}\/\d\d\/\d\d\/$/.test(prefix))).toHaveLength(160);
    // Months, years, Regions, CloudTrail, accounts, AWSLogs, the bucket.
    expect(prefixes).toHaveLength(160 + 8 + 4 + 4 + 2 + 2 + 1 + 1);
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });

  test('a day of many log files is as many listings as it has pages', async () => {
    const world = worldOf(Array.from({ length: 2500 }, (_, n) => `${DAY}${n}.json.gz`));
    const found = await surveyed(archiveOf({ client: world.clients.s3 }, { places: [DAY] }));
    expect(objectsIn(found)).toHaveLength(2500);
    expect(found).toHaveLength(3);
    expect(world.count('ListObjectsV2')).toBe(3);
  });

  test('a scope of one account, Region and week costs the listings of that week', async () => {
    const keys = daysOf2025(365);
    const digests = ACCOUNTS.map(
      (account) => `AWSLogs/${account}/CloudTrail-Digest/us-east-1/2025/01/05/x.json.gz`,
    );
    const world = worldOf([...keys, ...digests]);
    const scope = {
      accounts: ['444455556666'],
      regions: ['eu-central-1'],
      from: '2025-03-29',
      to: '2025-04-04',
    };
    const found = await surveyed(archiveOf({ client: world.clients.s3 }), scope);
    expect(
      objectsIn(found)
        .map(({ location }) => keyOf(location))
        .sort(),
    ).toEqual(
      ['03/29', '03/30', '03/31', '04/01', '04/02', '04/03', '04/04'].map(
        (day) => `AWSLogs/444455556666/CloudTrail/eu-central-1/2025/${day}/x.json.gz`,
      ),
    );
    // The bucket, AWSLogs, account, CloudTrail, Region, year, two months, seven days.
    expect(listed(world)).toHaveLength(6 + 2 + 7);
  });

  test('no folder is listed that is out of scope or left out, none twice, none where nothing is', async () => {
    const law = fc.asyncProperty(archiveStories, async (story) => {
      const world = worldOf(story.keys);
      const archive = archiveOf({ client: world.clients.s3 }, story);
      await allOf(archive.survey(story.scope));
      const folders = world.calls.flatMap(({ input }) =>
        input['Delimiter'] === '/' ? [String(input['Prefix'])] : [],
      );
      expect(folders.filter((folder) => descend(folder, story.scope) !== 'list')).toEqual([]);
      expect(folders.filter((folder) => `${folder}/`.startsWith(`${story.lake}/`))).toEqual([]);
      expect(new Set(folders).size).toBe(folders.length);
      const named = story.places.map((place) => (place === '' || place.endsWith('/') ? place : `${place}/`));
      const empty = folders.filter((folder) => !story.keys.some((key) => key.startsWith(folder)));
      expect(empty.filter((folder) => !named.includes(folder))).toEqual([]);
    });
    await fc.assert(law, { seed: SEED, numRuns: 200 });
  });

  test('B3: 32 listings are under way at once, never more, and none while nobody takes what they found', async () => {
    const { seen, client } = watched(worldOf(daysOf2025(100)));
    let pages = 0;
    for await (const _ of archiveOf({ client }).survey(EVERYTHING)) {
      pages += 1;
      if (pages % 50 === 0) {
        const before = seen.underWay;
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
        expect(before).toBeLessThanOrEqual(32);
        expect(seen.underWay).toBe(0);
      }
    }
    expect(pages).toBe(400);
    expect(seen.most).toBe(32);
  });

  test('a survey that is left early asks for nothing more', async () => {
    const world = worldOf(daysOf2025(100));
    for await (const _ of archiveOf({ client: world.clients.s3 }).survey(EVERYTHING)) break;
    const calls = world.calls.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.calls.length).toBe(calls);
    expect(calls).toBeLessThan(80);
  });

  test('an account that may not be listed is found so, and the others go on', async () => {
    const world = worldOf(daysOf2025(3));
    world.s3.denyListing(ARCHIVE_BUCKET, 'AWSLogs/444455556666/');
    const found = await surveyed(archiveOf({ client: world.clients.s3 }));
    expect(found.filter(({ kind }) => kind === 'unlisted')).toEqual([
      {
        kind: 'unlisted',
        place: `s3://${ARCHIVE_BUCKET}/AWSLogs/444455556666/`,
        code: 'AWS_DENIED',
        message: expect.stringContaining(
          `s3:ListBucket on s3://${ARCHIVE_BUCKET}/AWSLogs/444455556666/: AccessDenied`,
        ),
      },
    ]);
    expect(objectsIn(found)).toHaveLength(6);
    const place = `s3://${ARCHIVE_BUCKET}/${folderOf('444455556666', 'us-east-1', '2025-01-01')}`;
    await expect(allOf(archiveOf({ client: world.clients.s3 }).list({ place }))).rejects.toMatchObject({
      code: 'AWS_DENIED',
    });
  });

  test('places that were named and may not be listed are found so, each', async () => {
    const world = worldOf([]);
    world.fail(({ service }) => service === 's3', denied, { times: Number.POSITIVE_INFINITY });
    const found = await surveyed(archiveOf({ client: world.clients.s3 }, { places: ['a/', 'b'] }));
    expect(found.map((it) => it.kind === 'unlisted' && keyOf(it.place)).sort()).toEqual(['a/', 'b', 'b/']);
  });

  test('a missing bucket, and credentials that have expired, end the survey', async () => {
    const world = new AwsWorld();
    const archive = archiveOf({ client: world.clients.s3 });
    await expect(surveyed(archive)).rejects.toMatchObject({
      code: 'AWS_FAILED',
      message: expect.stringMatching(/NoSuchBucket.*check the name of the bucket/),
    });
    world.fail(({ service }) => service === 's3', expired);
    await expect(surveyed(archive)).rejects.toMatchObject({ code: 'AWS_CREDENTIALS' });
  });

  test('B3: a page that S3 is too busy for is asked for again', async () => {
    const world = worldOf(daysOf2025(10));
    world.fail(({ operation }) => operation === 'ListObjectsV2', throttled, { times: 3 });
    expect(objectsIn(await surveyed(archiveOf({ client: world.clients.s3 })))).toHaveLength(40);
  });

  test.each(FACES)('a bucket in another Region is named with its Region, $name', async ({ open }) => {
    const world = new AwsWorld({ region: 'us-east-1' });
    world.s3.createBucket(ARCHIVE_BUCKET, { region: 'eu-west-1' });
    world.s3.put(ARCHIVE_BUCKET, `${DAY}x.json.gz`, 'x');
    const { clients, clientsAs, close } = await open(world);
    await expect(surveyed(archiveOf({ client: clients.s3 }))).rejects.toMatchObject({
      code: 'AWS_FAILED',
      message: `s3:ListBucket on s3://${ARCHIVE_BUCKET}/: the bucket ${ARCHIVE_BUCKET} lies in eu-west-1; set AWS_REGION=eu-west-1`,
    });
    const there = archiveOf({ client: clientsAs({ region: 'eu-west-1' }).s3 });
    expect(objectsIn(await surveyed(there))).toHaveLength(1);
    await close();
  });

  test.each(FACES)(
    'storage classes and restored copies come as they are at that time, $name',
    async ({ open }) => {
      const world = worldOf([]);
      const put = (name: string, as: object) => world.s3.put(ARCHIVE_BUCKET, `${DAY}${name}.json`, 'x', as);
      put('a', {});
      put('b', { storageClass: 'STANDARD_IA' });
      put('c', { storageClass: 'GLACIER' });
      put('d', { storageClass: 'DEEP_ARCHIVE', restoring: true });
      put('e', { storageClass: 'GLACIER', restored: NOW + HOUR });
      const { clients, close } = await open(world);
      const storages = async (now: number) => {
        const archive = archiveOf({ client: clients.s3, now: () => now });
        const objects = objectsIn(await surveyed(archive));
        const place = `s3://${ARCHIVE_BUCKET}/${DAY}`;
        expect((await allOf(archive.list({ place }))).flat()).toEqual(objects);
        return objects.map(({ storage }) => storage && [storage.storageClass, storage.restore]);
      };
      const before = [
        undefined,
        ['STANDARD_IA', undefined],
        ['GLACIER', undefined],
        ['DEEP_ARCHIVE', 'restoring'],
      ];
      expect(await storages(NOW)).toEqual([...before, ['GLACIER', 'restored']]);
      expect(await storages(NOW + 2 * HOUR)).toEqual([...before, ['GLACIER', undefined]]);
      await close();
    },
  );

  test('B3: under a quota every log file comes, and few requests are refused', async () => {
    const world = worldOf(daysOf2025(12));
    world.now = Date.now;
    world.s3.quota.perSecond = 20;
    const server = await startAwsServer(world);
    process.env['AWS_ACCESS_KEY_ID'] ??= 'AKIAIOSFODNN7EXAMPLE';
    process.env['AWS_SECRET_ACCESS_KEY'] ??= 'secret';
    const client = s3Client({ endpointUrl: server.endpoint });
    const places = [{ bucket: ARCHIVE_BUCKET, prefix: '' }];
    const archive = new S3Archive({ client, places, waiting: realTime, now: realTime.now });
    expect(objectsIn(await surveyed(archive))).toHaveLength(48);
    client.destroy();
    await server.close();
    expect(world.s3.quota.refused).toBeGreaterThan(0);
    // Most of them at the start, 32 at once; without adaptive retries three of four, and then the survey fails.
    expect(world.s3.quota.refused / world.count('ListObjectsV2')).toBeLessThan(0.5);
  }, 60_000);

  test('a listing asks for one level, and for the restored state of what it shows', async () => {
    const world = worldOf([`${DAY}x.json`]);
    await surveyed(archiveOf({ client: world.clients.s3 }, { places: [DAY] }));
    expect(world.calls.map(({ input }) => input)).toEqual([
      expect.objectContaining({ Prefix: DAY, Delimiter: '/', OptionalObjectAttributes: ['RestoreStatus'] }),
    ]);
  });
});
