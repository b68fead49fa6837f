import { createReadStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { InventoryFiles } from '../../ports/inventory-files.js';

const PIECE_BYTES = 128 << 10;

/** Files of an inventory that was copied into a folder, with the folders of S3 around them or without. */
export class FsInventoryFiles implements InventoryFiles {
  readonly #folder: string;

  /** `folder`: that of the manifest. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async *read(name: string): AsyncGenerator<Uint8Array> {
    const path = this.#find(name);
    try {
      yield* createReadStream(path, { highWaterMark: PIECE_BYTES });
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  async range(name: string, start: number, end: number): Promise<Uint8Array> {
    const path = this.#find(name);
    try {
      return await bytesOf(path, start, end);
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  /** @throws AuditLakeError USAGE where it is in none of the places */
  #find(name: string): string {
    const file = basename(name);
    const below = [name, join('data', file), join('..', 'data', file), file];
    const tried = [...new Set(below.map((path) => join(this.#folder, path)))];
    const found = tried.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
    if (found !== undefined) return found;
    const message = `there is no ${file} of the inventory. Looked for ${tried.join(', ')}`;
    throw new AuditLakeError('USAGE', `${message}. Copy its data files beside the manifest`);
  }
}

async function bytesOf(path: string, start: number, end: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const bytes = new Uint8Array(end - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    if (bytesRead === bytes.length) return bytes;
    throw new Error(`it gave ${bytesRead} bytes of ${bytes.length}`);
  } finally {
    await file.close();
  }
}

function unreadable(path: string, error: unknown): AuditLakeError {
  return new AuditLakeError('READ_FAILED', `cannot read ${path}: ${messageOf(error)}`, error);
}
