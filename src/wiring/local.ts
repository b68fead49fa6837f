import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dryBundles, dryKnown, dryProgress, dryQueries, dryState } from '../adapters/dry-run.js';
import { dataFilesBelow, FsBundleStore, sweepFolder } from '../adapters/local/fs-bundle-store.js';
import {
  hasState,
  isLake,
  makeLakeFolders,
  readCatalog,
  readLakeFile,
  writeCatalog,
  writeLakeFile,
} from '../adapters/local/lake-folder.js';
import { type LmdbItems, openItems } from '../adapters/local/lmdb-items.js';
import { LmdbLakeState } from '../adapters/local/lmdb-lake-state.js';
import { isSystemError } from '../adapters/local/system-error.js';
import {
  BEAT_MS,
  beat,
  isHeld,
  stopWriting,
  tryToWrite,
  type Writer,
} from '../adapters/local/writer-lock.js';
import { AuditLakeError, messageOf } from '../errors.js';
import { type Kept, lakeKeeping } from '../lake/lake-file.js';
import { bundleId, META } from '../lake/names.js';
import type { CommittedDay } from '../ports/lake-state.js';
import type { WritableLake } from './writable-lake.js';

/** Whether there is a lake in a folder. */
export const isLakeFolder = (folder: string): boolean => isLake(resolve(folder));

/** The committed list of a lake, as of now. */
export type ReadableLake = { readonly days: readonly CommittedDay[]; readonly close: () => Promise<void> };

/** Whether somebody writes to a lake right now. @throws AuditLakeError LAKE_WRITE_FAILED */
export async function isWritten(folder: string): Promise<boolean> {
  const items = openItemsOf(resolve(folder), true);
  try {
    return isHeld(items, { host: hostname() }, { now: Date.now, isAlive });
  } finally {
    await items.close();
  }
}

const newBundleId = () => bundleId(randomBytes(17));

/**
 * Opens a lake in a folder for one writer, making it where there is none: waits for another writer, takes away
 * what a killed one left, adds the datasets.
 * @throws AuditLakeError LAKE_BUSY, LAKE_FORMAT, LAKE_WRITE_FAILED, DATASET_SELECTION
 */
export async function openLakeForWriting(
  folder: string,
  options: Kept & { readonly waitSeconds: number; readonly isStopped?: () => boolean },
): Promise<WritableLake> {
  const root = resolve(folder);
  await mustKnowItsDataFiles(root);
  await makeLakeFolders(root);
  const items = openItemsOf(root, false);
  const me: Writer = { token: randomUUID(), pid: process.pid, host: hostname() };
  try {
    await waitToWrite(items, me, { ...options, root });
  } catch (error) {
    await items.close();
    throw error;
  }
  const state = new LmdbLakeState(items, { writer: me.token, now: Date.now });
  // A beat that cannot be written is no reason to stop: at worst the lake is lost, and commits are refused.
  const heart = setInterval(() => quietly(() => beat(items, me, Date.now())), BEAT_MS);
  heart.unref();
  const release = async () => {
    clearInterval(heart);
    // On a full disk nothing can be written; the next writer sees that this process has gone.
    quietly(() => stopWriting(items, me));
    await state.close();
  };
  try {
    await keep(root, options);
    const committed = (await state.committedList()).flatMap(({ files }) => files.map(({ path }) => path));
    await sweepFolder(root, new Set(committed));
  } catch (error) {
    await release();
    throw error;
  }
  return {
    ports: { state, bundles: new FsBundleStore(root), newBundleId },
    queries: state.queries,
    known: state.known,
    progress: state.progress,
    follow: async () => writeCatalog(root, await state.committedList()),
    release,
  };
}

/**
 * A copy of a lake without its state must not be taken for an empty one: its data files would be swept, and its log
 * files put in again. @throws AuditLakeError LAKE_FORMAT
 */
