import type { AnyPartition, PartitionKey, PartitionName } from '../lake/partition.js';
import type { TableName } from '../lake/tables.js';

/**
 * Where a partition stands on its way into the catalog (protocol 4.3). PENDING: known to us alone. ISSUING: somebody
 * holds a lease and asks the catalog. REGISTERED: verified there. BLOCKED: given up, until somebody retries.
 */
export type Registration = 'PENDING' | 'ISSUING' | 'REGISTERED' | 'BLOCKED';

/** A partition as the register knows it (item PART). */
export type RegisteredPartition<K extends AnyPartition = PartitionKey> = K & Standing;

/** How it stands there. Moments are milliseconds since 1970. */
export type Standing = {
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
export type PartitionBatch<K extends AnyPartition = PartitionKey> = {
  readonly token: string;
  readonly table: K['table'];
  readonly names: readonly PartitionName[];
  readonly attempt: number;
  /** What the catalog called the statement; absent until it was started. */
  readonly executionId?: string;
};

/** A partition held under a lease: one that `claim` gave. */
export type Claim<K extends AnyPartition = PartitionKey> = K & { readonly fence: number };

/** The way of partitions into the catalog, as conditional writes (protocol 4.3). Linearizable. */
export interface Registrations<K extends AnyPartition = PartitionKey> {
  /**
   * The partitions of a table that are not REGISTERED, as of now (strong reads); of very many, as many as are worth a
   * run, the newest days first. @throws AuditLakeError LAKE_FORMAT
   */
  open(table: K['table']): Promise<readonly RegisteredPartition<K>[]>;
  /**
   * PENDING and due, or ISSUING under a lease that has run out, becomes ISSUING under ours: gives it as it stands
   * now. Undefined where somebody else was faster. `owner` names one run, so that an own claim whose response was
   * lost is recognised.
   */
  claim(
    partition: K,
    lease: { readonly owner: string; readonly now: number; readonly until: number },
  ): Promise<RegisteredPartition<K> | undefined>;
  /** Notes a batch and names it in all its claimed partitions. False: a claim was lost, and nothing is noted. */
  issue(batch: PartitionBatch<K>, claims: readonly Claim<K>[]): Promise<boolean>;
  /** @throws AuditLakeError LAKE_FORMAT */
  findBatch(token: string): Promise<PartitionBatch<K> | undefined>;
  /** Notes what the catalog called the statement of a batch. */
  noteExecution(token: string, executionId: string): Promise<void>;
  /** A verified fact, whoever found it: REGISTERED, unless it is already. Needs no fence. */
  registered(partition: K): Promise<void>;
  /**
   * ISSUING becomes PENDING, or BLOCKED, under the fence of the claim, its attempt one more; else nothing happens. Its
   * failures too, unless it was refused: whose permissions are missing is not given up for it.
   */
  failed(
    claim: Claim<K>,
    failure: {
      readonly notBefore: number;
      readonly blocked: boolean;
      readonly reason: string;
      readonly isRefusal?: boolean;
    },
  ): Promise<void>;
  /** REGISTERED, BLOCKED or PENDING becomes PENDING: the next attempt, no failures yet. ISSUING is left alone. */
  reopen(partition: K, reason: string): Promise<void>;
}

/** The register of the tables of a lake. */
export interface PartitionRegister extends Registrations {
  /** All partitions of a table by day, as of now (a strong read). @throws AuditLakeError LAKE_FORMAT */
  list(table: TableName): Promise<readonly RegisteredPartition[]>;
}
