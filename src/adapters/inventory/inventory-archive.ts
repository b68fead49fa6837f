import { passedOver } from '../../backfill/passed-over.js';
import type { Scope } from '../../backfill/scope.js';
import type { Slice } from '../../backfill/slice.js';
import type { Storage } from '../../backfill/storage.js';
import type { Archive, Found, StoredObject } from '../../ports/archive.js';
import type { InventoryFiles } from '../../ports/inventory-files.js';
import { csvRows } from './csv-inventory.js';
import type { InventoryFile, InventoryManifest } from './inventory-manifest.js';
import { type InventoryPlace, InventoryPlaces } from './inventory-places.js';
import { type InventoryCells, type InventoryObject, objectOf } from './inventory-row.js';
import { parquetRows } from './parquet-inventory.js';
import { damaged, wholeFile } from './whole-file.js';

export type InventoryArchiveOptions = {
  readonly manifest: InventoryManifest;
  readonly files: InventoryFiles;
  readonly places: readonly InventoryPlace[];
  /** The folder of the lake, where that lies in the bucket of the inventory. */
  readonly lake: string | undefined;
  /** Lists single slices: an inventory is some days old, and is read from end to end. */
  readonly listing: Pick<Archive, 'list'>;
};

const PAGE = 1_000;

/** A bucket of log files, surveyed by its S3 Inventory. */
export class InventoryArchive implements Archive {
  readonly #options: InventoryArchiveOptions;

  constructor(options: InventoryArchiveOptions) {
    this.#options = options;
  }

  get asOf(): number | undefined {
    return this.#options.manifest.made;
  }

  /**
   * The latest versions that the inventory knows, as a listing would show them. A data file that turns out to be
   * damaged ends the survey: what came before stands for nothing. Holds a piece of one data file.
   * @throws AuditLakeError USAGE (a data file is not there), READ_FAILED (one is damaged), AWS_CREDENTIALS,
   *   AWS_DENIED, AWS_FAILED
   */
  async *survey(scope: Scope): AsyncGenerator<Found> {
    const { manifest, places, lake } = this.#options;
    const wanted = new InventoryPlaces(manifest.sourceBucket, { places, lake }, scope);
    const folders = new Set<string>();
    let page: StoredObject[] = [];
    for await (const object of this.#objects()) {
      const seen = wanted.see(object.key);
      if (seen?.kind === 'object') page.push(storedObject(manifest.sourceBucket, object, seen.what));
      if (seen?.kind === 'passed' && !folders.has(seen.key)) {
        if (seen.key.endsWith('/')) folders.add(seen.key);
        yield passedOver(`s3://${manifest.sourceBucket}/${seen.key}`, seen.why);
      }
      if (page.length < PAGE) continue;
      yield { kind: 'objects', objects: page };
      page = [];
    }
    if (page.length > 0) yield { kind: 'objects', objects: page };
  }

  list(slice: Pick<Slice, 'place'>): AsyncIterable<readonly StoredObject[]> {
    return this.#options.listing.list(slice);
  }

  async *#objects(): AsyncGenerator<InventoryObject> {
    const { files, sourceBucket } = this.#options.manifest;
    for (const file of files) {
      try {
        for await (const rows of this.#rows(file)) {
          for (const cells of rows) {
            const object = objectOf(cells, sourceBucket);
            if (object) yield object;
          }
        }
      } catch (error) {
        throw damaged(file, error);
      }
    }
  }

  #rows(file: InventoryFile): AsyncIterable<readonly InventoryCells[]> {
    const { files, manifest } = this.#options;
    if (manifest.format === 'CSV') return csvRows(wholeFile(files.read(file.key), file), manifest.columns);
    return this.#parquetRows(file);
  }

  /** Read as a whole first: of a Parquet file parts are asked for, and its MD5 is that of all of it. */
  async *#parquetRows(file: InventoryFile): AsyncGenerator<readonly InventoryCells[]> {
    const { files, manifest } = this.#options;
    for await (const _ of wholeFile(files.read(file.key), file));
    const range = (start: number, end: number) => files.range(file.key, start, end);
    yield* parquetRows({ size: file.size, range }, manifest.columns);
  }
}

function storedObject(bucket: string, object: InventoryObject, what: StoredObject['what']): StoredObject {
  const { key, size, etag } = object;
  const storage = storageOf(object);
  return { location: `s3://${bucket}/${key}`, size, etag, what, ...(storage !== undefined && { storage }) };
}

/** Tiers of INTELLIGENT_TIERING that must be restored, as the class that is read in the same way. */
const ARCHIVE_TIERS: ReadonlyMap<string, string> = new Map([
  ['ARCHIVE', 'GLACIER'],
  ['ARCHIVE_ACCESS', 'GLACIER'],
  ['DEEP_ARCHIVE', 'DEEP_ARCHIVE'],
  ['DEEP_ARCHIVE_ACCESS', 'DEEP_ARCHIVE'],
]);

function storageOf({ storageClass, tier }: InventoryObject): Storage | undefined {
  const named = ARCHIVE_TIERS.get(tier) ?? storageClass;
  return named === '' || named === 'STANDARD' ? undefined : { storageClass: named };
}
