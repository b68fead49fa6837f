import { DynamoDbLakeEvidence } from '../adapters/aws/dynamodb-lake-evidence.js';
import { AuditLakeError } from '../errors.js';
import type { OpenEvidence } from './lake-evidence.js';
import { orLakeMissing } from './missing-lake.js';
import { mustBeOurs, type S3LakeSettings, s3Lake } from './s3-lake.js';

/** @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED */
export async function openS3Evidence(settings: S3LakeSettings): Promise<OpenEvidence> {
  const lake = s3Lake(settings);
  const close = async () => lake.close();
  try {
    await orLakeMissing(settings, () => mustBeOurs(lake));
    const known = await lake.lakeFile.read();
    const { table, stored } = lake;
    if (known) return { evidence: new DynamoDbLakeEvidence(table), stored, lakeFile: known.lake, close };
  } catch (error) {
    lake.close();
    throw error;
  }
  lake.close();
  throw new AuditLakeError('LAKE_MISSING', `there is no lake in ${settings.lake}`);
}
