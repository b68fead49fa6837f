import { DynamoDbLakeState } from '../../../src/adapters/aws/dynamodb-lake-state.js';
import { DynamoDbTable } from '../../../src/adapters/aws/dynamodb-table.js';
import { AuditLakeError } from '../../../src/errors.js';
import { queryHistory } from '../../../src/jobs/query-histories.js';
import { resolveQueries } from '../../../src/jobs/resolve-queries.js';
import { parsePartitionPath } from '../../../src/lake/partition.js';
import type { LakeState } from '../../../src/ports/lake-state.js';
import type { OpenQuery } from '../../../src/ports/open-queries.js';
import { detailsOf } from '../memory-resolve.ts';
import { athenaOfStory, faultsAtTheEnd, TOLD_BEFORE, type Told, TRUTH } from '../resolve-story.ts';
import { AwsLake, LAKE, STATE } from './aws-lake.ts';
import type { AwsProcess, Circumstances, Fate } from './aws-process.ts';
import { sweep } from './doors.ts';
import type { Mutant } from './lake-mutants.ts';
import { stagedNames } from './lake-objects.ts';

const HOUR = 3_600_000;
/** So that the story takes several bundles. */
const MOST_ITEMS = 7;

export type ResolveDayOptions = {
  readonly seed: number;
  /** The effect of this number, counted from 0, meets this fate. */
  readonly fault?: { readonly at: number; readonly fate: Fate };
  /** What becomes of every effect of the first runs, in place of one fault. */
  readonly luck?: (effect: string, lake: AwsLake) => Fate;
  /** Milliseconds until an effect of the first runs happens. */
  readonly latency?: (lake: AwsLake) => number;
  /** Runs at once. */
  readonly runs?: number;
  readonly mutant?: Mutant;
};

/** A lake in S3 with open queries of every kind: first runs of which something may go wrong, then those that follow. */
export class ResolveDay {
  readonly lake: AwsLake;
  /** The names of the effects that may go wrong, in order. */
  readonly effects: string[] = [];
  readonly #athena = athenaOfStory();
  readonly #options: ResolveDayOptions;

  constructor(options: ResolveDayOptions) {
    const { seed, mutant } = options;
    this.#options = options;
    this.lake = new AwsLake({ seed, catalog: 'glue', files: [], mutant });
    // The story is told at noon of another day than the lake begins.
    this.lake.time.now = Date.UTC(2026, 0, 9, 12);
  }

  /** What is wrong at the end, in words. */
  async run(): Promise<readonly string[]> {
    await this.#live({ name: 'before' }, (process) => this.#begin(process));
    const { runs = 1 } = this.#options;
    const first = Array.from({ length: runs }, (_, n) => this.#first(`run ${n}`));
    await this.#during(Promise.all(first));
    for (let later = 0; later < 6; later++) {
      await this.#during(this.lake.time.pass(7 * HOUR));
      await this.#live({ name: `sweep ${later}` }, (process) => sweep(this.lake, process));
      await this.#live({ name: `later ${later}` }, (process) => this.#resolve(process));
    }
    const left = stagedNames(this.lake).map((name) => `${name} is left over`);
    return [...faultsAtTheEnd(await this.#told()), ...left];
  }

  async #begin(process: AwsProcess): Promise<void> {
    const { queries, known } = this.#stateOf(process);
    const { query, answer } = TOLD_BEFORE;
    if (answer.kind === 'execution') await known.learn([{ ...query, execution: answer.execution }]);
    await queries.open(TRUTH.map((truth) => truth.query));
  }

  #first(name: string): Promise<unknown> {
    const { lake } = this;
    const { fault, luck, latency = () => 1 } = this.#options;
    const fateOf = (effect: string): Fate => {
      const at = this.effects.push(effect) - 1;
      return luck?.(effect, lake) ?? (at === fault?.at ? fault.fate : 'done');
    };
    const process = lake.process({ name, fateOf, latency: () => latency(lake) });
    return process.live(() => this.#resolve(process));
  }

  async #resolve(process: AwsProcess): Promise<void> {
    const state = this.#stateOf(process);
    const { store, newBundleId } = this.lake.portsOf(process);
    const history = queryHistory({
      ...{ known: state.known, histories: [this.#athena], privacy: { mode: 'full' } },
    });
    const ports = { state: small(state), bundles: store, newBundleId, queries: state.queries, history };
    const options = { now: process.now, textMode: 'full', all: true, mayStart: () => true } as const;
    await resolveQueries(ports, options).catch((error: unknown) => {
      if (!(error instanceof AuditLakeError) || error.code !== 'AWS_FAILED') throw error;
    });
  }

  #stateOf({ clients, waiting, now }: AwsProcess): DynamoDbLakeState {
    return new DynamoDbLakeState(new DynamoDbTable(clients.dynamodb, STATE, waiting), now);
  }

  /** What lies where readers look, and the items of queries, read behind everybody's back. */
  async #told(): Promise<Told> {
    const { world } = this.lake;
    const root = `${LAKE.prefix}/athena_query_details/`;
    const rows = [];
    for (const [key, { bytes }] of world.s3.objects(LAKE.bucket, root)) {
      const folder = key.slice(root.length, key.lastIndexOf('/'));
      rows.push(...(await detailsOf(bytes, parsePartitionPath(folder)?.day ?? folder)));
    }
    const items = world.dynamodb.items(STATE);
    const open = items.flatMap(({ pk, sk, st, started }): OpenQuery[] => {
      if (!pk?.S?.startsWith('ENR#') || st?.S !== 'OPEN') return [];
      const [account = '', region = '', id = ''] = (sk?.S ?? '').split('#');
      return [{ account, region, id, started: Number(started?.N), why: 'pending', hasText: false }];
    });
    return { rows, open };
  }

  #live(circumstances: Circumstances, action: (process: AwsProcess) => Promise<unknown>): Promise<void> {
    const process = this.lake.process(circumstances);
    return this.#during(process.live(() => action(process)));
  }

  /** Until it has ended, or its process is gone. */
  async #during(action: Promise<unknown>): Promise<void> {
    let failure: unknown;
    action.catch((error: unknown) => {
      failure = error;
    });
    await this.lake.time.run();
    await action.catch(() => undefined);
    if (failure !== undefined) throw failure;
  }
}

/** The same state, whose transactions hold less. */
function small(state: DynamoDbLakeState): LakeState {
  return new Proxy<LakeState>(state, {
    get: (target, property: keyof LakeState) => {
      if (property === 'mostItems') return MOST_ITEMS;
      const member = target[property];
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
