import { FsStoredFiles } from '../adapters/local/fs-stored-files.js';
import { LmdbLakeEvidence } from '../adapters/local/lmdb-lake-evidence.js';
import { openFolderItems } from './folder-partitions.js';
import type { OpenEvidence } from './lake-evidence.js';

/** @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT */
export async function openFolderEvidence(folder: string): Promise<OpenEvidence> {
  const { items, lakeFile } = await openFolderItems(folder);
  const evidence = new LmdbLakeEvidence(items);
  return { evidence, stored: new FsStoredFiles(folder), lakeFile, close: () => items.close() };
}
