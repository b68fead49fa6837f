import { partitionName } from '../lake/partition.js';
import { type RawFolder, type RawPartition, rawFolderOf } from '../lake/raw-partition.js';
import type { RawNotes } from '../ports/raw-register.js';

/** Names of partitions that one process remembers: more than an organization delivers in a day. */
const MOST_KNOWN = 20_000;

export type RawNoterOptions = {
  readonly notes: RawNotes;
  readonly table: string;
  /** The folder of accounts, with a slash at its end. */
  readonly root: string;
};

/**
 * Makes the partitions of arriving log files known, whatever these hold: an engine reads the whole folder. Asks the
 * register once a partition and process.
 */
export class RawNoter {
  readonly #options: RawNoterOptions;
  readonly #known = new Set<string>();

  constructor(options: RawNoterOptions) {
    this.#options = options;
  }

  /** Whether a log file lies in a partition that is not known yet. */
  isNew(location: string): boolean {
    const partition = this.#partitionOf(location);
    return partition !== undefined && !this.#known.has(partitionName(partition));
  }

  /**
   * @param locations of log files; those outside of the table are passed over
   * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED, LAKE_FORMAT: none of them is noted for certain
   */
  async note(locations: readonly string[]): Promise<void> {
    const partitions = new Map<string, RawPartition>();
    for (const location of locations) {
      const partition = this.#partitionOf(location);
      if (partition) partitions.set(partitionName(partition), partition);
    }
    for (const name of partitions.keys()) if (this.#known.has(name)) partitions.delete(name);
    if (partitions.size === 0) return;
    await this.#options.notes.note([...partitions.values()]);
    if (this.#known.size > MOST_KNOWN) this.#known.clear();
    for (const name of partitions.keys()) this.#known.add(name);
  }

  #partitionOf(location: string): RawPartition | undefined {
    const { table, root } = this.#options;
    const folder: RawFolder | undefined = rawFolderOf(root, location);
    return folder && { table, ...folder };
  }
}
