import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dryProgress } from '../../src/adapters/dry-run.js';
import type { SliceEnd } from '../../src/backfill/slice-end.js';
import type { SliceProgress } from '../../src/ports/slice-progress.js';
import { throttled } from '../support/aws/aws-error.ts';
import { LAKE_STATES, LOCKED_STATES, type StateUnderTest, TABLE } from '../support/lake-states.ts';
import { plannedSlice } from '../support/plans.ts';

const PLAN = '20261121T113155Z-k3f9';
const OTHER = '20261121T113155Z-k3fa';

const endOf = (day: number, more: Partial<SliceEnd> = {}): SliceEnd => ({
  ...{ place: plannedSlice(day).place, listed: 9, ingested: 1, skipped: 2, failed: 3, foreign: 2, queued: 1 },
  ...{ at: 1_763_724_715_000 + day, isOpen: false, gone: 0, unlisted: undefined, failures: [] },
  ...more,
});

async function endsOf(progress: SliceProgress, planId = PLAN): Promise<SliceEnd[]> {
  const ends: SliceEnd[] = [];
  for await (const end of progress.ends(planId)) ends.push(end);
  return ends.sort((a, b) => (a.place < b.place ? -1 : 1));
}

for (const [name, make] of Object.entries(LAKE_STATES)) {
  describe(`SliceProgress: ${name}`, () => {
    let made: StateUnderTest;
    let progress: SliceProgress;
    beforeEach(async () => {
      made = await make();
      progress = made.progress;
    });
    afterEach(() => made.end());

    test('knows no end at first, and notes none of none', async () => {
      await progress.note(PLAN, []);
      expect(await endsOf(progress)).toEqual([]);
    });

    test('gives back the ends of a plan, to the last failure, and of no other plan', async () => {
      const failures = [
        { file: '/logs/a "b"\n.json.gz', code: 'BAD_GZIP', message: 'cut short' },
        { file: '/logs/ü.json.gz', code: 'READ_FAILED', message: '' },
      ];
      const unlisted = { code: 'AWS_DENIED', message: '' };
      const ends = [
        endOf(0),
        endOf(1, { failures }),
        endOf(2, { at: 0, listed: Number.MAX_SAFE_INTEGER }),
        endOf(3, { gone: 7, unlisted, failures }),
      ];
      await progress.note(PLAN, ends);
      await progress.note(OTHER, [endOf(4)]);
      expect(await endsOf(progress)).toStrictEqual(ends);
      expect(await endsOf(progress, OTHER)).toStrictEqual([endOf(4)]);
      expect(await endsOf(progress, PLAN.slice(0, -1))).toEqual([]);
    });

    test('gives back how far a slice is on its way, until its end takes the place of that', async () => {
      const open = endOf(0, { isOpen: true, failures: [{ file: 'a', code: 'BAD_GZIP', message: 'm' }] });
      await progress.note(PLAN, [open, endOf(1)]);
      expect(await endsOf(progress)).toStrictEqual([open, endOf(1)]);
      await progress.note(PLAN, [endOf(0)]);
      expect(await endsOf(progress)).toStrictEqual([endOf(0), endOf(1)]);
    });

    test('a later end takes the place of an earlier one, also of the same call', async () => {
      const failures = [{ file: 'a', code: 'BAD_GZIP', message: 'm' }];
      await progress.note(PLAN, [
        endOf(0, { failures, unlisted: { code: 'READ_FAILED', message: 'cut' } }),
        endOf(1),
      ]);
      await progress.note(PLAN, [endOf(0, { failed: 7, failures }), endOf(0, { failed: 0, at: 5 })]);
      expect(await endsOf(progress)).toStrictEqual([endOf(0, { failed: 0, at: 5 }), endOf(1)]);
    });

    test('holds places of any kind, as long as paths may be', async () => {
      const long = `/${'ü'.repeat(2_000)}/`;
      const places = ['/', './a/', 's3://amzn-s3-demo-bucket/', '/a#b/~/', 'C:\\logs\\', long, `${long}a/`];
      await progress.note(
        PLAN,
        places.map((place) => endOf(0, { place })),
      );
      expect((await endsOf(progress)).map(({ place }) => place)).toEqual(places.toSorted());
    });

    test('holds many, noted in batches of any size', async () => {
      const ends = Array.from({ length: 1_003 }, (_, day) => endOf(day));
      for (const [from, to] of [
        ...[
          [0, 1],
          [1, 26],
          [26, 77],
          [77, 1_003],
        ],
      ])
        await progress.note(PLAN, ends.slice(from, to));
      expect(await endsOf(progress)).toStrictEqual(ends);
    });

    test('a listing that was begun may be left, and goes on while others are noted', async () => {
      await progress.note(
        PLAN,
        Array.from({ length: 100 }, (_, day) => endOf(day)),
      );
      const seen = new Set<string>();
      for await (const { place } of progress.ends(PLAN)) {
        await progress.note(PLAN, [endOf(200 + seen.size)]);
        seen.add(place);
        if (seen.size === 50) break;
      }
      expect(seen.size).toBe(50);
      expect(await endsOf(progress)).toHaveLength(150);
    });

    test('changes nothing but the ends: neither ledger nor open queries', async () => {
      await progress.note(PLAN, [endOf(0)]);
      expect(await made.state.committedList()).toEqual([]);
      expect(await made.openQueries()).toEqual([]);
      for await (const parked of made.state.parked()) expect(parked).toBeUndefined();
    });

    test.runIf(LOCKED_STATES.includes(name))('L2: who lost the lake notes nothing', async () => {
      await progress.note(PLAN, [endOf(0)]);
      await made.takeOver?.();
      await expect(progress.note(PLAN, [endOf(1)])).rejects.toMatchObject({ code: 'LAKE_LOCK_LOST' });
      expect(await endsOf(progress)).toStrictEqual([endOf(0)]);
    });

    test('a dry run reads the ends and notes none', async () => {
      await progress.note(PLAN, [endOf(0)]);
      const before = await made.dump();
      const dry = dryProgress(progress);
      await dry.note(PLAN, [endOf(1)]);
      expect(await endsOf(dry)).toStrictEqual([endOf(0)]);
      expect(await made.dump()).toEqual(before);
      expect(await endsOf(dryProgress(undefined))).toEqual([]);
    });
  });
}

