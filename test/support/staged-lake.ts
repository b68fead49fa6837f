import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import {
  type FinishPorts,
  finishBundle,
  type SweepReport,
  sweepBundles,
} from '../../src/jobs/finish-bundle.js';
import { visibleState } from '../../src/jobs/visible-state.js';
import { type BundleId, bundleId, dataFilePath } from '../../src/lake/names.js';
import type { LogReader } from '../../src/ports/log-source.js';
import { Chaos } from './chaos.ts';
import { rowsOfDataFile } from './data-file-rows.ts';
import type { MadeLogFile } from './log-files.ts';
import { type Delivered, deliver, oneEach } from './memory-deliveries.ts';
import { MemoryItems, MemoryLakeState, type PlantedBug } from './memory-lake-state.ts';
import { MemoryObjects } from './memory-objects.ts';
import { MemoryBundleLedger, MemoryStagedBundles, type StagingBug } from './memory-staged-bundles.ts';

export type LakeBug = PlantedBug | StagingBug | 'fixed-id';

/** The one dataset of these lakes: what holds of it holds of any. */
const DATASETS = ['cloudtrail_events'] as const;
const rowsRead = new WeakMap<Uint8Array, Promise<string[]>>();

/** A lake in a bucket whose readers look into locations, as Athena does: not the committed list. */
export class StagedLake {
  readonly items = new MemoryItems();
  readonly objects = new MemoryObjects();
  readonly #bug: LakeBug | undefined;
  #bundleIds = 0;

  constructor(bug?: LakeBug) {
    this.#bug = bug;
  }

  /** Somebody who delivers, finishes and sweeps; with chaos he may die of it. */
  worker(chaos = new Chaos()): StagedWorker {
    return new StagedWorker(this, chaos, this.#bug);
  }

  readonly newBundleId = (): BundleId => `b${String(this.#bundleIds++).padStart(25, '0')}`;

  /** The rows that a query finds now at the locations of all days, sorted. Fails where one is not committed. */
  async rows(): Promise<string[]> {
    const rows: string[] = [];
    for (const { key, v } of this.items.parts.values()) {
      const folder = `${dirname(dataFilePath({ ...key, generation: v }, 'any'))}/`;
      for (const { name } of await this.objects.below(folder)) {
        const [, bid = ''] = /b-(.+)\.parquet/.exec(name) ?? [];
        if (bid !== '' && this.items.bundles.get(bid) !== 'COMMITTED') throw new Error(`STRANGER: ${name}`);
        rows.push(...(await this.#rowsOf(key.table, name)));
      }
    }
    return rows.sort();
  }

  staged(): Promise<readonly { readonly name: string }[]> {
    return this.objects.below('_meta/stage/');
  }

  /** From here on, commits go to the next generation, which no query sees yet. */
  seal(): void {
    for (const { key } of this.items.parts.values()) this.items.seal(key);
  }

  /** Compaction of every day, sealed or not: what the seal found becomes compacted files of the next generation. */
  async compact(): Promise<void> {
    for (const { key, v, sealed } of this.#sealedParts()) {
      for (const { path } of sealed) {
        const [, bid = ''] = /[bc]-(.+)\.parquet/.exec(path) ?? [];
        if (!(await this.objects.has(path))) await this.worker().finish(bid);
        const bytes = await this.objects.get(path);
        const compacted = dataFilePath({ ...key, generation: v + 1 }, bid).replace('/b-', '/c-');
        if (bytes) await this.objects.put(compacted, bytes);
      }
      this.items.swap(key);
    }
  }

  #sealedParts() {
    this.seal();
    return [...this.items.parts.values()];
  }

  async #rowsOf(table: string, name: string): Promise<readonly string[]> {
    const bytes = await this.objects.get(name);
    if (!bytes) return [];
    const known = rowsRead.get(bytes) ?? rowsOfDataFile(table, bytes);
    rowsRead.set(bytes, known);
    return known;
  }
}

/** The real jobs over the ports of one staged lake, every effect of theirs under the same chaos. */
export class StagedWorker {
  readonly #lake: StagedLake;
  readonly #chaos: Chaos;
  readonly #bug: LakeBug | undefined;
  readonly #bundles: MemoryStagedBundles;
  readonly ports: FinishPorts;

  constructor(lake: StagedLake, chaos: Chaos, bug: LakeBug | undefined) {
    this.#lake = lake;
    this.#chaos = chaos;
    this.#bug = bug;
    const objects = chaos.wrap('objects', lake.objects, 'AWS_FAILED');
    this.#bundles = new MemoryStagedBundles(objects, lake.items, bug);
    const ledger = chaos.wrap('ledger', new MemoryBundleLedger(lake.items, bug), 'AWS_FAILED');
    this.ports = { ledger, staged: this.#bundles, pause: async () => undefined };
  }

  /** Each log file in a message of its own, `m0` the first. */
  deliver(files: readonly MadeLogFile[], reader?: LogReader): Promise<Delivered> {
    const bug = STATE_BUGS.find((it) => it === this.#bug);
    const state = new MemoryLakeState(this.#lake.items, bug ? { bug } : {});
    const wrapped = this.#chaos.wrap('state', state, 'AWS_FAILED');
    return deliver(
      { ...this.#lake, store: this.#bundles, newBundleId: () => this.#newBundleId(files) },
      {
        messages: oneEach(files),
        datasets: DATASETS,
        ports: { state: visibleState(wrapped, (bid) => this.finish(bid)) },
        ...(reader && { reader: this.#chaos.wrap('reader', reader, 'READ_FAILED') }),
      },
    );
  }

  #newBundleId(files: readonly MadeLogFile[]): BundleId {
    if (this.#bug !== 'fixed-id') return this.#lake.newBundleId();
    return bundleId(
      createHash('sha256')
        .update(files.map(({ key }) => key).join())
        .digest(),
    );
  }

  finish(bid: BundleId): Promise<void> {
    return finishBundle(bid, this.ports);
  }

  sweep(): Promise<SweepReport> {
    return sweepBundles(this.ports, this.#lake.objects.now);
  }
}

const STATE_BUGS: readonly PlantedBug[] = [
  'no-file-check',
  'no-part-check',
  'no-ledger-entry',
  'park-unconditional',
];
