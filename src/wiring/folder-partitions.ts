import { join, resolve } from 'node:path';
import { isLake, readLakeFile } from '../adapters/local/lake-folder.js';
import { openItems } from '../adapters/local/lmdb-items.js';
import { LmdbLakeState } from '../adapters/local/lmdb-lake-state.js';
import { AuditLakeError, messageOf } from '../errors.js';
import { listPartitions, type PartitionList } from '../jobs/list-partitions.js';
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
  const root = resolve(folder);
  if (!isLake(root)) throw new AuditLakeError('LAKE_MISSING', `there is no lake in ${root}`);
  await readLakeFile(root);
  const path = join(root, META.stateFolder);
  try {
    return new LmdbLakeState(openItems(path, { readOnly: true }), { now: realTime.now });
  } catch (error) {
    throw new AuditLakeError('LAKE_FORMAT', `cannot open the state in ${path}: ${messageOf(error)}`, error);
  }
}
