import { beforeEach, describe, expect, test } from 'vitest';
import { placeOf } from '../../src/backfill/slice.js';
import type { SliceEnd } from '../../src/backfill/slice-end.js';
import { type QueueReport, queueBackfill } from '../../src/jobs/queue-backfill.js';
import type { QueuedLogFile } from '../../src/ports/log-file-queue.js';
import { makeTrail, truthOf } from '../support/log-files.ts';
import { MemoryArchive } from '../support/memory-archive.ts';
import { backfillInMemory, type MadePlan, planInMemory } from '../support/memory-backfill.ts';
import { BOTH, MemoryLake, NOW } from '../support/memory-ingest.ts';
import { MemoryLakeState } from '../support/memory-lake-state.ts';
import { MemorySliceProgress } from '../support/memory-slice-progress.ts';

const TRAIL = makeTrail(20, 4);
const FIRST = placeOf(TRAIL[0]?.key ?? '');

let lake: MemoryLake;
let progress: MemorySliceProgress;
let sent: string[];
beforeEach(() => {
  lake = new MemoryLake();
  progress = new MemorySliceProgress();
  sent = [];
});

const queue = {
  send: async (files: readonly QueuedLogFile[]) => {
    sent.push(...files.map(({ ref }) => ref.key));
  },
};

function send(made: MadePlan, archive: MemoryArchive, isStopped = () => false): Promise<QueueReport> {
  return queueBackfill({
    ...{ planId: 'plan', slices: each(made.slices), scope: made.plan.scope, archive, listAhead: 2 },
    ...{ progress, queue, isStopped, now: () => NOW, datasets: BOTH, state: new MemoryLakeState(lake.items) },
  });
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const keys = (of: readonly { readonly key: string }[]) => of.map(({ key }) => key).sort();
const endOfFirst = (): SliceEnd | undefined => progress.items.get('plan')?.get(FIRST);

describe('a backfill by the queue', () => {
  test('sends each log file once, and a second run sends nothing', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    const report = await send(made, archive);
    expect(report).toMatchObject({
      slices: { ended: 4, passed: 0, unlisted: 0 },
      logFiles: { listed: 20, queued: 20, skipped: 0, foreign: 0 },
      gone: 0,
    });
    expect(sent.toSorted()).toEqual(keys(TRAIL));
    expect((await send(made, archive)).slices).toEqual({ ended: 0, passed: 4, unlisted: 0 });
    expect(sent).toHaveLength(20);
  });

  test('is not done for whoever ingests: a run here looks at what was sent, and reads what is not settled', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    await send(made, archive);
    const report = await backfillInMemory(lake, { made, archive, progress });
    expect(report).toMatchObject({ slices: { ended: 4, passed: 0 }, gone: 0 });
    expect(await lake.rows()).toEqual(truthOf(TRAIL, BOTH));
    expect((await backfillInMemory(lake, { made, archive, progress })).slices.passed).toBe(4);
  });

  test('leaves out what is settled, and counts it', async () => {
    const archive = new MemoryArchive(TRAIL.slice(0, 9));
    const made = await planInMemory(new MemoryArchive(TRAIL));
    await backfillInMemory(lake, { made: await planInMemory(archive), archive, progress });
    progress = new MemorySliceProgress();
    archive.objects = TRAIL;
    const { logFiles } = await send(made, archive);
    expect(logFiles).toEqual({ listed: 20, queued: 11, skipped: 9, foreign: 0 });
    expect(sent.toSorted()).toEqual(keys(TRAIL.slice(9)));
  });

  test('sends again what a folder did not show, and what was not there', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    archive.refused.set(FIRST, 'AWS_DENIED');
    archive.pagesBefore = 1;
    archive.objects = TRAIL.filter(({ key }) => key !== TRAIL[1]?.key);
    const report = await send(made, archive);
    expect(report).toMatchObject({ gone: 1, unlisted: [{ place: FIRST }] });
    expect(report.slices).toEqual({ ended: 3, passed: 0, unlisted: 1 });
    expect(endOfFirst()).toMatchObject({ queued: 2, gone: 0, unlisted: { code: 'AWS_DENIED' } });
    archive.refused.clear();
    archive.objects = TRAIL;
    expect((await send(made, archive)).slices).toEqual({ ended: 2, passed: 2, unlisted: 0 });
    expect([...new Set(sent)].sort()).toEqual(keys(TRAIL));
  });

  test('stopped anywhere it has told of all that it sent, and the next run sends the rest', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    for (let stop = 1; stop < 20; stop++) {
      sent = [];
      progress = new MemorySliceProgress();
      let asked = 0;
      const { logFiles, interrupted } = await send(made, archive, () => asked++ >= stop);
      expect([interrupted, logFiles.queued]).toEqual([true, sent.length]);
      expect(logFiles.listed).toBe(logFiles.queued);
      await send(made, archive);
      expect([...new Set(sent)].sort()).toEqual(keys(TRAIL));
    }
  });
});
