import { gzipSync } from 'node:zlib';
import { BatchGetQueryExecutionCommand } from '@aws-sdk/client-athena';
import { dayOf } from '../../../src/lake/partition.js';
import type { QueryHistory } from '../../../src/ports/query-history.js';
import { athenaRecord, logFileText } from '../athena-record.ts';
import type { AwsCall } from '../aws/aws-call.ts';
import { type ParquetRow, parquetRows } from '../parquet-rows.ts';
import { AwsLake, LAKE, SOURCE } from './aws-lake.ts';
import type { AwsProcess } from './aws-process.ts';
import { ingest, reconcile, register } from './doors.ts';
import type { LakeLogFile } from './lake-log-file.ts';

const ROLE = 'arn:aws:iam::111122223333:role/audit-lake';
const DAY = 86_400_000;
const QUERIES_A_DAY = 3;

export type FootstepsOptions = {
  readonly ownRoles: ReadonlySet<string>;
  /** Asks for the text of every event that names a query, as one would who knows no better. */
  readonly isNaive?: boolean;
};

type TrailRecord = ReturnType<typeof athenaRecord>;

/** A lake that watches itself: what it asks of Athena on one day lies in the log files of the next. */
export class OwnFootsteps {
  static readonly role = ROLE;
  readonly lake = new AwsLake({ seed: 1, catalog: 'athena', files: [] });
  readonly #options: FootstepsOptions;
  #calls: readonly AwsCall[] = [];
  #day = 0;

  constructor(options: FootstepsOptions) {
    this.#options = options;
  }

  /** Lives a day. Gives how many calls of Athena it made. */
  async live(): Promise<number> {
    const { world, time } = this.lake;
    const before = world.calls.length;
    const date = dayOf(time.now);
    const records = [
      ...this.#calls.map((call, at) => ownRecord(call, `own-${this.#day}-${at}`, date)),
      ...Array.from({ length: QUERIES_A_DAY }, (_, at) =>
        athenaRecord(`user-${this.#day}-${at}`, { eventTime: `${date}T01:00:00Z` }),
      ),
    ];
    const file = logFileOf(records, date);
    world.s3.put(SOURCE, file.key, file.bytes);
    const message = { id: `day ${this.#day}`, files: [file], receiveCount: 1 };
    await this.#process('ingest', async (process) => {
      if (this.#options.isNaive) await askForAll(process, records);
      const enriching = { history: historyOf(process), ownRoleArns: this.#options.ownRoles };
      const { returned, defects } = await ingest(this.lake, process, { messages: [message], enriching });
      if (returned.size > 0 || defects.length > 0) throw new Error(`not ingested: ${defects.join()}`);
    });
    await this.#process('register', (process) => register(this.lake, process));
    await this.#process('reconcile', (process) => reconcile(this.lake, process));
    this.#calls = world.calls.slice(before).filter(({ service }) => service === 'athena');
    this.#day++;
    time.now += DAY;
    return this.#calls.length;
  }

  /** All rows of Athena's events, some columns of them. */
  async rows(columns: readonly string[]): Promise<readonly ParquetRow[]> {
    const objects = this.lake.world.s3.objects(LAKE.bucket, `${LAKE.prefix}/athena_events/`);
    const rows: ParquetRow[] = [];
    for (const { bytes } of objects.values()) rows.push(...(await parquetRows(bytes, [...columns])));
    return rows;
  }

  async #process(name: string, action: (process: AwsProcess) => Promise<unknown>): Promise<void> {
    const process = this.lake.process({ name: `${name} ${this.#day}` });
    const life = process.live(() => action(process));
    let failure: unknown;
    life.catch((error: unknown) => {
      failure = error;
    });
    await this.lake.time.run();
    if (failure !== undefined) throw failure;
  }
}

/** A call of ours as CloudTrail tells of it. */
function ownRecord({ operation, input }: AwsCall, name: string, date: string): TrailRecord {
  const isStart = operation === 'StartQueryExecution';
  const issuer = {
    type: 'Role',
    principalId: 'AROAEXAMPLE',
    arn: ROLE,
    accountId: '111122223333',
    userName: 'audit-lake',
  };
  return athenaRecord(name, {
    eventTime: `${date}T00:00:00Z`,
    eventName: operation,
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROAEXAMPLE:audit-lake',
      arn: 'arn:aws:sts::111122223333:assumed-role/audit-lake/audit-lake',
      accountId: '111122223333',
      sessionContext: { sessionIssuer: issuer },
    },
    requestParameters: isStart
      ? { queryString: '***OMITTED***', workGroup: 'primary' }
      : { queryExecutionId: input['QueryExecutionId'] ?? `of ${name}` },
    responseElements: isStart ? { queryExecutionId: `query-of-${name}` } : null,
    readOnly: !isStart,
  });
}

function logFileOf(records: readonly TrailRecord[], date: string): LakeLogFile {
  const folder = `AWSLogs/111122223333/CloudTrail/us-east-1/${date.replaceAll('-', '/')}`;
  const stamp = `${date.replaceAll('-', '')}T0005Z`;
  return {
    key: `${folder}/111122223333_CloudTrail_us-east-1_${stamp}_0000000000000000.json.gz`,
    bytes: gzipSync(logFileText(...records)),
    ...{ kept: { athena_events: [], cloudtrail_events: [] }, nature: 'sound', rows: [] },
  };
}

/** Asks Athena about the queries that it is asked about, fifty at once, and finds nothing. */
const historyOf = (process: AwsProcess): QueryHistory => ({
  lookup: async (queries) => {
    await ask(
      process,
      queries.map(({ id }) => id),
    );
    return new Map();
  },
});

async function askForAll(process: AwsProcess, records: readonly TrailRecord[]): Promise<void> {
  for (const record of records) {
    const [, id] = /"queryExecutionId":"([^"]+)"/.exec(JSON.stringify(record)) ?? [];
    if (id !== undefined) await ask(process, [id]);
  }
}

async function ask({ clients }: AwsProcess, ids: readonly string[]): Promise<void> {
  for (let at = 0; at < ids.length; at += 50) {
    await clients.athena.send(
      new BatchGetQueryExecutionCommand({ QueryExecutionIds: ids.slice(at, at + 50) }),
    );
  }
}
