import { join, resolve } from 'node:path';
import { isLake, readLakeFile } from '../adapters/local/lake-folder.js';
import { type LmdbItems, openItems } from '../adapters/local/lmdb-items.js';
import { LmdbLakeState } from '../adapters/local/lmdb-lake-state.js';
import { AuditLakeError, messageOf } from '../errors.js';
import { listPartitions, type PartitionList } from '../jobs/list-partitions.js';
import type { LakeFile } from '../lake/lake-file.js';
import { META } from '../lake/names.js';
import { realTime } from './real-time.js';

/** The partitions of a lake in a folder. @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT */
export async function listFolderPartitions(folder: string): Promise<PartitionList> {
  const state = await openFolderState(folder);
  try {
    return await listPartitions(state);
  } finally {
    await state.close();
  }
}

/** The state of a lake in a folder, to be read. @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT */
export async function openFolderState(folder: string): Promise<LmdbLakeState> {
  const { items } = await openFolderItems(folder);
  return new LmdbLakeState(items, { now: realTime.now });
}

/** The items of that state, and the description of the lake. @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT */
export async function openFolderItems(
  folder: string,
): Promise<{ readonly items: LmdbItems; readonly lakeFile: LakeFile }> {
  const root = resolve(folder);
  const lakeFile = isLake(root) ? await readLakeFile(root) : undefined;
  if (!lakeFile) throw new AuditLakeError('LAKE_MISSING', `there is no lake in ${root}`);
  const path = join(root, META.stateFolder);
  try {
    return { items: openItems(path, { readOnly: true }), lakeFile };
  } catch (error) {
    throw new AuditLakeError('LAKE_FORMAT', `cannot open the state in ${path}: ${messageOf(error)}`, error);
  }
}
