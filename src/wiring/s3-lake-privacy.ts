import type { TextPrivacy } from '../datasets/text-privacy.js';
import { type PrivacySettings, privacyOf } from '../lake/lake-file.js';
import { type S3LakeSettings, s3Lake } from './s3-lake.js';

/** How a run into this lake in S3 keeps query texts. @throws AuditLakeError USAGE (no key), LAKE_FORMAT; AWS_DENIED, ... */
export async function lakePrivacyInS3(lake: S3LakeSettings, settings: PrivacySettings): Promise<TextPrivacy> {
  const { lakeFile, close } = s3Lake(lake);
  try {
    return privacyOf((await lakeFile.read())?.lake, settings);
  } finally {
    close();
  }
}
