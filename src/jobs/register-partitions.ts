import { AuditLakeError, type ErrorCode } from '../errors.js';
import { type AnyPartition, type PartitionKey, partitionName } from '../lake/partition.js';
import { batchesOf } from '../lake/partition-ddl.js';
import type { RegisteredPartition, Standing } from '../ports/partition-register.js';
import { addBatch, type RegistrarPorts, type RegistrarReport, type RegistrarRun } from './add-batch.js';

export type { RegistrarPorts, RegistrarReport } from './add-batch.js';

/** How long a claim holds: many times as long as a statement takes. */
const LEASE_MS = 600_000;
const BUDGET_MS = 60_000;
/** Failures that end the work on some partitions, not the run. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'AWS_DENIED',
  'AWS_CREDENTIALS',
  'AWS_FAILED',
  'LAKE_FORMAT',
]);

/** What a run came to, and why the register of a table could not be read: then the report is of the others. */
export type RegistrarRunEnd = { readonly report: RegistrarReport; readonly failures: readonly unknown[] };

/**
 * The registrar: brings every partition that is due into the catalog, one statement at a time, the newest days first
 * (protocol 4.3). Any number may run at once: a claim decides who asks for a partition. Begins nothing new after
 * `budgetMs` and waits for nothing longer; what is left is for another run. Never throws: whatever goes wrong beside
 * reading a register is a warning of the report.
 */
export async function tryToRegister<K extends AnyPartition = PartitionKey>(
  tables: readonly K['table'][],
  ports: RegistrarPorts<K>,
  budgetMs = BUDGET_MS,
): Promise<RegistrarRunEnd> {
  const report: RegistrarReport = { issued: 0, registered: 0, pending: 0, blocked: 0, warnings: [] };
  const run: RegistrarRun<K> = { ports, until: ports.now() + budgetMs, report };
  const failures: unknown[] = [];
  for (const table of tables) await registerTable(table, run).catch((error: unknown) => failures.push(error));
  return { report, failures };
}

/**
 * The same for who needs all tables.
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED, LAKE_FORMAT where the register of a table cannot be
 *   read, after the other tables had their turn
 */
export async function registerPartitions<K extends AnyPartition = PartitionKey>(
  ...asked: Parameters<typeof tryToRegister<K>>
): Promise<RegistrarReport> {
  const { report, failures } = await tryToRegister<K>(...asked);
  if (failures.length > 0) throw failures[0];
  return report;
}

async function registerTable<K extends AnyPartition>(table: K['table'], run: RegistrarRun<K>): Promise<void> {
  const { register, catalog, now } = run.ports;
  const partitions = await register.open(table);
  run.report.blocked += partitions.filter(({ registration }) => registration === 'BLOCKED').length;
  const open = partitions.filter(
    ({ registration }) => registration === 'PENDING' || registration === 'ISSUING',
  );
  run.report.pending += open.length;
  const due = open.filter((partition) => isDue(partition, now()));
  if (due.length === 0 || run.ports.isStopped?.()) return;
  const isThere = await orWarning(run, `${table} not made`, () => catalog.ensureTable(table));
  if (!isThere) return;
  for (const group of groupsOf(due)) {
    if (now() >= run.until || run.ports.isStopped?.()) return;
    await orWarning(run, `${table} not registered`, () => addGroup(group, run));
  }
}

function isDue({ registration, notBefore, leaseUntil }: Standing, now: number): boolean {
  return registration === 'PENDING' ? (notBefore ?? 0) <= now : (leaseUntil ?? 0) < now;
}

/** What one statement may add: the batch in which it was issued before, else of the same attempt. Newest first. */
function groupsOf<K extends AnyPartition>(
  partitions: readonly RegisteredPartition<K>[],
): readonly (readonly RegisteredPartition<K>[])[] {
  const groups = new Map<string, RegisteredPartition<K>[]>();
  const newestFirst = [...partitions].sort((a, b) => byDay(b, a));
  for (const partition of newestFirst) {
    const name = partition.batch ?? `attempt ${partition.attempt}`;
    groups.set(name, [...(groups.get(name) ?? []), partition]);
  }
  return [...groups.values()].flatMap((group) => batchesOf(group));
}

function byDay(a: AnyPartition, b: AnyPartition): number {
  const [one, other] = a.day === b.day ? [partitionName(a), partitionName(b)] : [a.day, b.day];
  return one < other ? -1 : 1;
}

/** What was claimed may stand otherwise than it was listed: it is grouped again. */
async function addGroup<K extends AnyPartition>(
  group: readonly RegisteredPartition<K>[],
  run: RegistrarRun<K>,
): Promise<void> {
  const { register, owner, now } = run.ports;
  const claims: RegisteredPartition<K>[] = [];
  for (const partition of group) {
    const at = now();
    const claim = await register.claim(partition, { owner, now: at, until: at + LEASE_MS });
    if (claim) claims.push(claim);
  }
  for (const held of groupsOf(claims)) await addBatch(held, run);
}

/** Undefined after a failure that another run may not meet again. */
async function orWarning<T>(
  run: { readonly report: RegistrarReport },
  what: string,
  action: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof AuditLakeError) || !PASSING.has(error.code)) throw error;
    run.report.warnings.push(`${what}: ${error.message}`);
    return undefined;
  }
}
