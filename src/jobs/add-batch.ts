import { AuditLakeError } from '../errors.js';
import { type AnyPartition, type PartitionKey, partitionName } from '../lake/partition.js';
import { batchToken } from '../lake/partition-ddl.js';
import type { CatalogLocation, PartitionCatalog, StatementOutcome } from '../ports/catalog.js';
import type { PartitionBatch, RegisteredPartition, Registrations } from '../ports/partition-register.js';
import { misplaced } from './partition-drift.js';

/** What the registrar works with. */
export type RegistrarPorts<K extends AnyPartition = PartitionKey> = {
  readonly register: Registrations<K>;
  readonly catalog: PartitionCatalog<K>;
  /** Milliseconds since 1970. Clocks may differ: safety does not rest on them. */
  readonly now: () => number;
  readonly pause: (millis: number) => Promise<void>;
  /** Names this run: no two that run at once share one. */
  readonly owner: string;
  /** Somebody wants it to end: nothing more is begun. */
  readonly isStopped?: () => boolean;
};

/** What became of a run, counted in partitions. */
export type RegistrarReport = {
  /** Asked for by a statement of this run. */
  issued: number;
  /** Verified in the catalog by this run. */
  registered: number;
  /** Still on their way: another run goes on with them. */
  pending: number;
  /** Given up, now or before: somebody has to look. */
  blocked: number;
  readonly warnings: string[];
};

/** A run of the registrar: its end in milliseconds since 1970. */
export type RegistrarRun<K extends AnyPartition = PartitionKey> = {
  readonly ports: RegistrarPorts<K>;
  readonly until: number;
  readonly report: RegistrarReport;
};

const FIRST_LOOK_MS = 250;
const LONGEST_WAIT_MS = 2_000;
/** After more definite failures than these, a partition is given up. */
const MOST_FAILURES = 8;
const FIRST_BACK_OFF_MS = 60_000;
const LONGEST_BACK_OFF_MS = 3_600_000;
const NOT_SHOWN =
  'the statement succeeded, but the catalog does not show the partition: engines cannot see its rows yet';

/**
 * One statement for partitions that this run has claimed: asked for, waited for, verified (protocol 4.3). Whatever is
 * unknown at the end stays under the lease, and who takes it over goes on with the same statement.
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED, LAKE_FORMAT
 */
export async function addBatch<K extends AnyPartition>(
  claims: readonly RegisteredPartition<K>[],
  run: RegistrarRun<K>,
): Promise<void> {
  const { register } = run.ports;
  const batch = (await knownBatch(claims, register)) ?? (await newBatch(claims, register));
  if (batch === undefined) return;
  const left = batch.executionId === undefined ? claims : await settleWhatIsShown(claims, run);
  if (left.length === 0) return;
  const outcome = await outcomeOf(batch, { claims: left, run });
  if (outcome && outcome.kind !== 'running') await settle(left, { outcome, run });
}

/** The batch in which an earlier holder issued them. */
async function knownBatch<K extends AnyPartition>(
  [first]: readonly RegisteredPartition<K>[],
  register: Registrations<K>,
): Promise<PartitionBatch<K> | undefined> {
  return first?.batch === undefined ? undefined : register.findBatch(first.batch);
}

/** Undefined where a claim was lost meanwhile: nothing was issued, and others go on. */
async function newBatch<K extends AnyPartition>(
  claims: readonly RegisteredPartition<K>[],
  register: Registrations<K>,
): Promise<PartitionBatch<K> | undefined> {
  const [first] = claims;
  if (!first) return undefined;
  const what = { table: first.table, names: claims.map(partitionName), attempt: first.attempt };
  const batch: PartitionBatch<K> = { token: batchToken(what), ...what };
  return (await register.issue(batch, claims)) ? batch : undefined;
}

type Held<K extends AnyPartition> = {
  readonly claims: readonly RegisteredPartition<K>[];
  readonly run: RegistrarRun<K>;
};

/** How the statement of a batch ended, started where nobody did; undefined where it may not be started. */
async function outcomeOf<K extends AnyPartition>(
  batch: PartitionBatch<K>,
  held: Held<K>,
): Promise<StatementOutcome | undefined> {
  if (batch.executionId !== undefined) return end(batch.executionId, held.run);
  const started = await start(batch, held);
  if (started === 'refused') return undefined;
  if (started === undefined) return { kind: 'failed', reason: 'its token stands for another statement' };
  await held.run.ports.register.noteExecution(batch.token, started);
  return end(started, held.run);
}

