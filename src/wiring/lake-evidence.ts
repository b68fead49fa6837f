import type { LakeFile } from '../lake/lake-file.js';
import type { LakeEvidence } from '../ports/lake-evidence.js';
import type { StoredFiles } from '../ports/stored-files.js';
import type { S3LakeSettings } from './s3-lake.js';

/** What a lake says of itself; open until it is closed. */
export type OpenEvidence = {
  readonly evidence: LakeEvidence;
  readonly stored: StoredFiles;
  readonly lakeFile: LakeFile;
  readonly close: () => Promise<void>;
};

/**
 * Opens what the state of a lake knows, and reads its description.
 * @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function openEvidence(lake: string, inS3: S3LakeSettings | undefined): Promise<OpenEvidence> {
  if (inS3) return (await import('./s3-evidence.js')).openS3Evidence(inS3);
  return (await import('./folder-evidence.js')).openFolderEvidence(lake);
}
