import { nameOf } from '../adapters/aws/aws-error.js';
import { AuditLakeError } from '../errors.js';
import type { S3LakeSettings } from './s3-lake.js';

/** For a Lambda, whose environment must name a lake in S3. */
export function lakeNotSet(): AuditLakeError {
  return new AuditLakeError('USAGE', 'AUDIT_LAKE_LAKE is not set: it names s3://bucket/prefix');
}

/** For a Lambda that takes in log files. */
export function sourcesNotSet(): AuditLakeError {
  const message = 'AUDIT_LAKE_SOURCES is not set: it names the prefixes that log files come from';
  return new AuditLakeError('USAGE', message);
}

/**
 * Reads the state of a lake in S3. @throws AuditLakeError LAKE_MISSING where there is no table of state, else whatever
 * the reading throws
 */
export async function orLakeMissing<T>(
  { lake, stateTable }: S3LakeSettings,
  reading: () => Promise<T>,
): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    const isMissing = error instanceof AuditLakeError && nameOf(error.cause) === 'ResourceNotFoundException';
    if (!isMissing) throw error;
    const message = `there is no lake in ${lake}: no DynamoDB table ${stateTable} holds its state`;
    throw new AuditLakeError('LAKE_MISSING', message, error);
  }
}