/** A refusal is certain not to have begun and no fault of the partitions: they wait, and are not given up for it. */
async function start<K extends AnyPartition>(
  batch: PartitionBatch<K>,
  { claims, run }: Held<K>,
): Promise<string | undefined> {
  try {
    const executionId = await run.ports.catalog.startAdding(batch);
    run.report.issued += batch.names.length;
    return executionId;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await fail(claims, { reason: error.message, blocked: false, isRefusal: true, run });
    return 'refused';
  }
}

function isRefusal(error: unknown): error is AuditLakeError {
  return error instanceof AuditLakeError && (error.code === 'AWS_DENIED' || error.code === 'AWS_CREDENTIALS');
}

/** Waits for the end of a statement, but not beyond the end of the run. */
async function end<K extends AnyPartition>(
  executionId: string,
  { ports: { catalog, now, pause }, until }: RegistrarRun<K>,
): Promise<StatementOutcome> {
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(LONGEST_WAIT_MS, 2 * wait)) {
    const outcome = await catalog.outcomeOf(executionId);
    if (outcome.kind !== 'running' || now() >= until) return outcome;
    await pause(wait);
  }
}

/** What the catalog shows decides, whatever the statement said. */
async function settle<K extends AnyPartition>(
  claims: readonly RegisteredPartition<K>[],
  { outcome, run }: { readonly outcome: StatementOutcome; readonly run: RegistrarRun<K> },
): Promise<void> {
  const missing = await settleWhatIsShown(claims, run);
  await fail(missing, { reason: outcome.kind === 'failed' ? outcome.reason : NOT_SHOWN, run });
}

/**
 * Gives those that the catalog does not show. What another run has started may be impossible to ask after (another
 * workgroup, permissions, kind of catalog), so this is looked at first where a statement is taken over.
 */
async function settleWhatIsShown<K extends AnyPartition>(
  claims: readonly RegisteredPartition<K>[],
  run: RegistrarRun<K>,
): Promise<readonly RegisteredPartition<K>[]> {
  const [first] = claims;
  if (!first) return [];
  const shown = await run.ports.catalog.locations(first.table, claims.map(partitionName));
  const missing: RegisteredPartition<K>[] = [];
  for (const claim of claims) {
    const location = shown.get(partitionName(claim));
    if (location) await settleShown(claim, { location, run });
    else missing.push(claim);
  }
  return missing;
}

async function settleShown<K extends AnyPartition>(
  claim: RegisteredPartition<K>,
  { location, run }: { readonly location: CatalogLocation; readonly run: RegistrarRun<K> },
): Promise<void> {
  const { register, catalog } = run.ports;
  const wrong = misplaced(claim, location);
  if (wrong !== undefined) {
    const mend = location.kind === 'foreign' ? `: \`audit-lake ${repairOf(claim)}\` moves it` : '';
    return fail([claim], { reason: `${wrong}${mend}`, blocked: true, run });
  }
  // Only a partition that was dropped after a compaction comes back in an older generation.
  const isBehind = location.kind === 'own' && location.generation < claim.visible;
  if (isBehind) await catalog.move(claim, claim.visible);
  await register.registered(claim);
  run.report.registered++;
  run.report.pending--;
}

/** Gives claims back, or up. `blocked` undefined: after too many failures. */
async function fail<K extends AnyPartition>(
  claims: readonly RegisteredPartition<K>[],
  failure: {
    readonly reason: string;
    readonly blocked?: boolean;
    readonly isRefusal?: boolean;
    readonly run: RegistrarRun<K>;
  },
): Promise<void> {
  const { reason, isRefusal = false, run } = failure;
  const [first, last] = [claims.at(-1), claims.at(0)];
  if (!first || !last) return;
  const { report, ports } = run;
  for (const claim of claims) {
    const blocked = failure.blocked ?? claim.failures >= MOST_FAILURES;
    const backOff = Math.min(
      LONGEST_BACK_OFF_MS,
      FIRST_BACK_OFF_MS * 2 ** (isRefusal ? claim.attempt : claim.failures),
    );
    await ports.register.failed(claim, { notBefore: ports.now() + backOff, blocked, reason, isRefusal });
    if (!blocked) continue;
    report.blocked++;
    report.pending--;
  }
  const [from, to] = [partitionName(first), partitionName(last)];
  const which = first === last ? from : `${from} to ${to} (${claims.length} ${unitOf(first)})`;
  report.warnings.push(`${first.table} ${which} not registered: ${reason}`);
}

const unitOf = (partition: AnyPartition) => ('account' in partition ? 'partitions' : 'days');
const repairOf = (partition: AnyPartition) =>
  'account' in partition ? 'raw register --retry' : 'partitions repair';
