import { gunzipSync, gzipSync } from 'node:zlib';
import { AthenaActivityLog } from '../../src/adapters/aws/athena-activity-log.js';
import { AthenaQueryEngine } from '../../src/adapters/aws/athena-query-engine.js';
import { AthenaTraceTable } from '../../src/adapters/aws/athena-trace-table.js';
import { RawCatalog } from '../../src/adapters/aws/raw-catalog.js';
import { RawPartitionMonths } from '../../src/adapters/aws/raw-partition-months.js';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import { type RawFolder, rawFolderOf } from '../../src/lake/raw-partition.js';
import type { Projection } from '../../src/lake/raw-projection.js';
import type { ActivityLog, TracedEvent } from '../../src/ports/activity-log.js';
import { AthenaOverLogs } from './athena-over-logs.ts';
import { AwsWorld } from './aws/aws-world.ts';
import { DATABASE } from './catalogs.ts';
import { RAW, ROOT, TRAIL } from './raw-world.ts';

export const BUCKET = 'amzn-s3-demo-lake';
export const RESULTS = `s3://${BUCKET}/audit/_meta/results/`;

/** A log file: where it lies, and its records. */
export type TraceFile = { readonly key: string; readonly records: readonly JsonObject[] };

export type OpenOptions = {
  readonly results?: string | undefined;
  readonly workGroup?: string;
  readonly mostRunning?: number;
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
};

/** The files of a trail that can be read. */
export function readable(
  files: readonly { readonly key: string; readonly bytes: Uint8Array }[],
): readonly TraceFile[] {
  return files.flatMap(({ key, bytes }) => {
    if (!key.includes('/CloudTrail/')) return [];
    try {
      return { key, records: JSON.parse(gunzipSync(bytes).toString())['Records'] };
    } catch {
      return [];
    }
  });
}

/** A trail's bucket with log files, the raw table over it, and Athena. Waiting moves the clock. */
export class TraceWorld {
  readonly aws: AwsWorld;
  readonly files: readonly TraceFile[];
  readonly root: string;
  readonly warnings: string[] = [];
  /** Called at each pause. */
  meanwhile: () => void | Promise<void> = () => undefined;
  #now = Date.UTC(2026, 10, 1, 12);
  #opened = 0;
  #tokens = 0;

  constructor(files: readonly TraceFile[], root = ROOT) {
    this.files = files;
    this.root = root;
    this.aws = new AwsWorld({ now: () => this.#now });
    this.aws.s3.createBucket(TRAIL);
    this.aws.s3.createBucket(BUCKET);
    this.aws.athena.data = new AthenaOverLogs(this.aws);
    this.aws.athena.pace = { by: 'ms', queued: 500, running: 2_000 };
    for (const { key, records } of files) {
      this.aws.s3.put(TRAIL, key, gzipSync(JSON.stringify({ Records: records })));
    }
  }

  get waiting() {
    const pause = async (millis: number) => {
      this.#now += millis;
      await this.meanwhile();
    };
    return { pause, random: () => 0.5 };
  }

  /** The folders in which log files lie. */
  get folders(): readonly RawFolder[] {
    const found = this.files.flatMap(({ key }) => rawFolderOf(this.root, `s3://${TRAIL}/${key}`) ?? []);
    return [...new Map(found.map((it) => [`${it.account}/${it.region}/${it.day}`, it])).values()];
  }

  catalog(projection?: Projection): RawCatalog {
    const { athena, glue } = this.aws.clients;
    const place = { database: DATABASE, workGroup: 'primary', results: RESULTS };
    const table = { name: RAW, root: this.root, projection };
    return new RawCatalog({ ...place, athena, glue, waiting: this.waiting, table });
  }

  /** Makes the raw table, and registers the partitions of these folders. */
  async register(folders: readonly RawFolder[] = this.folders): Promise<this> {
    const catalog = this.catalog();
    await catalog.create();
    for (let at = 0; at < folders.length; at += 50) {
      const names = folders.slice(at, at + 50).map((it) => `${it.account}/${it.region}/${it.day}`);
      const id = await catalog.startAdding({ table: RAW, names, token: `batch-${at}` });
      while (id && (await catalog.outcomeOf(id)).kind === 'running') await this.waiting.pause(1_000);
    }
    return this;
  }

  async project(projection: Projection): Promise<this> {
    await this.catalog(projection).create();
    return this;
  }

  open(options: OpenOptions = {}): AthenaActivityLog {
    const { workGroup = 'primary', mostRunning = 5, accounts = [], regions = [] } = options;
    // No two traces have the same: Athena would take the statements of one for those of the other.
    const id = `trace0000${this.#opened++}`;
    const results = 'results' in options ? options.results : RESULTS;
    const { athena, glue, s3 } = this.aws.clients;
    const place = { workGroup, database: DATABASE, results, waiting: this.waiting };
    const table = { name: RAW, root: this.root };
    const warn = (left: string) => void this.warnings.push(left);
    return new AthenaActivityLog({
      rawTable: RAW,
      partitions: new RawPartitionMonths({
        ...{ glue, database: DATABASE, table, accounts, regions },
        properties: () => this.catalog().properties(),
      }),
      table: new AthenaTraceTable({ ...place, athena, glue, s3, id, warn }),
      engine: new AthenaQueryEngine({
        ...{ ...place, client: athena, lake: 's3://amzn-s3-demo-lake/audit' },
        newToken: () => `token-of-at-least-32-characters-${this.#tokens++}`,
      }),
      mostRunning,
      mostGrants: 10_001,
      tell: () => undefined,
    });
  }

  /** Statements that write into the result table. */
  get inserts() {
    return this.aws.athena.executions().filter(({ sql }) => sql.startsWith('INSERT'));
  }

  /** Statements of a trace that are on their way. */
  get running(): number {
    const states = this.aws.athena.executions().map(({ state }) => state);
    return states.filter((state) => state === 'QUEUED' || state === 'RUNNING').length;
  }

  /** What a trace has left behind. */
  get left(): readonly string[] {
    const objects = [...this.aws.s3.objects(BUCKET, '').keys()];
    const tables = this.aws.glue.database(DATABASE).tables.keys();
    return [...objects, ...[...tables].filter((name) => name !== RAW)];
  }
}

/** Everything that an activity log tells at its end. */
export async function eventsOf(log: ActivityLog): Promise<readonly TracedEvent[]> {
  const events: TracedEvent[] = [];
  for await (const some of log.timeline()) events.push(...some);
  return events;
}
