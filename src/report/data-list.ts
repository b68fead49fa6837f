import { createHash } from 'node:crypto';
import type { DataRead } from './report.js';

/** What is said of one data file. */
export type DataFile = {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  readonly sha256: string;
};

/**
 * A data file as a line of the list: path below the lake, size in bytes, rows, and the SHA-256 of its bytes, with tabs
 * between and a line feed behind.
 */
const dataLine = ({ path, bytes, rows, sha256 }: DataFile): string =>
  `${path}\t${bytes}\t${rows}\t${sha256}\n`;

/** The data files that answers may come from: one SHA-256 of their list stands for all of their bytes. */
export class DataList {
  readonly #hash = createHash('sha256');
  #sums = { files: 0, rows: 0, bytes: 0 };

  /** The files of a partition. Partitions come in the order of table and day. */
  add(files: readonly DataFile[]): void {
    const inOrder = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
    for (const file of inOrder) {
      this.#hash.update(dataLine(file));
      const { files: count, rows, bytes } = this.#sums;
      this.#sums = { files: count + 1, rows: rows + file.rows, bytes: bytes + file.bytes };
    }
  }

  /** Once, at the end. */
  read(): DataRead {
    return { sha256: this.#hash.digest('hex'), ...this.#sums };
  }
}
