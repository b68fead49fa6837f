import type { Day, PartitionKey } from '../lake/partition.js';
import type { TableName } from '../lake/tables.js';

/**
 * Where a partition stands on its way into the catalog (protocol 4.3). PENDING: known to us alone. ISSUING: somebody
 * holds a lease and asks the catalog. REGISTERED: verified there. BLOCKED: given up, until somebody retries.
 */
export type Registration = 'PENDING' | 'ISSUING' | 'REGISTERED' | 'BLOCKED';

/** A partition as the register knows it (item PART). Moments are milliseconds since 1970. */
export type RegisteredPartition = PartitionKey & {
  readonly visible: number;
  readonly writing: number;
  readonly registration: Registration;
  /**
   * Part of the token of its statement. Grows with every definite failure and every reopening and never falls: no
   * token serves for a second statement.
   */
  readonly attempt: number;
  /** Definite failures since it was opened: back-off and giving up follow them. */
  readonly failures: number;
  /** Grows with each claim: what an earlier holder still writes under its own fence is refused. */
  readonly fence: number;
  readonly leaseUntil?: number;
  /** Not to be claimed before: the back-off after a failure. */
  readonly notBefore?: number;
  /** Token of the batch in which it was issued. */
  readonly batch?: string;
  /** Why it is PENDING again or BLOCKED. */
  readonly reason?: string;
};

/** Partitions of one table that one statement adds (item BATCH). What it holds decides its token. */
export type PartitionBatch = {
  readonly token: string;
  readonly table: TableName;
  readonly days: readonly Day[];
  readonly attempt: number;
  /** What the catalog called the statement; absent until it was started. */
  readonly executionId?: string;
};

/** A partition held under a lease: one that `claim` gave. */
export type Claim = PartitionKey & { readonly fence: number };

/** The way of partitions into the catalog, as conditional writes (protocol 4.3). Linearizable. */
export interface PartitionRegister {
  /** All partitions of a table by day, as of now (a strong read). @throws AuditLakeError LAKE_FORMAT */
  list(table: TableName): Promise<readonly RegisteredPartition[]>;
  /**
   * PENDING and due, or ISSUING under a lease that has run out, becomes ISSUING under ours: gives it as it stands
   * now. Undefined where somebody else was faster. `owner` names one run, so that an own claim whose response was
   * lost is recognised.
   */
  claim(
    partition: PartitionKey,
    lease: { readonly owner: string; readonly now: number; readonly until: number },
  ): Promise<RegisteredPartition | undefined>;
  /** Notes a batch and names it in all its claimed partitions. False: a claim was lost, and nothing is noted. */
  issue(batch: PartitionBatch, claims: readonly Claim[]): Promise<boolean>;
  /** @throws AuditLakeError LAKE_FORMAT */
  findBatch(token: string): Promise<PartitionBatch | undefined>;
  /** Notes what the catalog called the statement of a batch. */
  noteExecution(token: string, executionId: string): Promise<void>;
  /** A verified fact, whoever found it: REGISTERED, unless it is already. Needs no fence. */
  registered(partition: PartitionKey): Promise<void>;
  /**
   * ISSUING becomes PENDING, or BLOCKED, under the fence of the claim, its attempt one more; else nothing happens. Its
   * failures too, unless it was refused: whose permissions are missing is not given up for it.
   */
  failed(
    claim: Claim,
    failure: {
      readonly notBefore: number;
      readonly blocked: boolean;
      readonly reason: string;
      readonly isRefusal?: boolean;
    },
  ): Promise<void>;
  /** REGISTERED, BLOCKED or PENDING becomes PENDING: the next attempt, no failures yet. ISSUING is left alone. */
  reopen(partition: PartitionKey, reason: string): Promise<void>;
}
