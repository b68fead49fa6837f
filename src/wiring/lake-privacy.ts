import { resolve } from 'node:path';
import type { TextPrivacy } from '../datasets/text-privacy.js';
import { type PrivacySettings, privacyOf } from '../lake/lake-file.js';
import type { LakeTarget } from './writable-lake.js';

/** How a run into this lake keeps query texts. @throws AuditLakeError USAGE (no key), LAKE_FORMAT; AWS_DENIED, ... */
export async function lakePrivacy(target: LakeTarget, settings: PrivacySettings): Promise<TextPrivacy> {
  if (target.kind === 's3') {
    const { lakePrivacyInS3 } = await import('./s3-lake-privacy.js');
    return lakePrivacyInS3(target, settings);
  }
  const { readLakeFile } = await import('../adapters/local/lake-folder.js');
  return privacyOf(await readLakeFile(resolve(target.lake)), settings);
}
