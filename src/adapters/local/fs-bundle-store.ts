import { link, mkdir, open, readdir, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AuditLakeError, messageOf } from '../../errors.js';
import { type BundleId, dataFilePath, META } from '../../lake/names.js';
import { parsePartitionPath } from '../../lake/partition.js';
import { TABLE_NAMES } from '../../lake/tables.js';
import type { BundleStore, StagedPart } from '../../ports/bundle-store.js';
import type { CommitPart } from '../../ports/lake-state.js';
import { isSystemError } from './system-error.js';

/** The few calls that this adapter makes, so that tests can make each of them fail. */
export type FileCalls = Pick<typeof import('node:fs/promises'), 'mkdir' | 'open' | 'link' | 'unlink'>;

/** Parts written side by side: a bundle may have more days than a process may have open files. */
const AT_ONCE = 16;

/**
 * Data files in a folder (protocol 4.8): written beside the tables, made durable, then linked to their final
 * name. Readers go by the committed list, so a linked file is invisible until its commit, and nothing is left to
 * publish after it.
 */
export class FsBundleStore implements BundleStore {
  readonly #root: string;
  readonly #calls: FileCalls;

  constructor(root: string, calls: FileCalls = { mkdir, open, link, unlink }) {
    this.#root = root;
    this.#calls = calls;
  }

  async stage(bid: BundleId, parts: readonly StagedPart[]): Promise<void> {
    try {
      const folders = new Set<string>();
      for (let at = 0; at < parts.length; at += AT_ONCE) {
        const made = parts.slice(at, at + AT_ONCE).map((part) => this.#place(bid, part));
        for (const end of await allEnded(made)) for (const folder of end) folders.add(folder);
      }
      for (const folder of folders) await this.#syncFolder(folder);
    } catch (error) {
      await this.discard(bid, parts);
      throw writeFailed(this.#root, error);
    }
  }

  async publish(): Promise<void> {}

  /** What cannot be taken away now is taken away by the next writer, before it begins. */
  async discard(bid: BundleId, parts: readonly CommitPart[]): Promise<void> {
    for (const part of parts) {
      await this.#calls.unlink(this.#path(bid, part)).catch(() => undefined);
      await this.#calls.unlink(this.#tmp(bid, part)).catch(() => undefined);
    }
  }

  /** The folders whose entries changed. */
  async #place(bid: BundleId, part: StagedPart): Promise<string[]> {
    const path = this.#path(bid, part);
    const tmp = this.#tmp(bid, part);
    const first = await this.#calls.mkdir(dirname(path), { recursive: true });
    const file = await this.#calls.open(tmp, 'w', 0o600);
    try {
      await file.writeFile(part.content);
      await file.sync();
    } finally {
      await file.close();
    }
    // link refuses a name that is taken: the folder's If-None-Match.
    await this.#calls.link(tmp, path).catch((error: unknown) => {
      if (!isSystemError(error, 'EEXIST')) throw error;
    });
    await this.#calls.unlink(tmp);
    return first === undefined ? [dirname(path)] : foldersBetween(dirname(first), dirname(path));
  }

  async #syncFolder(path: string): Promise<void> {
    const folder = await this.#calls.open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  #tmp(bid: BundleId, { table, day, generation }: CommitPart): string {
    return join(this.#root, META.tmpFolder, `${bid}-${table}-${day}-${generation}`);
  }

  #path(bid: BundleId, part: CommitPart): string {
    return join(this.#root, dataFilePath(part, bid));
  }
}

/** All have ended before one's failure is thrown: nothing is written behind the back of a clean-up. */
async function allEnded<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const ends = await Promise.allSettled(promises);
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}

/** A folder, its sub-folder and so on down to the last one. */
function foldersBetween(first: string, last: string): string[] {
  const folders = [last];
  for (let folder = last; folder !== first && folder !== dirname(folder); ) {
    folder = dirname(folder);
    folders.push(folder);
  }
  return folders;
}

function writeFailed(root: string, error: unknown): AuditLakeError {
  return new AuditLakeError('LAKE_WRITE_FAILED', `cannot write to ${root}: ${messageOf(error)}`, error);
}

/**
 * Deletes data files that no commit names, and half-written ones: left by a process that was killed. Only who
 * holds the writer lock may call it; no reader ever had these files, since they were never listed.
 */
export async function sweepFolder(root: string, committed: ReadonlySet<string>): Promise<number> {
  let swept = 0;
  for (const path of await dataFilesBelow(root)) {
    if (committed.has(path)) continue;
    await take(root, path);
    swept++;
  }
  for (const path of await filesBelow(root, META.tmpFolder)) await take(root, path);
  return swept;
}

/** What has the name and place of a data file of ours, committed or not. Anything else below a lake is not ours. */
export async function dataFilesBelow(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of TABLE_NAMES) {
    const paths = await filesBelow(root, table);
    found.push(...paths.filter((path) => isDataFile(path.slice(table.length + 1))));
  }
  return found;
}

function isDataFile(path: string): boolean {
  const [, folder, name] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  return parsePartitionPath(folder ?? '') !== undefined && /^b-[a-z2-7]{26}\.parquet$/.test(name ?? '');
}

async function take(root: string, path: string): Promise<void> {
  await rm(join(root, path), { force: true }).catch((error: unknown) => {
    throw writeFailed(root, error);
  });
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesBelow(root, path)));
    else found.push(path);
  }
  return found;
}
