import { type AssumedRole, assumeRole } from './assumed-role.js';
import { awsError } from './aws-error.js';

/**
 * Credentials of a role, for a client of the SDK: it asks when it needs some, and again before they expire.
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED, naming the role
 */
export function credentialsOfRole(role: AssumedRole) {
  const attempt = { action: 'sts:AssumeRole', resource: role.arn };
  return async () => {
    try {
      const { credentials, expiration } = await assumeRole(role);
      return { ...credentials, ...(expiration && { expiration }) };
    } catch (error) {
      throw awsError(error, attempt);
    }
  };
}
