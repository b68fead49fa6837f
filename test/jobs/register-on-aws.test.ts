import { describe, expect, test } from 'vitest';
import { AthenaCatalog } from '../../src/adapters/aws/athena-catalog.js';
import { DynamoDbPartitionRegister } from '../../src/adapters/aws/dynamodb-partition-register.js';
import { openPartitions } from '../../src/adapters/aws/dynamodb-partitions.js';
import { DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import { GlueCatalog } from '../../src/adapters/aws/glue-catalog.js';
import { AuditLakeError } from '../../src/errors.js';
import { reconcilePartitions } from '../../src/jobs/reconcile-partitions.js';
import { type RegistrarReport, registerPartitions } from '../../src/jobs/register-partitions.js';
import type { PartitionKey } from '../../src/lake/partition.js';
import { partitionLocation } from '../../src/lake/partition-ddl.js';
import type { TableName } from '../../src/lake/tables.js';
import { denied, throttled } from '../support/aws/aws-error.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { DATABASE, LAKE, putPartition, RESULTS } from '../support/catalogs.ts';
import { STATE_TABLE } from '../support/partition-registers.ts';

const TABLES: readonly TableName[] = ['athena_events', 'cloudtrail_events'];
const FIRST = { table: 'athena_events', day: '2026-01-08' } as const;
const SECOND = { table: 'athena_events', day: '2026-01-09' } as const;
const OTHER = { table: 'cloudtrail_events', day: '2026-01-09' } as const;
const THREE: readonly PartitionKey[] = [FIRST, SECOND, OTHER];
const HOUR = 3_600_000;

/** The real registrar over the real adapters, and the AWS that they call. The clock moves where somebody waits. */
class Registered {
  readonly world: AwsWorld;
  readonly #table: DynamoDbTable;
  readonly #kind: 'athena' | 'glue';
  #now = Date.UTC(2026, 0, 9);
  #runs = 0;

  constructor(kind: 'athena' | 'glue') {
    this.world = new AwsWorld({ now: () => this.#now });
    this.world.dynamodb.createTable(STATE_TABLE);
    this.world.athena.tokenMemoryMs = Number.POSITIVE_INFINITY;
    this.world.athena.pace = { by: 'ms', queued: 500, running: 1_000 };
    this.#table = new DynamoDbTable(this.world.clients.dynamodb, STATE_TABLE, this.#waiting);
    this.#kind = kind;
  }

  get ports() {
    const { athena, glue } = this.world.clients;
    const place = { lake: LAKE, database: DATABASE, workGroup: 'primary', results: RESULTS };
    const options = { athena, glue, ...place, waiting: this.#waiting };
    return {
      register: new DynamoDbPartitionRegister(this.#table),
      catalog: this.#kind === 'glue' ? new GlueCatalog(options) : new AthenaCatalog(options),
      now: () => this.#now,
      pause: this.#waiting.pause,
      owner: `run-${this.#runs++}`,
    };
  }

  async open(keys: readonly PartitionKey[]): Promise<void> {
    await openPartitions(this.#table, keys);
  }

  wait(millis: number): void {
    this.#now += millis;
  }

  run(): Promise<RegistrarReport> {
    return registerPartitions(TABLES, this.ports);
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

  reconcile() {
    const ports = this.ports;
    const days = { list: async function* () {} };
    const state = { openPartitions: (keys: readonly PartitionKey[]) => openPartitions(this.#table, keys) };
    return reconcilePartitions(TABLES, { ...ports, days, state }, { repair: true, dryRun: false });
  }

  /** What is wrong once all has settled: the oracle. It looks into the services themselves. */
  async faults(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const key of THREE) {
      const parts = await this.ports.register.list(key.table);
      const registration = parts.find(({ day }) => day === key.day)?.registration;
      const location = this.world.glue.locations(DATABASE, key.table).get(key.day.replaceAll('-', '/'));
      const isShown = location === partitionLocation(LAKE, { ...key, generation: 0 });
      const statements = this.world.athena.executions().filter(({ sql }) => {
        return sql.startsWith(`ALTER TABLE \`${key.table}\` ADD`) && sql.includes(`'${key.day.slice(8)}')`);
      });
      if (registration !== 'REGISTERED') found.push(`${key.table} ${key.day} is ${registration}`);
      if (!isShown) found.push(`${key.table} ${key.day} is shown at ${location}`);
      if (this.#kind === 'athena' && statements.length !== 1) found.push(`${statements.length} statements`);
    }
    return found;
  }

  get #waiting() {
    const pause = async (millis: number) => {
      this.#now += millis;
    };
    return { pause, random: () => 0.5 };
  }
}

async function made(kind: 'athena' | 'glue'): Promise<Registered> {
  const registered = new Registered(kind);
  await registered.open(THREE);
  return registered;
}

async function survive(run: Promise<unknown>): Promise<void> {
  await run.catch((error: unknown) => {
    if (!(error instanceof AuditLakeError) || !error.code.startsWith('AWS_')) throw error;
  });
}

for (const kind of ['athena', 'glue'] as const) {
  describe(`the registrar over DynamoDB and ${kind}`, () => {
    test('registers what ingest made known', async () => {
      const registered = await made(kind);
      expect(await registered.run()).toEqual({
        issued: 3,
        registered: 3,
        pending: 0,
        blocked: 0,
        warnings: [],
      });
      expect(await registered.faults()).toEqual([]);
    });

    const outcomes = {
      'not done': 'not done',
      'done, but its response lost': 'done, response lost',
      'refused for want of permission': denied,
      throttled,
    } as const;
    for (const [words, outcome] of Object.entries(outcomes)) {
      test(`D17 P1: the n-th call is ${words}, for every n: nothing is forgotten, nothing asked for twice`, async () => {
        const calm = await made(kind);
        const before = calm.world.calls.length;
        await calm.run();
        const calls = calm.world.calls.length - before;
        expect(calls).toBeGreaterThan(15);
        for (let n = 0; n < calls; n++) {
          const registered = await made(kind);
          let count = 0;
          registered.world.fail(() => count++ === n, outcome);
          await survive(registered.run());
          await registered.settle();
          const call = calm.world.calls[before + n]?.operation;
          expect(await registered.faults(), `${n} ${call}`).toEqual([]);
        }
      });
    }

    test.each([
      ...['Query', 'UpdateItem', 'TransactWriteItems', 'GetItem'],
      ...[
        'GetTable',
        'BatchGetPartition',
        kind === 'athena' ? 'StartQueryExecution' : 'BatchCreatePartition',
      ],
      ...(kind === 'athena' ? ['GetQueryExecution'] : ['CreateTable']),
    ])(
      'D14: %s is denied for half a day: nothing is given up, and all comes back by itself',
      async (denies) => {
        const registered = await made(kind);
        const always = { times: Number.POSITIVE_INFINITY };
        const fault = registered.world.fail(({ operation }) => operation === denies, denied, always);
        for (let hour = 0; hour < 12; hour++) {
          await survive(registered.run());
          registered.wait(HOUR + 1);
        }
        fault.stop();
        expect(await registered.settle()).toMatchObject({ pending: 0, blocked: 0 });
        expect(await registered.faults()).toEqual([]);
      },
    );

    test('P4: a partition that lies elsewhere is BLOCKED, and a repair brings it home', async () => {
      const registered = await made(kind);
      await registered.ports.catalog.ensureTable('athena_events');
      putPartition(registered.world, FIRST, 's3://amzn-s3-demo-bucket/old/');
      const report = await registered.run();
      expect(report).toMatchObject({ registered: 2, blocked: 1 });
      expect(report.warnings[0]).toContain(
        's3://amzn-s3-demo-bucket/old/, not below s3://amzn-s3-demo-lake/audit/',
      );
      expect((await registered.reconcile()).drift).toMatchObject([
        { ...FIRST, kind: 'misplaced', healed: true },
      ]);
      expect(await registered.faults()).toEqual([]);
    });

    test('P5: partitions and a table dropped by hand come back in one pass', async () => {
      const registered = await made(kind);
      await registered.run();
      const { glue } = registered.world;
      glue.dropPartition(glue.table(DATABASE, 'athena_events'), ['2026', '01', '08']);
      glue.dropTable(DATABASE, 'cloudtrail_events');
      expect((await registered.reconcile()).drift.map((it) => it.kind)).toEqual(['dropped', 'dropped']);
      expect(await registered.run()).toMatchObject({ registered: 2, pending: 0 });
      expect((await registered.faults()).filter((it) => !it.endsWith('statements'))).toEqual([]);
    });
  });
}

test('an endpoint whose statements reach no catalog: a clear warning, and nothing is REGISTERED', async () => {
  const registered = await made('athena');
  for (const table of TABLES) await registered.ports.catalog.ensureTable(table);
  registered.world.athena.catalogShows = false;
  const report = await registered.run();
  expect(report).toMatchObject({ issued: 3, registered: 0, pending: 3, blocked: 0 });
  expect(report.warnings.join()).toContain('the catalog does not show the partition');
});

test('P2: 30 registrars at once over DynamoDB and Athena: one statement for each partition', async () => {
  const registered = await made('athena');
  const reports = await Promise.all(Array.from({ length: 30 }, () => registered.run()));
  expect(reports.reduce((sum, it) => sum + it.registered, 0)).toBe(3);
  expect(await registered.faults()).toEqual([]);
});