async function mustKnowItsDataFiles(root: string): Promise<void> {
  if (hasState(root) || (await dataFilesBelow(root)).length === 0) return;
  const message = `${root} holds data files but not the state that lists them (${META.stateFolder})`;
  throw new AuditLakeError('LAKE_FORMAT', message);
}

/** Under the writer lock, so that two ingests cannot add datasets past each other. */
async function keep(root: string, kept: Kept): Promise<void> {
  const known = await readLakeFile(root);
  const { lake, changed } = lakeKeeping(known, kept, Date.now());
  if (changed) await writeLakeFile(root, lake);
}

/** The same lake for a dry run: its ledger is read, nothing is written and nothing is made. */
export async function openLakeForDryRun(folder: string, kept: Kept): Promise<WritableLake> {
  const root = resolve(folder);
  const known = await readLakeFile(root);
  lakeKeeping(known, kept, Date.now());
  const there = known && new LmdbLakeState(openItemsOf(root, true), { now: Date.now });
  const state = dryState(there);
  const release = () => state.close();

  return {
    ports: { state, bundles: dryBundles, newBundleId },
    queries: dryQueries(there?.queries),
    known: dryKnown(there?.known),
    progress: dryProgress(there?.progress),
    follow: async () => undefined,
    release,
  };
}

/**
 * The committed list of a lake, from its state, or from catalog.json where the state cannot be opened (a lake on a
 * read-only medium). @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT
 */
export async function openLakeForReading(folder: string): Promise<ReadableLake> {
  const root = resolve(folder);
  if (!isLake(root)) throw new AuditLakeError('LAKE_MISSING', `there is no lake in ${root}`);
  await readLakeFile(root);
  const state = await patientlyReadableState(root);
  if (state instanceof LmdbLakeState) {
    return { days: await state.committedList(), close: () => state.close() };
  }
  return { days: await readCatalog(root, state.unreadable), close: async () => undefined };
}

/** How often the state is tried, and how long between: a writer that just comes or goes holds its locks for a moment. */
const READ_TRIES = 5;
const READ_PAUSE_MS = 40;

async function patientlyReadableState(root: string): Promise<ReturnType<typeof readableState>> {
  for (let tries = 1; ; tries++) {
    const state = readableState(root);
    if (state instanceof LmdbLakeState || tries === READ_TRIES) return state;
    await pause(READ_PAUSE_MS);
  }
}

function readableState(root: string): LmdbLakeState | { readonly unreadable: string } {
  try {
    return new LmdbLakeState(openItems(join(root, META.stateFolder), { readOnly: true }), { now: Date.now });
  } catch (error) {
    return { unreadable: messageOf(error) };
  }
}

function openItemsOf(root: string, readOnly: boolean): LmdbItems {
  try {
    return openItems(join(root, META.stateFolder), { readOnly });
  } catch (error) {
    throw new AuditLakeError(
      'LAKE_WRITE_FAILED',
      `cannot open the state of the lake in ${root}: ${messageOf(error)}`,
      error,
    );
  }
}

type WaitOptions = {
  readonly waitSeconds: number;
  readonly root: string;
  readonly isStopped?: (() => boolean) | undefined;
};

async function waitToWrite(
  items: LmdbItems,
  me: Writer,
  { waitSeconds, root, isStopped = () => false }: WaitOptions,
): Promise<void> {
  const world = { now: Date.now, isAlive };
  const until = performance.now() + waitSeconds * 1000;
  while (!attempt(root, () => tryToWrite(items, me, world))) {
    if (performance.now() >= until || isStopped()) {
      throw new AuditLakeError('LAKE_BUSY', `another ingest writes to the lake in ${root}`);
    }
    await pause(100);
  }
}

function attempt<T>(root: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new AuditLakeError(
      'LAKE_WRITE_FAILED',
      `cannot write to the lake in ${root}: ${messageOf(error)}`,
      error,
    );
  }
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {}
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isSystemError(error, 'EPERM');
  }
}
