import { describe, expect, test } from 'vitest';
import type { DatasetName } from '../../src/datasets/dataset.js';
import { AuditLakeError } from '../../src/errors.js';
import { type BundleOutcome, ingestBundle } from '../../src/jobs/ingest-bundle.js';
import type { LakeState } from '../../src/ports/lake-state.js';
import type { LogReader } from '../../src/ports/log-source.js';
import { damaged, type MadeLogFile, makeLogFile, truthOf } from '../support/log-files.ts';
import { BOTH, ingestInMemory, MemoryLake, memoryLane } from '../support/memory-ingest.ts';
import { MemoryLakeState } from '../support/memory-lake-state.ts';
import { MemoryLogSource } from '../support/memory-log-source.ts';

const RECORDS = [
  { service: 'athena', day: 0 },
  { service: 's3', day: 0 },
];
const [FIRST, SECOND] = [makeLogFile(1, RECORDS), makeLogFile(2, RECORDS)];

/** A ledger in which somebody else settles log files after we asked and before we commit. */
function overtaken(
  lake: MemoryLake,
  files: readonly MadeLogFile[],
  datasets: readonly DatasetName[],
): LakeState {
  const state = new MemoryLakeState(lake.items);
  let done = false;
  return new Proxy<LakeState>(state, {
    get: (target, property: keyof LakeState) => {
      const member = target[property];
      if (property !== 'commit') return typeof member === 'function' ? member.bind(target) : member;
      return async (commit: Parameters<LakeState['commit']>[0]) => {
        if (!done) {
          done = true;
          await ingestInMemory(lake, { objects: files, datasets });
        }
        return state.commit(commit);
      };
    },
  });
}

async function bundleOf(
  files: readonly MadeLogFile[],
  ports: { readonly state: LakeState; readonly lake: MemoryLake; readonly reader?: LogReader },
): Promise<BundleOutcome> {
  const source = new MemoryLogSource(files);
  const listed = [];
  for await (const { what, location, etag } of source.list()) {
    if (what !== 'foreign') listed.push({ ref: what, location, etag });
  }
  const batches = [listed];
  const { state, lake } = ports;
  const outcome = await ingestBundle({
    datasets: BOTH,
    lane: memoryLane(ports.reader ?? source, 1_000),
    ports: { state, bundles: lake.store, newBundleId: lake.newBundleId },
    next: async () => batches.shift(),
  });
  if (!outcome) throw new Error('nothing was taken');
  return outcome;
}

/** A reader whose n-th reading of a log file may differ from its first. */
function secondReading(
  files: readonly MadeLogFile[],
  again: (file: string) => Uint8Array | undefined,
): LogReader {
  const source = new MemoryLogSource(files);
  return {
    read: async (location) => {
      if ((source.reads.get(location) ?? 0) === 0) return source.read(location);
      const bytes = again(location);
      if (!bytes) throw new AuditLakeError('READ_FAILED', `${location} has vanished`);
      return new MemoryLogSource([{ key: location, bytes }]).read(location);
    },
  };
}

const kinds = ({ files }: BundleOutcome) =>
  Object.fromEntries(
    files.map((file) => [file.file.location, file.kind === 'failed' ? file.code : file.kind]),
  );
const rowsOf = ({ parts }: BundleOutcome) => parts.reduce((sum, { rows }) => sum + rows, 0);

