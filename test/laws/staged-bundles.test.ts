import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { breachOf, effectsOf, MEANWHILE, type Meanwhile, type Story } from '../support/bundle-stories.ts';
import { Chaos, HAPPENINGS } from '../support/chaos.ts';
import { makeLogFile, truthOf } from '../support/log-files.ts';
import { MemoryLogSource } from '../support/memory-log-source.ts';
import { surplus } from '../support/multiset.ts';
import { SEED } from '../support/seed.ts';
import { type LakeBug, StagedLake } from '../support/staged-lake.ts';

const HOURS = 2 * 3_600_000;
const FILES = [1, 2].map((n) =>
  makeLogFile(
    n,
    [0, 1].map((day) => ({ service: 's3', day })),
  ),
);
const TRUTH = truthOf(FILES, ['cloudtrail_events']);

/** Every story of one kind: the moment of what happens meanwhile, and where the worker dies or is misinformed. */
async function* storiesOf(meanwhile: Meanwhile, bug?: LakeBug): AsyncIterable<Story> {
  const length = (await effectsOf('nothing')).length;
  for (let before = 0; before <= length; before++) {
    yield { bug, meanwhile, before };
    const last = (await effectsOf(meanwhile, before)).length;
    for (const happening of ['crash before', 'error after'] as const) {
      for (let at = before; at < last; at++) yield { bug, meanwhile, before, fault: { at, happening } };
    }
    if (meanwhile === 'nothing') break;
  }
  for (const happening of meanwhile === 'nothing' ? HAPPENINGS : []) {
    for (let at = 0; at < length; at++) yield { bug, meanwhile, before: 0, fault: { at, happening } };
  }
}

describe('P-1 P-3 P-4: a worker takes log files, dies anywhere, and before any step of it', () => {
  test.each(MEANWHILE)(
    '%s happens: rows are visible once, for good, and before they are acknowledged',
    async (meanwhile) => {
      let stories = 0;
      for await (const story of storiesOf(meanwhile)) {
        stories++;
        expect(await breachOf(story), JSON.stringify(story)).toBeUndefined();
      }
      expect(stories).toBeGreaterThan(40);
    },
  );
});

describe('D2 D3: workers, a sweep and compactions take their steps in any order', () => {
  test('what is acknowledged is visible, and in the end every row is there once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const lake = new StagedLake();
        const turn = (effect: string) => s.schedule(Promise.resolve(), effect);
        const work = async (files: typeof FILES, chaos = new Chaos({ turn })) => {
          const { acknowledged } = await lake.worker(chaos).deliver(files, new MemoryLogSource(FILES));
          const kept = acknowledged.flatMap((id) => files[Number(id.slice(1))] ?? []);
          expect(surplus(truthOf(kept, ['cloudtrail_events']), await lake.rows())).toEqual([]);
        };
        const sweeper = async () => {
          lake.objects.now += HOURS;
          await lake.worker(new Chaos({ turn })).sweep();
        };
        const compactor = async () => {
          for (const step of ['seal', 'compact', 'seal'] as const) {
            await turn(step);
            await lake[step]();
          }
        };
        await s.waitFor(
          Promise.all([work(FILES), work(FILES.slice(0, 1)), work(FILES.slice(1)), sweeper(), compactor()]),
        );
        await work(FILES, new Chaos());
        await lake.compact();
        expect(await lake.rows()).toEqual(TRUTH);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});

describe('the mutants of the model checker are noticed', () => {
  const MUTANTS: readonly [LakeBug, RegExp, Meanwhile][] = [
    ['no-file-check', /^DUPLICATE/, 'a rival'],
    ['no-part-check', /^(VANISHED|INVISIBLE)/, 'a compaction'],
    ['park-unconditional', /^DUPLICATE/, 'a rival, then the sources vanish'],
    ['stage-after-commit', /^INVISIBLE/, 'nothing'],
    ['sweep-no-tombstone', /^INVISIBLE/, 'a sweep hours later'],
    ['fixed-id', /^STUCK/, 'a sweep hours later'],
    ['delete-before-publish', /^INVISIBLE/, 'nothing'],
    ['delete-after-first', /^INVISIBLE/, 'a seal'],
    ['only-owner-publishes', /^INVISIBLE/, 'nothing'],
    ['publish-at-current-w', /^INVISIBLE/, 'a seal'],
    ['no-second-copy', /^INVISIBLE/, 'a seal'],
    ['second-copy-first', /^VANISHED/, 'a seal, and its end before any redelivery'],
  ];
  test.each(MUTANTS)('%s', async (bug, breach, meanwhile) => {
    const found = new Set<string>();
    for await (const story of storiesOf(meanwhile, bug)) {
      const what = await breachOf(story);
      if (what) found.add(what);
      if (what?.match(breach)) return;
    }
    expect([...found], 'breaches').toContainEqual(expect.stringMatching(breach));
  });
});
