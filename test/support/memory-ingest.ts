import { ATHENA, type Dataset, type DatasetName } from '../../src/datasets/dataset.js';
import { type IngestReport, ingestLogFiles } from '../../src/jobs/ingest-log-files.js';
import { type BundleLane, OpenBundle } from '../../src/jobs/open-bundle.js';
import type { LogReader } from '../../src/ports/log-source.js';
import type { QueryHistory } from '../../src/ports/query-history.js';
import { Chaos } from './chaos.ts';
import { rowsOfDataFile } from './data-file-rows.ts';
import { MemoryBundleStore } from './memory-bundle-store.ts';
import { MemoryItems, MemoryLakeState, type PlantedBug } from './memory-lake-state.ts';
import { MemoryLogSource, type MemoryObject } from './memory-log-source.ts';

export const BOTH = ['athena_events', 'cloudtrail_events'] as const satisfies readonly DatasetName[];

const DATASETS: readonly Dataset[] = [
  { name: 'athena_events', eventSources: [ATHENA] },
  { name: 'cloudtrail_events', eventSources: 'all' },
];

/** The moment of every ingest in memory. */
export const NOW = Date.UTC(2026, 0, 20);

/** A lake in memory and what lasts of it when a process dies. */
export class MemoryLake {
  readonly items: MemoryItems;
  readonly store = new MemoryBundleStore();
  #bundleIds = 0;

  constructor(items = new MemoryItems()) {
    this.items = items;
  }

  readonly newBundleId = (): string => `b${String(this.#bundleIds++).padStart(25, '0')}`;

  /** The rows that a reader finds now, sorted. Fails where a listed data file is not there. */
  async rows(): Promise<string[]> {
    const rows: string[] = [];
    for (const { table, files } of await new MemoryLakeState(this.items).committedList()) {
      for (const { path } of files) {
        const bytes = this.store.files.get(path);
        if (!bytes) throw new Error(`a listed data file is not there: ${path}`);
        rows.push(...(await rowsOfDataFile(table, bytes)));
      }
    }
    return rows.sort();
  }
}

export type MemoryIngest = {
  readonly objects: readonly MemoryObject[];
  readonly datasets?: readonly DatasetName[];
  /** For each lane, after how many log files it calls itself full. */
  readonly lanes?: readonly number[];
  readonly chaos?: Chaos;
  readonly bug?: PlantedBug | undefined;
  readonly isStopped?: () => boolean;
  readonly source?: MemoryLogSource;
};

const NO_HISTORY: QueryHistory = { lookup: async () => new Map() };

/** The real job over ports in memory. */
export async function ingestInMemory(lake: MemoryLake, options: MemoryIngest): Promise<IngestReport> {
  const { objects, datasets = BOTH, lanes = [1_000], chaos = new Chaos(), bug } = options;
  const source = options.source ?? new MemoryLogSource(objects);
  const reader = chaos.wrap<LogReader>('reader', source, 'READ_FAILED');
  const state = new MemoryLakeState(lake.items, bug ? { bug } : {});
  const catalog = chaos.wrap('catalog', { follow: async () => undefined }, 'LAKE_WRITE_FAILED');
  return ingestLogFiles({
    source: chaos.wrap('source', source, 'LAKE_WRITE_FAILED'),
    datasets,
    lanes: lanes.map((full) => memoryLane(reader, full)),
    ports: {
      state: chaos.wrap('state', state, 'LAKE_WRITE_FAILED'),
      bundles: chaos.wrap('bundles', lake.store, 'LAKE_WRITE_FAILED'),
      newBundleId: lake.newBundleId,
    },
    follow: () => catalog.follow(),
    isStopped: options.isStopped ?? (() => false),
  });
}

/** A lane over a reader, which calls itself full after so many log files. Its clock stands still where none is given. */
export function memoryLane(reader: LogReader, full: number, clock = () => 0): BundleLane {
  const lane = new OpenBundle({
    datasets: DATASETS,
    reader,
    history: NO_HISTORY,
    ownRoleArns: new Set(),
    privacy: { mode: 'full' },
    clock,
    now: NOW,
    breathe: async () => undefined,
  });
  let held = 0;
  return {
    soFar: lane.soFar,
    add: async (tasks) => {
      held += tasks.length;
      return (await lane.add(tasks)) || held >= full;
    },
    close: () => {
      held = 0;
      return lane.close();
    },
  };
}
