import { dataFilePath, fileId } from '../../../src/lake/names.js';
import { partitionPath } from '../../../src/lake/partition.js';
import type { CommitPart } from '../../../src/ports/lake-state.js';
import { BOTH } from '../memory-ingest.ts';
import { type AwsLake, SOURCE } from './aws-lake.ts';
import { itemsOf, type LakeItems } from './lake-items.ts';
import type { LakeLogFile } from './lake-log-file.ts';
import { type DataObject, dataObjects, shownFolders } from './lake-objects.ts';

/** What changes nothing. */
const READING = /^(?:Get|BatchGet|Head|List|Query)/;

/**
 * The oracle of promises P-1, P-3 and P-4, asked between any two effects: what an engine sees that follows the
 * catalog and lists its locations, held against the log files as they were made and against the items.
 */
export class LakeWatch {
  readonly #lake: AwsLake;
  /** Rows of what was acknowledged. */
  readonly #promised = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #truth: ReadonlyMap<string, string>;
  #looked = 0;

  constructor(lake: AwsLake) {
    this.#lake = lake;
    const rows = lake.files.flatMap((file) => file.rows);
    this.#truth = new Map(rows.map(({ name, table, day }) => [name, `${table} ${day}`]));
  }

  /**
   * P-3 and P-6: what is acknowledged is in the ledger by then, and its rows are there from then on. Of a log file
   * that was `missing` nothing more is promised: somebody who read it before it vanished may yet commit it.
   */
  acknowledge(files: readonly LakeLogFile[], missing: ReadonlySet<string>): void {
    const { files: entries } = itemsOf(this.#lake);
    for (const { key, nature, rows } of files) {
      for (const dataset of BOTH) {
        const kept = rows.filter(({ table }) => table === dataset);
        const status = entries.get(fileId(dataset, SOURCE, key))?.status;
        const isSettled = status === (kept.length > 0 ? 'COMMITTED' : 'EMPTY') && nature !== 'damaged';
        const isParked = status === 'MISSING' && missing.has(key);
        if (!isSettled && !isParked) throw new Error(`FORGOTTEN: ${key} is ${status} in ${dataset}`);
        if (!missing.has(key)) for (const { name } of kept) this.#promised.add(name);
      }
    }
    this.#looked = 0;
  }

  /** @throws where a promise is broken */
  async look(): Promise<void> {
    const { calls } = this.#lake.world;
    const isChanged = calls.slice(this.#looked).some(({ operation }) => !READING.test(operation));
    this.#looked = calls.length;
    if (!isChanged) return;
    const items = itemsOf(this.#lake);
    const objects = await dataObjects(this.#lake);
    for (const object of objects) mustBeCommitted(object, items);
    mustNotLead(objects, items);
    const rows = this.#visibleRows(objects, items);
    const visible = new Set(rows);
    if (visible.size < rows.length) throw new Error(`DUPLICATE: ${rows.length - visible.size} rows`);
    for (const row of this.#seen) if (!visible.has(row)) throw new Error(`VANISHED: ${row}`);
    for (const row of visible) this.#seen.add(row);
    for (const row of this.#promised) if (!visible.has(row)) throw new Error(`INVISIBLE: ${row}`);
  }

  /** At the locations of the catalog; where it shows none yet, at the one that the registrar will give. */
  #visibleRows(objects: readonly DataObject[], { parts }: LakeItems): readonly string[] {
    const folders = new Map(
      parts.map(({ table, day }) => [`${table} ${day}`, `${table}/${partitionPath(0, day)}/`]),
    );
    for (const [partition, folder] of shownFolders(this.#lake)) folders.set(partition, folder);
    return objects.flatMap(({ table, day, path, rows }) => {
      const folder = folders.get(`${table} ${day}`);
      if (folder === undefined || !path.startsWith(folder)) return [];
      const strange = rows.find((row) => this.#truth.get(row) !== `${table} ${day}`);
      if (strange !== undefined) throw new Error(`STRANGER: ${strange} in ${path}`);
      return rows;
    });
  }
}

/** Every object where readers look is one that a transaction has decided, byte for byte. */
function mustBeCommitted(object: DataObject, { bundles, files }: LakeItems): void {
  const { path, table, day, generation, sha256, bid, rows } = object;
  const parts = bundles.get(bid);
  if (parts === undefined || parts === 'aborted') throw new Error(`STRANGER: ${path} is not committed`);
  const isThis = (part: CommitPart) =>
    part.table === table && part.day === day && [part.generation, part.copy].includes(generation);
  const part = parts.find(isThis);
  if (part?.sha256 !== sha256) throw new Error(`STRANGER: ${path} holds what was not committed`);
  for (const row of rows) {
    const entry = files.get(fileId(table, SOURCE, row.split(' ')[1] ?? ''));
    if (entry?.status !== 'COMMITTED' || entry.bid !== bid) {
      throw new Error(`STRANGER: ${row} of ${path}, whose log file is ${entry?.status} in ${entry?.bid}`);
    }
  }
}

/** The generation that is written comes first: what readers see of a sealed partition is there too (protocol 4.4). */
function mustNotLead(objects: readonly DataObject[], { bundles }: LakeItems): void {
  const there = new Set(objects.map(({ path }) => path));
  for (const { path, bid, table, day, generation } of objects) {
    const parts = bundles.get(bid);
    const copied = (parts === 'aborted' ? [] : (parts ?? [])).find(
      (part) => part.table === table && part.day === day && part.copy === generation,
    );
    if (copied && !there.has(dataFilePath(copied, bid))) throw new Error(`AHEAD: ${path}`);
  }
}
