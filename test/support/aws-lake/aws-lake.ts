import { AthenaCatalog } from '../../../src/adapters/aws/athena-catalog.js';
import { DynamoDbLakeState } from '../../../src/adapters/aws/dynamodb-lake-state.js';
import { DynamoDbPartitionRegister } from '../../../src/adapters/aws/dynamodb-partition-register.js';
import { DynamoDbTable } from '../../../src/adapters/aws/dynamodb-table.js';
import { GlueCatalog } from '../../../src/adapters/aws/glue-catalog.js';
import { S3BundleStore } from '../../../src/adapters/aws/s3-bundle-store.js';
import { S3LakeDays } from '../../../src/adapters/aws/s3-lake-days.js';
import { S3LogReader } from '../../../src/adapters/aws/s3-log-reader.js';
import { createRandom, type Random } from '../../../src/demo/random.js';
import type { FinishPorts } from '../../../src/jobs/finish-bundle.js';
import { bundleId } from '../../../src/lake/names.js';
import type { BundleStore } from '../../../src/ports/bundle-store.js';
import type { Catalog } from '../../../src/ports/catalog.js';
import type { LakeDays } from '../../../src/ports/lake-days.js';
import type { LakeState } from '../../../src/ports/lake-state.js';
import type { LogReader } from '../../../src/ports/log-source.js';
import type { PartitionRegister } from '../../../src/ports/partition-register.js';
import { AwsWorld } from '../aws/aws-world.ts';
import { AwsProcess, type Circumstances } from './aws-process.ts';
import type { LakeLogFile } from './lake-log-file.ts';
import type { Mutant } from './lake-mutants.ts';
import { VirtualTime } from './virtual-time.ts';

const OWNER = '111122223333';
export const SOURCE = 'amzn-s3-demo-bucket';
export const LAKE = { bucket: 'amzn-s3-demo-lake', prefix: 'audit' };
export const LOCATION = `s3://${LAKE.bucket}/${LAKE.prefix}`;
export const STATE = 'audit-lake-state';
export const DATABASE = 'audit_lake';

/** The adapters of one process, and what its jobs want beside them. */
export type LakePorts = {
  readonly state: LakeState;
  readonly store: BundleStore;
  readonly reader: LogReader;
  readonly finishing: FinishPorts;
  readonly newBundleId: () => string;
  readonly days: LakeDays;
  readonly register: PartitionRegister;
  readonly catalog: Catalog;
};

export type AwsLakeOptions = {
  readonly seed: number;
  readonly catalog: 'athena' | 'glue';
  readonly files: readonly LakeLogFile[];
  /** A planted bug: all processes have it. */
  readonly mutant?: Mutant | undefined;
};

/** What lasts when a process dies: two buckets, the table of state, Athena, Glue, and the time. */
export class AwsLake {
  readonly time = new VirtualTime();
  readonly random: Random;
  readonly world: AwsWorld;
  readonly files: readonly LakeLogFile[];
  readonly #options: AwsLakeOptions;

  constructor(options: AwsLakeOptions) {
    this.#options = options;
    this.random = createRandom(options.seed);
    this.files = options.files;
    this.world = new AwsWorld({ now: () => this.time.now, account: OWNER });
    this.world.s3.createBucket(SOURCE);
    this.world.s3.createBucket(LAKE.bucket);
    this.world.dynamodb.createTable(STATE);
    for (const { key, bytes, nature } of options.files) {
      if (nature !== 'missing') this.world.s3.put(SOURCE, key, bytes);
    }
  }

  process(circumstances: Circumstances): AwsProcess {
    const { fraction } = createRandom(this.random.between(0, 2 ** 31));
    const { mutant } = this.#options;
    return new AwsProcess(this.world, this.time, {
      random: fraction,
      ...(mutant?.send && { send: mutant.send }),
      ...circumstances,
    });
  }

  /** The same adapters as in wiring/s3-lake.ts, s3-source.ts and catalog.ts. */
  portsOf(process: AwsProcess): LakePorts {
    const { clients, waiting, now } = process;
    const table = new DynamoDbTable(clients.dynamodb, STATE, waiting);
    const state = new DynamoDbLakeState(table, now);
    const inLake = { client: clients.s3, place: LAKE, expectedOwner: OWNER, waiting };
    const store = new S3BundleStore(inLake);
    const ports: LakePorts = {
      state,
      store,
      reader: new S3LogReader({ client: clients.s3, expectedOwner: OWNER }),
      finishing: { ledger: state, staged: store, pause: waiting.pause },
      newBundleId: () => bundleId(Uint8Array.from({ length: 17 }, () => this.random.between(0, 255))),
      days: new S3LakeDays(inLake),
      register: new DynamoDbPartitionRegister(table),
      catalog: this.#catalogOf(process),
    };
    return this.#options.mutant?.ports?.(ports) ?? ports;
  }

  #catalogOf({ clients: { athena, glue }, waiting }: AwsProcess): Catalog {
    const results = `${LOCATION}/_meta/results/`;
    const options = {
      ...{ glue, athena, lake: LOCATION, database: DATABASE, workGroup: 'primary' },
      ...{ results, waiting },
    };
    return this.#options.catalog === 'glue' ? new GlueCatalog(options) : new AthenaCatalog(options);
  }
}
