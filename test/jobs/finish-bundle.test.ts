import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { AuditLakeError } from '../../src/errors.js';
import { finishBundle, sweepBundles } from '../../src/jobs/finish-bundle.js';
import type { BundleLedger, StagedBundles } from '../../src/ports/staged-bundles.js';
import { Chaos, Crash, HAPPENINGS } from '../support/chaos.ts';
import { makeLogFile, truthOf } from '../support/log-files.ts';
import { MemoryLogSource } from '../support/memory-log-source.ts';
import type { MemoryObjects } from '../support/memory-objects.ts';
import { SEED } from '../support/seed.ts';
import { StagedLake } from '../support/staged-lake.ts';

const HOUR = 3_600_000;
const FILES = [1, 2].map((n) =>
  makeLogFile(
    n,
    [0, 1].map((day) => ({ service: 's3', day })),
  ),
);
const TRUTH = truthOf(FILES, ['cloudtrail_events']);

let lake: StagedLake;
beforeEach(() => {
  lake = new StagedLake();
});

/** A worker takes the log files and dies at its first effect of this name. */
async function die(happening: 'crash before' | 'crash after', effect: string): Promise<void> {
  const rehearsal = new Chaos();
  await new StagedLake().worker(rehearsal).deliver(FILES, new MemoryLogSource(FILES));
  const at = rehearsal.effects.indexOf(effect);
  expect(at, effect).toBeGreaterThanOrEqual(0);
  const chaos = new Chaos({ fault: { at, happening } });
  await expect(lake.worker(chaos).deliver(FILES, new MemoryLogSource(FILES))).rejects.toThrow(Crash);
}

const leaveUnpublished = () => die('crash after', 'state.commit');
const leaveUncommitted = () => die('crash before', 'state.commit');
const bid = async () => (await lake.staged())[0]?.name.slice('_meta/stage/'.length) ?? '';

describe('finishing a committed bundle', () => {
  test('P-3: committed by a worker that died: redelivery acknowledges it only once it is visible', async () => {
    await leaveUnpublished();
    expect(await lake.rows()).toEqual([]);
    const source = new MemoryLogSource(FILES);
    const { acknowledged, counters } = await lake.worker().deliver(FILES, source);
    expect(acknowledged).toEqual(['m0', 'm1']);
    expect(counters.logFiles).toMatchObject({ listed: 2, skipped: 2 });
    expect(await lake.rows()).toEqual(TRUTH);
    expect(await lake.staged()).toEqual([]);
    // What was committed is what was staged: the source may be gone.
    expect(source.reads.size).toBe(0);
  });

  test('D2: the loser of a race finishes the bundle of a winner that died', async () => {
    const chaos = new Chaos({
      turn: async (effect) => {
        if (effect === 'state.commit' && (await lake.staged()).length === 1) await leaveUnpublished();
      },
    });
    const { acknowledged } = await lake.worker(chaos).deliver(FILES, new MemoryLogSource(FILES));
    expect(acknowledged).toEqual(['m0', 'm1']);
    expect(await lake.rows()).toEqual(TRUTH);
  });

  test('where it cannot be published, nothing is acknowledged', async () => {
    await leaveUnpublished();
    for (const effect of ['has', 'get', 'put', 'remove']) {
      const faulty = new Proxy(lake.objects, {
        get: (target, name: keyof MemoryObjects) => {
          const member = target[name];
          if (typeof member !== 'function') return member;
          if (name !== effect) return member.bind(target);
          return async () => {
            throw new AuditLakeError('AWS_DENIED', `s3 ${name}`);
          };
        },
      });
      const broken = Object.assign(new StagedLake(), { items: lake.items, objects: faulty });
      const { acknowledged, returned } = await broken.worker().deliver(FILES, new MemoryLogSource(FILES));
      expect(acknowledged, effect).toEqual([]);
      expect(returned, effect).toEqual({ m0: 'AWS_DENIED', m1: 'AWS_DENIED' });
    }
  });

  test('two at once, in any order of their steps: published once, both are told so', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        lake = new StagedLake();
        await leaveUnpublished();
        const id = await bid();
        const turn = (effect: string) => s.schedule(Promise.resolve(), effect);
        const both = [0, 1].map(() => lake.worker(new Chaos({ turn })).finish(id));
        await s.waitFor(Promise.all(both));
        expect(await lake.rows()).toEqual(TRUTH);
        expect(await lake.staged()).toEqual([]);
      }),
      { seed: SEED, numRuns: 30 },
    );
  });

  /** A ledger that knows nothing of bundles for so many reads. */
  const late = (reads: number, ledger: BundleLedger): BundleLedger => ({
    findBundle: async (id) => (reads-- > 0 ? 'absent' : ledger.findBundle(id)),
    abortBundle: (id) => ledger.abortBundle(id),
  });

  test('a transaction that is still settling is waited for', async () => {
    await leaveUnpublished();
    const pauses: number[] = [];
    const { ledger, staged } = lake.worker().ports;
    const pause = async (millis: number) => void pauses.push(millis);
    await finishBundle(await bid(), { ledger: late(3, ledger), staged, pause });
    expect(pauses).toEqual([200, 200, 200]);
    expect(await lake.rows()).toEqual(TRUTH);
  });

  test('but not for ever, and one that was aborted not at all: the ledger contradicts itself', async () => {
    await leaveUnpublished();
    const id = await bid();
    const { ledger, staged } = lake.worker().ports;
    let waited = 0;
    const pause = async (millis: number) => {
      waited += millis;
    };
    const never = { ledger: late(Number.POSITIVE_INFINITY, ledger), staged, pause };
    await expect(finishBundle(id, never)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(waited).toBe(10_000);
    const aborted = { ...ledger, findBundle: async () => 'aborted' as const };
    await expect(finishBundle(id, { ledger: aborted, staged, pause })).rejects.toMatchObject({
      code: 'INTERNAL',
    });
    expect(waited).toBe(10_000);
  });

  test('one that nobody staged any more is published already: the ledger is not asked', async () => {
    const chaos = new Chaos();
    await lake.worker(chaos).finish('long-ago');
    expect(chaos.effects).toEqual(['objects.has']);
  });
});

