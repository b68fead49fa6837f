import { DynamoDbRawRegister } from '../../src/adapters/aws/dynamodb-raw-register.js';
import { DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import { RawCatalog } from '../../src/adapters/aws/raw-catalog.js';
import { S3TrailFolders } from '../../src/adapters/aws/s3-trail-folders.js';
import { RawNoter } from '../../src/jobs/note-raw.js';
import { type RegistrarReport, registerPartitions } from '../../src/jobs/register-partitions.js';
import type { RawPorts } from '../../src/jobs/register-raw.js';
import { partitionName } from '../../src/lake/partition.js';
import { parseRawName, type RawPartition, rawLocation } from '../../src/lake/raw-partition.js';
import { AwsWorld } from './aws/aws-world.ts';
import { DATABASE, RESULTS } from './catalogs.ts';
import { STATE_TABLE } from './partition-registers.ts';

export const TRAIL = 'amzn-s3-demo-bucket';
export const ROOT = `s3://${TRAIL}/AWSLogs/`;
export const RAW = 'cloudtrail_logs';
const HOUR = 3_600_000;

/** The partition of a name. */
export function raw(name: string): RawPartition {
  const folder = parseRawName(name);
  if (!folder) throw new Error(`no partition: ${name}`);
  return { table: RAW, ...folder };
}

/** The key of a log file in the partition of a name. */
export const keyIn = (name: string, file = 'a', root = ROOT): string =>
  `${rawLocation(root, raw(name))}${file}.json.gz`.slice(`s3://${TRAIL}/`.length);

/** The real register, registrar and catalog of the raw table, and the AWS that they call. Waiting moves the clock. */
export class RawWorld {
  readonly aws: AwsWorld;
  readonly #table: DynamoDbTable;
  readonly #root: string;
  #now = Date.UTC(2026, 0, 9);
  #runs = 0;

  constructor(root = ROOT) {
    this.#root = root;
    this.aws = new AwsWorld({ now: () => this.#now });
    this.aws.dynamodb.createTable(STATE_TABLE);
    this.aws.s3.createBucket(TRAIL);
    this.aws.athena.tokenMemoryMs = Number.POSITIVE_INFINITY;
    this.aws.athena.pace = { by: 'ms', queued: 500, running: 1_000 };
    this.#table = new DynamoDbTable(this.aws.clients.dynamodb, STATE_TABLE, this.#waiting);
  }

  get #waiting() {
    const pause = async (millis: number) => {
      this.#now += millis;
    };
    return { pause, random: () => 0.5 };
  }

  get register(): DynamoDbRawRegister {
    return new DynamoDbRawRegister(this.#table);
  }

  get catalog(): RawCatalog {
    const { athena, glue } = this.aws.clients;
    const place = { database: DATABASE, workGroup: 'primary', results: RESULTS };
    return new RawCatalog({
      ...{ athena, glue, ...place, waiting: this.#waiting },
      table: { name: RAW, root: this.#root },
    });
  }

  get ports(): RawPorts {
    return {
      ...{ register: this.register, catalog: this.catalog, pause: this.#waiting.pause },
      now: () => this.#now,
      owner: `run-${this.#runs++}`,
    };
  }

  get folders(): S3TrailFolders {
    return new S3TrailFolders({ client: this.aws.clients.s3, waiting: this.#waiting }, this.#root);
  }

  /** A process that takes in log files: a fresh one remembers nothing. */
  noter(): RawNoter {
    return new RawNoter({ notes: this.register, table: RAW, root: this.#root });
  }

  wait(millis: number): void {
    this.#now += millis;
  }

  put(...names: readonly string[]): void {
    for (const name of names) this.aws.s3.put(TRAIL, keyIn(name, 'a', this.#root), new Uint8Array([1]));
  }

  run(): Promise<RegistrarReport> {
    return registerPartitions<RawPartition>([RAW], this.ports);
  }

  /** As many runs as it takes. */
  async settle(): Promise<RegistrarReport> {
    for (let round = 0; round < 20; round++) {
      this.wait(HOUR + 1);
      const report = await this.run();
      if (report.pending === 0) return report;
    }
    throw new Error('partitions are stuck on their way');
  }

  /** Statements that add a partition. */
  statementsFor(name: string): number {
    const place = rawLocation(this.#root, raw(name));
    const adds = this.aws.athena
      .executions()
      .filter(({ sql }) => sql.startsWith(`ALTER TABLE \`${RAW}\` ADD`));
    return adds.filter(({ sql }) => sql.includes(`'${place}'`)).length;
  }

  /** What is wrong once all has settled: the oracle. It looks into the services themselves. */
  faults(names: readonly string[]): readonly string[] {
    const items = this.aws.dynamodb.items(STATE_TABLE);
    const found = items
      .filter(({ pk }) => pk?.S === `OPEN#${RAW}`)
      .map(({ sk }) => `${sk?.S} is in the list still`);
    for (const name of names) {
      const part = items.find(({ pk, sk }) => pk?.S === `PART#${RAW}` && sk?.S === name);
      const { account, region, day } = raw(name);
      const shown = this.aws.glue
        .locations(DATABASE, RAW)
        .get(`${account}/${region}/${day.replaceAll('-', '/')}`);
      if (part?.['reg']?.S !== 'REGISTERED') found.push(`${name} is ${part?.['reg']?.S ?? 'forgotten'}`);
      if (shown !== rawLocation(this.#root, raw(name))) found.push(`${name} is shown at ${shown}`);
      if (this.statementsFor(name) !== 1)
        found.push(`${name} was asked for by ${this.statementsFor(name)} statements`);
    }
    return found;
  }

  /** The state of a partition; undefined where it is not known. */
  async standing(name: string) {
    for await (const part of this.register.all(RAW)) if (partitionName(part) === name) return part;
    return undefined;
  }
}
