/** The columns that we read, by the names that CSV inventories give them. Parquet writes `e_tag` for `ETag`. */
export const COLUMNS = [
  ...(['Bucket', 'Key', 'Size', 'ETag', 'StorageClass', 'IntelligentTieringAccessTier'] as const),
  ...(['IsLatest', 'IsDeleteMarker'] as const),
] as const;

/** The values of one row in the order of {@link COLUMNS}; empty where there is none. */
export type InventoryCells = readonly string[];

/** An object of an inventory. */
export type InventoryObject = {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes; empty where the inventory does not tell it. */
  readonly etag: string;
  /** As S3 names it; empty where the inventory does not tell it. */
  readonly storageClass: string;
  /** Where in INTELLIGENT_TIERING it lies; empty anywhere else. */
  readonly tier: string;
};

/**
 * What a row tells; undefined for delete markers and versions that are not the latest.
 * @throws Error for a row that cannot be of this inventory, with the reason
 */
export function objectOf(cells: InventoryCells, sourceBucket: string): InventoryObject | undefined {
  const [bucket = '', key = '', bytes = '', etag = '', storageClass = '', tier = '', ...versions] = cells;
  const [isLatest = '', isDeleteMarker = ''] = versions;
  if (bucket !== sourceBucket) throw new Error(`it names the bucket ${JSON.stringify(bucket)}`);
  if (isTrue(isDeleteMarker) || (isLatest !== '' && !isTrue(isLatest))) return undefined;
  if (key === '') throw new Error('it has no key');
  if (!/^\d{1,15}$/.test(bytes)) throw new Error(`it has no size, but ${JSON.stringify(bytes)}`);
  return { key, size: Number(bytes), etag, storageClass, tier };
}

function isTrue(text: string): boolean {
  return text === 'true' || text.toLowerCase() === 'true';
}
