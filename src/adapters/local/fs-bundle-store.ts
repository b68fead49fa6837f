import { link, mkdir, open, readdir, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AuditLakeError, messageOf } from '../../errors.js';
import { type BundleId, dataFilePath, META } from '../../lake/names.js';
import { TABLE_NAMES } from '../../lake/tables.js';
import type { BundleStore, StagedPart } from '../../ports/bundle-store.js';
import type { CommitPart } from '../../ports/lake-state.js';

/** The few calls that this adapter makes, so that tests can make each of them fail. */
export type FileCalls = Pick<typeof import('node:fs/promises'), 'mkdir' | 'open' | 'link' | 'unlink'>;

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
      await Promise.all(parts.map((part) => this.#place(bid, part)));
      const folders = new Set(parts.map((part) => dirname(this.#path(bid, part))));
      await Promise.all([...folders].map((folder) => this.#syncFolder(folder)));
    } catch (error) {
      throw new AuditLakeError(
        'LAKE_WRITE_FAILED',
        `cannot write to ${this.#root}: ${messageOf(error)}`,
        error,
      );
    }
  }

  async publish(): Promise<void> {}

  async discard(bid: BundleId, parts: readonly CommitPart[]): Promise<void> {
    for (const part of parts) await rm(this.#path(bid, part), { force: true });
  }

  async #place(bid: BundleId, part: StagedPart): Promise<void> {
    const path = this.#path(bid, part);
    const tmp = join(this.#root, META.tmpFolder, `${bid}-${part.table}-${part.day}-${part.generation}`);
    await this.#calls.mkdir(dirname(path), { recursive: true });
    const file = await this.#calls.open(tmp, 'w', 0o600);
    try {
      await file.writeFile(part.content);
      await file.sync();
    } finally {
      await file.close();
    }
    // link refuses a name that is taken: the folder's If-None-Match.
    await this.#calls.link(tmp, path).catch((error: unknown) => {
      if (!isTaken(error)) throw error;
    });
    await this.#calls.unlink(tmp);
  }

  async #syncFolder(path: string): Promise<void> {
    const folder = await this.#calls.open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  #path(bid: BundleId, { table, generation, day }: CommitPart): string {
    return join(this.#root, dataFilePath(table, generation, day, bid));
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/**
 * Deletes data files that no commit names, and half-written ones: left by a process that was killed. Only who
 * holds the writer lock may call it; no reader ever had these files, since they were never listed.
 */
export async function sweepFolder(root: string, committed: ReadonlySet<string>): Promise<number> {
  let swept = 0;
  for (const table of TABLE_NAMES) {
    for (const path of await filesBelow(root, table)) {
      if (committed.has(path)) continue;
      await rm(join(root, path), { force: true });
      swept++;
    }
  }
  for (const path of await filesBelow(root, META.tmpFolder)) await rm(join(root, path), { force: true });
  return swept;
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
