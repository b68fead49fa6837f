import { folderOf, formatPlace, isBelow, type S3Place } from './s3-place.js';

/** The places that somebody named, each once: one without a slash stands for the folder and an object beside it. */
export function distinctPlaces(places: readonly S3Place[]): S3Place[] {
  const byFolder = new Map<string, S3Place>();
  for (const { bucket, prefix } of places) {
    const folder = formatPlace({ bucket, prefix: folderOf(prefix) });
    if (!byFolder.has(folder) || !prefix.endsWith('/')) byFolder.set(folder, { bucket, prefix });
  }
  return [...byFolder.values()];
}

/** Whether a place may be that of a single object, too. */
export function mayBeObject({ prefix }: S3Place): boolean {
  return folderOf(prefix) !== prefix;
}

/** Whether the listing of one place shows what lies below another one, too. */
export function covers(wide: S3Place, { bucket, prefix }: S3Place): boolean {
  const folder = folderOf(prefix);
  return folderOf(wide.prefix) !== folder && isBelow(wide, { bucket, key: folder });
}
