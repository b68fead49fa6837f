import { resolve } from 'node:path';
import type { TextMode, TextPrivacy } from '../datasets/text-privacy.js';
import { privacyOf } from '../lake/lake-file.js';
import type { S3LakeSettings } from './s3-lake.js';
import type { LakeTarget } from './writable-lake.js';

/** The settings that say how query texts are kept. */
export type PrivacySettings = {
  /** Unset: as the lake does. */
  readonly queryText?: TextMode | undefined;
  readonly queryTextKey?: string | undefined;
};

/** How a run into this lake keeps query texts. @throws AuditLakeError USAGE (no key), LAKE_FORMAT; AWS_DENIED, ... */
export async function lakePrivacy(target: LakeTarget, settings: PrivacySettings): Promise<TextPrivacy> {
  if (target.kind === 'folder') {
    const { readLakeFile } = await import('../adapters/local/lake-folder.js');
    return privacyOf(await readLakeFile(resolve(target.lake)), settings);
  }
  return lakePrivacyInS3(target, settings);
}

/** The same of a lake in S3. */
export async function lakePrivacyInS3(lake: S3LakeSettings, settings: PrivacySettings): Promise<TextPrivacy> {
  const { s3Lake } = await import('./s3-lake.js');
  const { lakeFile, close } = s3Lake(lake);
  try {
    return privacyOf((await lakeFile.read())?.lake, settings);
  } finally {
    close();
  }
}
