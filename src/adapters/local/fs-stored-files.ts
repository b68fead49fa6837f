import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { StoredFiles } from '../../ports/stored-files.js';
import { isSystemError } from './system-error.js';

/** The files of a lake in a folder: each is read and hashed. */
export class FsStoredFiles implements StoredFiles {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async sha256Of(path: string): Promise<string | undefined> {
    const place = join(this.#root, path);
    const hash = createHash('sha256');
    try {
      for await (const bytes of createReadStream(place)) hash.update(bytes);
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw new AuditLakeError('LAKE_FORMAT', `cannot read ${place}: ${messageOf(error)}`, error);
    }
    return hash.digest('hex');
  }
}