describe('the sweep', () => {
  const sweepAt = async (now: number, chaos = new Chaos()) => sweepBundles(lake.worker(chaos).ports, now);

  test('finds nothing in a lake where all is done', async () => {
    await lake.worker().deliver(FILES, new MemoryLogSource(FILES));
    expect(await sweepAt(9 * HOUR)).toMatchObject({ published: 0, aborted: 0, young: 0, oldestMillis: 0 });
  });

  test('publishes what was committed, however young, and tells how long it waited', async () => {
    await leaveUnpublished();
    expect(await sweepAt(5)).toMatchObject({ published: 1, aborted: 0, young: 0, oldestMillis: 5 });
    expect(await lake.rows()).toEqual(TRUTH);
    expect(await lake.staged()).toEqual([]);
  });

  test('leaves alone what was staged within the hour: somebody may be about to commit it', async () => {
    await leaveUncommitted();
    expect(await sweepAt(HOUR - 1)).toMatchObject({ published: 0, aborted: 0, young: 1, oldestMillis: 0 });
    expect(await lake.staged()).toHaveLength(1);
    expect(lake.items.bundles.size).toBe(0);
  });

  test('aborts what nobody committed within the hour, then deletes it; the log files are free', async () => {
    await leaveUncommitted();
    const id = await bid();
    expect(await sweepAt(HOUR)).toMatchObject({ published: 0, aborted: 1, young: 0, oldestMillis: 0 });
    expect(await lake.staged()).toEqual([]);
    expect(lake.items.bundles.get(id)).toBe('ABORTED');
    await lake.worker().deliver(FILES, new MemoryLogSource(FILES));
    expect(await lake.rows()).toEqual(TRUTH);
  });

  test('that aborts what somebody is still about to commit makes him draw another id, no more', async () => {
    const aborted: string[] = [];
    const turn = async (effect: string) => {
      if (effect !== 'state.commit' || aborted.length > 0) return;
      aborted.push(await bid());
      await sweepAt(HOUR);
    };
    const { acknowledged } = await lake
      .worker(new Chaos({ turn }))
      .deliver(FILES, new MemoryLogSource(FILES));
    expect(acknowledged).toEqual(['m0', 'm1']);
    expect(aborted.map((id) => lake.items.bundles.get(id))).toEqual(['ABORTED']);
    expect(await lake.rows()).toEqual(TRUTH);
    expect(await lake.staged()).toEqual([]);
  });

  test('is not held up by one bundle that cannot be ended: it is named, and the others are', async () => {
    await leaveUnpublished();
    const { ledger, staged, pause } = lake.worker().ports;
    const stuck = 'a'.repeat(26);
    const both = {
      ...forwarded(staged),
      async *list() {
        yield { bid: stuck, stagedAt: 0 };
        yield* staged.list();
      },
    };
    const looked = {
      findBundle: async (id: string) => {
        if (id === stuck) throw new AuditLakeError('INTERNAL', 'other bytes');
        return ledger.findBundle(id);
      },
      abortBundle: (id: string) => ledger.abortBundle(id),
    };
    const report = await sweepBundles({ ledger: looked, staged: both, pause }, HOUR);
    expect(report).toMatchObject({ published: 1, aborted: 0 });
    expect(report.warnings).toEqual([`staged bundle ${stuck} not ended: other bytes`]);
    expect(await lake.rows()).toEqual(TRUTH);
  });

  test('deletes only what it could abort: a commit between look and abort wins', async () => {
    await leaveUnpublished();
    const { ledger, staged, pause } = lake.worker().ports;
    const looked = {
      ...ledger,
      findBundle: async () => 'absent' as const,
      abortBundle: ledger.abortBundle.bind(ledger),
    };
    const report = await sweepBundles({ ledger: looked, staged, pause }, 2 * HOUR);
    expect(report).toMatchObject({ published: 0, aborted: 0 });
    expect(await lake.staged()).toHaveLength(1);
    await sweepAt(2 * HOUR);
    expect(await lake.rows()).toEqual(TRUTH);
  });

  for (const happening of HAPPENINGS) {
    test(`${happening} any effect of it: the next sweep ends it`, async () => {
      for (let at = 0; ; at++) {
        lake = new StagedLake();
        await leaveUnpublished();
        await lake.objects.put('_meta/stage/abandoned', new Uint8Array(1));
        const chaos = new Chaos({ fault: { at, happening } });
        await sweepAt(2 * HOUR, chaos).catch(() => undefined);
        if (chaos.effects.length <= at) return expect(at).toBeGreaterThan(7);
        await sweepAt(2 * HOUR);
        expect(await lake.rows(), `${at} ${chaos.effects[at]}`).toEqual(TRUTH);
        expect(await lake.staged()).toEqual([]);
        expect(lake.items.bundles.get('abandoned')).toBe('ABORTED');
      }
    });
  }
});

/** A port whose methods keep their object. */
function forwarded(staged: StagedBundles): StagedBundles {
  return {
    list: () => staged.list(),
    isStaged: (id) => staged.isStaged(id),
    publishStaged: (id, parts) => staged.publishStaged(id, parts),
    forget: (id) => staged.forget(id),
  };
}