describe('D2: when somebody else settles some log files of a bundle first', () => {
  test('the others are read and proposed again, the refused data files are taken away', async () => {
    const lake = new MemoryLake();
    const outcome = await bundleOf([FIRST, SECOND], { lake, state: overtaken(lake, [FIRST], BOTH) });
    expect(kinds(outcome)).toEqual({ [FIRST.key]: 'skipped', [SECOND.key]: 'ingested' });
    expect(rowsOf(outcome)).toBe(3);
    expect(await lake.rows()).toEqual(truthOf([FIRST, SECOND], BOTH));
    expect(lake.store.files.size).toBe(4);
  });

  test('in one dataset only, a log file counts as ingested for the other', async () => {
    const lake = new MemoryLake();
    const state = overtaken(lake, [FIRST, SECOND], ['athena_events']);
    const outcome = await bundleOf([FIRST, SECOND], { lake, state });
    expect(kinds(outcome)).toEqual({ [FIRST.key]: 'ingested', [SECOND.key]: 'ingested' });
    expect(rowsOf(outcome)).toBe(4);
    expect(await lake.rows()).toEqual(truthOf([FIRST, SECOND], BOTH));
  });

  test('one that cannot be read a second time is told as failed, and the next run takes it', async () => {
    const lake = new MemoryLake();
    const reader = secondReading([FIRST, SECOND], () => undefined);
    const outcome = await bundleOf([FIRST, SECOND], { lake, reader, state: overtaken(lake, [FIRST], BOTH) });
    expect(kinds(outcome)).toEqual({ [FIRST.key]: 'skipped', [SECOND.key]: 'READ_FAILED' });
    expect(rowsOf(outcome)).toBe(0);
    await ingestInMemory(lake, { objects: [FIRST, SECOND] });
    expect(await lake.rows()).toEqual(truthOf([FIRST, SECOND], BOTH));
  });

  test('one that was damaged before its second reading is parked, and told so', async () => {
    const lake = new MemoryLake();
    const reader = secondReading([FIRST, SECOND], () => damaged(SECOND).bytes);
    const outcome = await bundleOf([FIRST, SECOND], { lake, reader, state: overtaken(lake, [FIRST], BOTH) });
    expect(kinds(outcome)).toEqual({ [FIRST.key]: 'skipped', [SECOND.key]: 'BAD_GZIP' });
    await ingestInMemory(lake, { objects: [FIRST, SECOND] });
    expect(await lake.rows()).toEqual(truthOf([FIRST, SECOND], BOTH));
  });

  test('P-6: one that could not be read for one dataset and is gone for the next comes again', async () => {
    const lake = new MemoryLake();
    const source = new MemoryLogSource([FIRST, SECOND]);
    const codes = ['READ_FAILED', 'LOG_FILE_MISSING'] as const;
    let again = 0;
    const reader: LogReader = {
      read: async (location) => {
        if (!source.reads.has(location)) return source.read(location);
        throw new AuditLakeError(codes[again++] ?? 'READ_FAILED', `${location} has vanished`);
      },
    };
    const outcome = await bundleOf([FIRST, SECOND], { lake, reader, state: overtaken(lake, [FIRST], BOTH) });
    expect(kinds(outcome)).toEqual({ [FIRST.key]: 'skipped', [SECOND.key]: 'READ_FAILED' });
  });

  test('one that could not be read the first time is not read again under the same outcome', async () => {
    const lake = new MemoryLake();
    const broken = damaged(SECOND);
    const reader = secondReading([FIRST, broken], () => SECOND.bytes);
    const outcome = await bundleOf([FIRST, broken], { lake, reader, state: overtaken(lake, [FIRST], BOTH) });
    expect(kinds(outcome)).toEqual({ [FIRST.key]: 'skipped', [SECOND.key]: 'BAD_GZIP' });
    expect(rowsOf(outcome)).toBe(0);
    expect(await lake.rows()).toEqual(truthOf([FIRST], BOTH));
  });
});

describe('another content under a key that one dataset has settled', () => {
  test('is a conflict, and leaves no row in a dataset that had not', async () => {
    const lake = new MemoryLake();
    await ingestInMemory(lake, { objects: [FIRST], datasets: ['athena_events'] });
    const forged = makeLogFile(1, RECORDS, { salt: 'forged' });
    const state = new MemoryLakeState(lake.items);
    const outcome = await bundleOf([forged, SECOND], { lake, state });
    expect(kinds(outcome)).toEqual({ [FIRST.key]: 'SOURCE_CONFLICT', [SECOND.key]: 'ingested' });
    expect(rowsOf(outcome)).toBe(3);
    expect(await lake.rows()).toEqual(
      [...truthOf([FIRST], ['athena_events']), ...truthOf([SECOND], BOTH)].sort(),
    );
    await ingestInMemory(lake, { objects: [FIRST, SECOND] });
    expect(await lake.rows()).toEqual(truthOf([FIRST, SECOND], BOTH));
  });
});
