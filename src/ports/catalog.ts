import type { CommittedDay } from './lake-state.js';

/** What engines see of the lake. It always follows the registry: it may lag, never lead. */
export interface Catalog {
  /** @throws AuditLakeError LAKE_WRITE_FAILED */
  publish(days: readonly CommittedDay[]): Promise<void>;
}
