import type { LakeState } from '../ports/lake-state.js';
import type { SliceProgress } from '../ports/slice-progress.js';
import type { LakeTarget } from './writable-lake.js';

/** The state of a lake, while others may write to it. */
export type LakeAsItIs = {
  readonly ledger: Pick<LakeState, 'lookup'>;
  /** Can be noted in S3; a lake in a folder has one writer. */
  readonly progress: SliceProgress;
  /** Whether somebody writes to it right now; undefined for a lake in S3, which has many writers. */
  readonly isWritten: boolean | undefined;
  readonly close: () => Promise<void>;
};

/**
 * Opens the state of a lake for reading; undefined where there is no lake yet.
 * @throws AuditLakeError LAKE_FORMAT; AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function openLakeAsItIs(target: LakeTarget): Promise<LakeAsItIs | undefined> {
  if (target.kind === 's3') {
    const { mustBeOurs, s3Lake } = await import('./s3-lake.js');
    const { hasTable } = await import('../adapters/aws/dynamodb-create-table.js');
    const lake = s3Lake(target);
    if (!(await hasTable(lake.table))) {
      lake.close();
      return undefined;
    }
    await mustBeOurs(lake);
    const { state } = lake;
    return {
      ...{ ledger: state, progress: state.progress, isWritten: undefined },
      close: async () => lake.close(),
    };
  }
  const { isLakeFolder, isWritten } = await import('./local.js');
  if (!isLakeFolder(target.lake)) return undefined;
  const { openFolderState } = await import('./folder-partitions.js');
  const isHeld = await isWritten(target.lake);
  const state = await openFolderState(target.lake);
  return {
    ...{ ledger: state, progress: state.progress, isWritten: isHeld },
    close: () => state.close(),
  };
}
