import { type RegistrarReport, registerPartitions } from '../../src/jobs/register-partitions.js';
import type { PartitionKey } from '../../src/lake/partition.js';
import type { TableName } from '../../src/lake/tables.js';
import type { Catalog } from '../../src/ports/catalog.js';
import type { PartitionRegister } from '../../src/ports/partition-register.js';
import { Chaos } from './chaos.ts';
import { MemoryCatalog } from './memory-catalog.ts';
import { MemoryPartitionRegister, type RegisterBug, RegisterItems } from './memory-partition-register.ts';

export type RunOptions = {
  readonly chaos?: Chaos;
  readonly bug?: RegisterBug | undefined;
  readonly budgetMs?: number;
  /** Of the catalog's calls that go wrong. */
  readonly code?: 'AWS_FAILED' | 'AWS_DENIED';
  /** In front of the catalog: what a mutant of it would say. */
  readonly catalog?: Catalog;
};

const TABLES: readonly TableName[] = ['athena_events', 'cloudtrail_events'];
const MORE_THAN_ANY_WAIT_MS = 3_700_000;

/** A register and a catalog in memory, a clock that only waiting moves, and registrars over them. */
export class RegistrarWorld {
  now = Date.UTC(2026, 0, 9);
  readonly items = new RegisterItems();
  readonly catalog = new MemoryCatalog(() => this.now);
  readonly register = new MemoryPartitionRegister(this.items);
  #runs = 0;

  /** Days that ingest has made known. */
  constructor(keys: readonly PartitionKey[] = []) {
    for (const key of keys) this.items.open(key);
  }

  /** One run of the real job, as its own owner. */
  run(options: RunOptions = {}): Promise<RegistrarReport> {
    const { chaos = new Chaos(), bug, budgetMs, code = 'AWS_FAILED' } = options;
    const register: PartitionRegister = new MemoryPartitionRegister(this.items, bug);
    const ports = {
      register: chaos.wrap('register', register, 'AWS_FAILED'),
      catalog: chaos.wrap('catalog', options.catalog ?? this.catalog, code),
      now: () => this.now,
      pause: async (millis: number) => {
        this.now += millis;
      },
      owner: `run-${this.#runs++}`,
    };
    return registerPartitions(TABLES, ports, budgetMs);
  }

  /** As many runs as it takes, over a day and more, with time between them for every lease and back-off to end. */
  async settle(options: RunOptions = {}): Promise<RegistrarReport> {
    for (let round = 0; round < 30; round++) {
      this.now += MORE_THAN_ANY_WAIT_MS;
      const report = await this.run(options);
      if (report.pending === 0) return report;
    }
    throw new Error('partitions are stuck on their way');
  }

  /** What is wrong, in words: the oracle. Once settled, every partition is REGISTERED and asked for once. */
  async faults({ settled }: { readonly settled: boolean }): Promise<readonly string[]> {
    const found: string[] = [];
    for (const part of this.items.parts.values()) {
      const name = `${part.table} ${part.day}`;
      const location = (await this.catalog.list(part.table)).get(part.day);
      const isShown = location?.kind === 'own' && location.generation === part.visible;
      if (part.registration === 'REGISTERED' && !isShown) found.push(`${name} REGISTERED, but not shown`);
      if (settled && part.registration !== 'REGISTERED') found.push(`${name} is ${part.registration}`);
      const statements = this.catalog.statementsFor(part);
      const failed = statements.filter(({ ends }) => ends.kind === 'failed').length;
      if (statements.length > 1 + failed) found.push(`${name} asked for by ${statements.length} statements`);
      if (settled && statements.length === 0) found.push(`${name} never asked for`);
    }
    return found;
  }
}
