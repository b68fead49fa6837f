import type { PartitionKey } from '../../src/lake/partition.js';
import type { TableName } from '../../src/lake/tables.js';
import type {
  Claim,
  PartitionBatch,
  PartitionRegister,
  RegisteredPartition,
} from '../../src/ports/partition-register.js';

/** Mistakes that a law must notice. `put-then-alter`: the recipe of 0.1 in failure-modes.md. */
export type RegisterBug = 'put-then-alter' | 'no-takeover' | 'no-claim';

type Part = RegisteredPartition & { readonly owner?: string };

/** PART and BATCH items, shared by every registrar. */
export class RegisterItems {
  readonly parts = new Map<string, Part>();
  readonly batches = new Map<string, PartitionBatch>();

  /** What ingest does, and nothing else of it: step 5 of protocol 4.2. */
  open(key: PartitionKey, more: Partial<Part> = {}): void {
    const { table, day } = key;
    const part: Part = {
      ...{ table, day, visible: 0, writing: 0 },
      ...{ registration: 'PENDING', attempt: 0, failures: 0, fence: 0 },
      ...more,
    };
    if (!this.parts.has(nameOf(key))) this.parts.set(nameOf(key), part);
  }

  get(key: PartitionKey): Part {
    const part = this.parts.get(nameOf(key));
    if (!part) throw new Error(`no partition ${nameOf(key)}`);
    return part;
  }
}

/** The register as protocol 4.3 says it: each call is one step. */
export class MemoryPartitionRegister implements PartitionRegister {
  readonly #items: RegisterItems;
  readonly #bug: RegisterBug | undefined;

  constructor(items: RegisterItems, bug?: RegisterBug) {
    this.#items = items;
    this.#bug = bug;
  }

  async list(table: TableName): Promise<readonly RegisteredPartition[]> {
    const parts = [...this.#items.parts.values()].filter((part) => part.table === table);
    return parts.sort((a, b) => (a.day < b.day ? -1 : 1)).map(({ owner: _, ...part }) => part);
  }

  async open(table: TableName): Promise<readonly RegisteredPartition[]> {
    return (await this.list(table)).filter(({ registration }) => registration !== 'REGISTERED');
  }

  async claim(
    key: PartitionKey,
    { owner, now, until }: { readonly owner: string; readonly now: number; readonly until: number },
  ): Promise<RegisteredPartition | undefined> {
    const part = this.#items.parts.get(nameOf(key));
    if (!part) return undefined;
    const { registration: reg, notBefore = 0, leaseUntil = 0 } = part;
    const isFree = reg === 'PENDING' && notBefore <= now;
    const isExpired = reg === 'ISSUING' && leaseUntil < now && this.#bug !== 'no-takeover';
    const mayClaim = isFree || isExpired || (this.#bug === 'no-claim' && reg === 'ISSUING');
    if (!mayClaim) return reg === 'ISSUING' && part.owner === owner ? part : undefined;
    const registration = this.#bug === 'put-then-alter' ? 'REGISTERED' : 'ISSUING';
    const { notBefore: _, ...rest } = part;
    return this.#put({ ...rest, registration, owner, leaseUntil: until, fence: part.fence + 1 });
  }

  async issue(batch: PartitionBatch, claims: readonly Claim[]): Promise<boolean> {
    if (this.#bug === 'put-then-alter' || this.#bug === 'no-claim') {
      this.#items.batches.set(batch.token, batch);
      return true;
    }
    if (!claims.every((claim) => this.#holds(claim))) return false;
    this.#items.batches.set(batch.token, { ...this.#items.batches.get(batch.token), ...batch });
    for (const claim of claims) this.#put({ ...this.#items.get(claim), batch: batch.token });
    return true;
  }

  async findBatch(token: string): Promise<PartitionBatch | undefined> {
    return this.#items.batches.get(token);
  }

  async noteExecution(token: string, executionId: string): Promise<void> {
    const batch = this.#items.batches.get(token);
    if (batch) this.#items.batches.set(token, { ...batch, executionId });
  }

  async registered(key: PartitionKey): Promise<void> {
    const part = this.#items.parts.get(nameOf(key));
    if (!part || part.registration === 'REGISTERED') return;
    const { leaseUntil: _, notBefore: __, reason: ___, ...rest } = part;
    this.#put({ ...rest, registration: 'REGISTERED', failures: 0 });
  }

  async failed(claim: Claim, failure: Parameters<PartitionRegister['failed']>[1]): Promise<void> {
    if (!this.#holds(claim)) return;
    const { leaseUntil: _, batch: __, ...rest } = this.#items.get(claim);
    const { notBefore, blocked, reason, isRefusal = false } = failure;
    const registration = blocked ? 'BLOCKED' : 'PENDING';
    const counts = { attempt: rest.attempt + 1, failures: rest.failures + (isRefusal ? 0 : 1) };
    this.#put({ ...rest, ...counts, registration, notBefore, reason });
  }

  async reopen(key: PartitionKey, reason: string): Promise<void> {
    const part = this.#items.parts.get(nameOf(key));
    if (!part || part.registration === 'ISSUING') return;
    const { leaseUntil: _, notBefore: __, batch: ___, ...rest } = part;
    this.#put({ ...rest, registration: 'PENDING', attempt: part.attempt + 1, failures: 0, reason });
  }

  #holds(claim: Claim): boolean {
    const part = this.#items.parts.get(nameOf(claim));
    return part?.registration === 'ISSUING' && part.fence === claim.fence;
  }

  #put(part: Part): RegisteredPartition {
    this.#items.parts.set(nameOf(part), part);
    const { owner: _, ...seen } = part;
    return seen;
  }
}

const nameOf = ({ table, day }: PartitionKey) => `${table} ${day}`;
