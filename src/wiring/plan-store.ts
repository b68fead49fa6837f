import type { PlanStore } from '../ports/plan-store.js';
import type { LakeTarget } from './writable-lake.js';

/** Where the plans of a lake lie; nothing is made before the first is written. @throws AuditLakeError USAGE */
export async function openPlanStore(target: LakeTarget): Promise<PlanStore> {
  if (target.kind === 'folder') {
    const { FsPlanStore } = await import('../adapters/local/fs-plan-store.js');
    return new FsPlanStore(target.lake);
  }
  const { s3Lake } = await import('./s3-lake.js');
  return s3Lake(target).plans;
}