describe('SliceProgress in DynamoDB', () => {
  let made: StateUnderTest;
  beforeEach(async () => {
    made = (await LAKE_STATES['DynamoDB, in process']?.()) ?? expect.fail('there is no DynamoDB');
  });
  afterEach(() => made.end());
  const worldOf = ({ world }: StateUnderTest) => world ?? expect.fail('there is no world');

  test('a table that stays too busy is a failure in the end, which names action and table', async () => {
    const world = worldOf(made);
    world.fail(({ operation }) => operation === 'PutItem', throttled, { times: 99 });
    const message = expect.stringMatching(/dynamodb:PutItem on table audit-lake-state/);
    await expect(made.progress.note(PLAN, [endOf(0)])).rejects.toMatchObject({ code: 'AWS_FAILED', message });
    world.fail(({ operation }) => operation === 'Query', throttled);
    await expect(endsOf(made.progress)).rejects.toMatchObject({ code: 'AWS_FAILED' });
  });

  test('reads page by page, and holds no more', async () => {
    const world = worldOf(made);
    await made.progress.note(
      PLAN,
      Array.from({ length: 100 }, (_, day) => endOf(day)),
    );
    world.dynamodb.pageBytes = 2_000;
    for await (const _ of made.progress.ends(PLAN)) break;
    expect(world.count('Query')).toBe(1);
    expect(await endsOf(made.progress)).toHaveLength(100);
    expect(world.count('Query')).toBeGreaterThan(10);
  });

  test('X2: an item of a newer version, or without a part, is refused by name', async () => {
    const world = worldOf(made);
    await made.progress.note(PLAN, [endOf(0)]);
    const [item = {}] = world.dynamodb.items(TABLE);
    const { listed: _, ...without } = item;
    for (const bad of [{ ...item, ver: { N: '2' } }, { ...item, st: { S: 'HALF' } }, without]) {
      world.dynamodb.put(TABLE, bad);
      const message = expect.stringContaining(`SLICE#${PLAN}`);
      await expect(endsOf(made.progress)).rejects.toMatchObject({ code: 'LAKE_FORMAT', message });
    }
  });
});
