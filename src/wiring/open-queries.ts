import { type OpenOfAccount, openQueryReport } from '../jobs/open-query-report.js';
import { orLakeMissing } from './missing-lake.js';
import { realTime } from './real-time.js';
import type { LakeTarget } from './writable-lake.js';

/**
 * What is still to be asked, by account; nothing is changed.
 * @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT; AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function readOpenQueries(target: LakeTarget): Promise<readonly OpenOfAccount[]> {
  if (target.kind === 's3') {
    const { mustBeOurs, s3Lake } = await import('./s3-lake.js');
    const lake = s3Lake(target);
    try {
      return await orLakeMissing(target, async () => {
        await mustBeOurs(lake);
        return openQueryReport(lake.state.queries, realTime.now());
      });
    } finally {
      lake.close();
    }
  }
  const { openFolderState } = await import('./folder-partitions.js');
  const state = await openFolderState(target.lake);
  try {
    return await openQueryReport(state.queries, realTime.now());
  } finally {
    await state.close();
  }
}
