import { DynamoDbLakeState } from '../../../src/adapters/aws/dynamodb-lake-state.js';
import { DynamoDbTable } from '../../../src/adapters/aws/dynamodb-table.js';
import { S3BundleStore } from '../../../src/adapters/aws/s3-bundle-store.js';
import { ATHENA } from '../../../src/datasets/dataset.js';
import { nextTry } from '../../../src/datasets/open-query.js';
import { createRandom } from '../../../src/demo/random.js';
import { ingestLogFiles } from '../../../src/jobs/ingest-log-files.js';
import { OpenBundle } from '../../../src/jobs/open-bundle.js';
import { queryHistory } from '../../../src/jobs/query-histories.js';
import { type ResolveReport, resolveQueries } from '../../../src/jobs/resolve-queries.js';
import { bundleId } from '../../../src/lake/names.js';
import type { OpenQueries } from '../../../src/ports/open-queries.js';
import type { QueryHistory } from '../../../src/ports/query-history.js';
import { S3_BUNDLE } from '../../../src/wiring/s3-bundle.js';
import { AwsWorld } from '../aws/aws-world.ts';
import { MemoryLogSource, type MemoryObject } from '../memory-log-source.ts';
import type { SteppedTime } from '../stepped-time.ts';
import { HOME, roleArn } from './accounts.ts';
import type { OrganizationMutant } from './mutants.ts';

const BUCKET = 'amzn-s3-demo-lake';
const PREFIX = 'audit/';
const STATE = 'audit-lake-state';
const FULL_TEXTS = { mode: 'full' as const };

/** A lake in S3 with its state in DynamoDB, and the two jobs over it. Nothing goes wrong with the lake itself. */
export class OrganizationLake {
  readonly #world: AwsWorld;
  readonly #time: SteppedTime;
  readonly #state: DynamoDbLakeState;
  readonly #store: S3BundleStore;
  readonly #newBundleId: () => string;
  readonly #mutant: OrganizationMutant | undefined;
  /** When open queries are due: all of them, and perhaps some that have ended since. */
  #tries: readonly number[] = [];

  constructor({ time, seed, mutant }: LakeOptions) {
    this.#world = new AwsWorld({ now: time.now, account: HOME });
    this.#world.s3.createBucket(BUCKET);
    this.#world.dynamodb.createTable(STATE);
    this.#time = time;
    this.#mutant = mutant;
    const { s3: client, dynamodb } = this.#world.clients;
    this.#state = new DynamoDbLakeState(new DynamoDbTable(dynamodb, STATE, time), time.now);
    const place = { bucket: BUCKET, prefix: 'audit' };
    this.#store = new S3BundleStore({ client, place, expectedOwner: HOME, waiting: time });
    const { between } = createRandom(seed);
    this.#newBundleId = () => bundleId(Uint8Array.from({ length: 17 }, () => between(0, 255)));
  }

  /** Takes these log files in. @throws Error where one was not taken */
  async ingest(objects: readonly MemoryObject[], athena: QueryHistory): Promise<void> {
    const source = new MemoryLogSource(objects);
    const lane = new OpenBundle({
      datasets: [{ name: 'athena_events', eventSources: [ATHENA] }],
      reader: source,
      history: this.#historyOver(athena),
      ownRoleArns: new Set([roleArn(HOME)]),
      privacy: FULL_TEXTS,
      clock: this.#time.now,
      now: this.#time.now(),
      breathe: async () => undefined,
      full: S3_BUNDLE,
    });
    const ports = { state: this.#state, bundles: this.#store, newBundleId: this.#newBundleId };
    const { failures } = await ingestLogFiles({
      ...{ source, lanes: [lane], batchFiles: 16, ports },
      datasets: ['athena_events'],
      follow: async () => undefined,
      isStopped: () => false,
    });
    const [failure] = failures;
    if (failure) throw new Error(`INGEST: ${failure.code} ${failure.message}`);
    this.#tries = [...this.#tries, nextTry(this.#time.at, 0)];
    this.#forgetCalls();
  }

  /** Asks again about the queries that are due. */
  async resolve(athena: QueryHistory): Promise<ResolveReport> {
    const ports = {
      ...{ state: this.#state, bundles: this.#store, newBundleId: this.#newBundleId },
      queries: this.#noting(this.#state.queries),
      history: this.#historyOver(athena),
    };
    const { now, at } = this.#time;
    this.#tries = this.#tries.filter((due) => due > at);
    const options = { now, textMode: FULL_TEXTS.mode, all: false, mayStart: () => true };
    const report = await resolveQueries(this.#mutant?.resolving?.(ports, at) ?? ports, options);
    this.#forgetCalls();
    return report;
  }

  /** Keys of open queries, as they lie in the table. */
  openQueries(): readonly string[] {
    return this.#world.dynamodb
      .items(STATE)
      .filter(({ pk, st }) => pk?.S?.startsWith('ENR#') && st?.S === 'OPEN')
      .map(({ sk }) => sk?.S ?? '');
  }

  /** Whether an open query may be due; asks nobody, since that would take most of the time of a test. */
  isDue(): boolean {
    return this.#tries.some((at) => at <= this.#time.at);
  }

  /** Data files that readers see, by their path below the lake. */
  dataFiles(): ReadonlyMap<string, Uint8Array> {
    const objects = [...this.#world.s3.objects(BUCKET, PREFIX)];
    const files = objects.filter(([key]) => key.endsWith('.parquet'));
    return new Map(files.map(([key, { bytes }]) => [key.slice(PREFIX.length), bytes]));
  }

  committedList() {
    return this.#state.committedList();
  }

  #noting(queries: OpenQueries): OpenQueries {
    return {
      openQueries: () => queries.openQueries(),
      open: (opened) => queries.open(opened),
      reopen: (opened) => queries.reopen(opened),
      wake: (query, at) => queries.wake(query, at),
      postpone: (postponed) => {
        this.#tries = [...new Set([...this.#tries, ...postponed.map(({ nextTry }) => nextTry)])];
        return queries.postpone(postponed);
      },
    };
  }

  #historyOver(athena: QueryHistory): QueryHistory {
    const known = this.#mutant?.known?.(this.#state.known) ?? this.#state.known;
    return queryHistory({ known, histories: [athena], privacy: FULL_TEXTS });
  }

  /** The double remembers each; there are very many. */
  #forgetCalls(): void {
    this.#world.calls.length = 0;
  }
}

type LakeOptions = {
  readonly time: SteppedTime;
  readonly seed: number;
  readonly mutant: OrganizationMutant | undefined;
};
