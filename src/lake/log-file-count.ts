import type { FileStatus } from './file-status.js';

/** What the ledger knows of a log file in numbers; read, ignored and rejected are records. */
export type CountedLogFile = {
  readonly status: FileStatus;
  readonly read: number;
  readonly ignored: number;
  readonly rejected: number;
  readonly rows: number;
};

/** Log files that stand alike in the ledger, each counted once for each dataset; their records, added up. */
export type LogFileCount = CountedLogFile & { readonly files: number };

/** Adds up the log files of a ledger, one at a time. */
export class LogFileSums {
  readonly #sums = new Map<FileStatus, LogFileCount>();

  add({ status, read, ignored, rejected, rows }: CountedLogFile): void {
    const sum = this.#sums.get(status) ?? { files: 0, read: 0, ignored: 0, rejected: 0, rows: 0 };
    this.#sums.set(status, {
      status,
      files: sum.files + 1,
      read: sum.read + read,
      ignored: sum.ignored + ignored,
      rejected: sum.rejected + rejected,
      rows: sum.rows + rows,
    });
  }

  counts(): readonly LogFileCount[] {
    return [...this.#sums.values()];
  }
}
