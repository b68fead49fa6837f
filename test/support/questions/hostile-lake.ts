import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ingestRun } from '../../../src/cli/ingest-run.js';
import { ATHENA } from '../../../src/datasets/dataset.js';
import { athenaRecord, logFileText } from '../athena-record.ts';
import { type ParquetRow, parquetRows } from '../parquet-rows.ts';

export const AT = Date.UTC(2026, 0, 10, 12);

/** A lake of both datasets into which these texts came by a log file and by Athena's answers. */
export type HostileLake = {
  readonly folder: string;
  /** The rows of a table as its data files hold them, in the order of the log files. */
  rowsOf(table: string): Promise<readonly ParquetRow[]>;
  remove(): Promise<void>;
};

const COLUMNS = 40;

/**
 * Each text once in each field of three kinds of records: starts that Athena told of, other calls of it, other services.
 * Twice of each kind, the second time by an even number of texts on: what every second record has, each text has.
 */
export async function hostileLake(texts: readonly string[]): Promise<HostileLake> {
  const top = await mkdtemp(join(tmpdir(), 'hostile-'));
  const [trail, folder, queryHistory] = [join(top, 'trail'), join(top, 'lake'), join(top, 'history.json')];
  await mkdir(trail);
  const make = (shift: number, first = 0): readonly Make[] =>
    texts.map((_, row) => ({
      ...{
        of: (field) => textAt(texts, row, field + shift),
        id: texts[(row + 97 * shift) % texts.length] ?? '',
      },
      row: first + row,
    }));
  const again = (shift: number) => make(shift + 4, texts.length + 1);
  const files = { a: start, b: otherCall, c: otherService };
  for (const [at, [name, record]] of Object.entries(files).entries()) {
    const records = [...make(13 * at), ...again(13 * at)].map(record);
    await writeFile(join(trail, `${name}${FILE_NAME}`), gzipSync(logFileText(...records), { level: 1 }));
  }
  const told = [...make(39), ...again(39)].map(execution);
  await writeFile(queryHistory, JSON.stringify({ QueryExecutions: told }));
  await ingest({ trail, folder, queryHistory });
  return {
    folder,
    rowsOf: (table) => storedRows(join(folder, table)),
    remove: () => rm(top, { recursive: true, force: true }),
  };
}

/** The key of a log file is a cell too. */
export const FILE_NAME = '=<b>"\'\u001b[31m\u202e|\n,.json.gz';

const textAt = (texts: readonly string[], row: number, field: number) =>
  texts[(row + field * Math.ceil(texts.length / COLUMNS)) % texts.length] ?? '';

/** A record to be made: the text of each of its fields, that of its id, and its number. */
type Make = { readonly of: (field: number) => string; readonly id: string; readonly row: number };

const idOf = (row: number) => `00000000-0000-4000-8000-${String(row).padStart(12, '0')}`;

/** Fields that every record has. */
const common = ({ of, row }: Make) => ({
  eventTime: `2026-01-09T${String(row % 24).padStart(2, '0')}:05:00Z`,
  ...{
    userAgent: of(1),
    sourceIPAddress: row % 2 ? of(2) : '203.0.113.7',
    requestID: of(3),
    eventType: of(4),
  },
  ...{ eventVersion: of(5), eventCategory: of(6), sharedEventID: of(7), vpcEndpointId: of(8) },
  ...{ tlsDetails: { tlsVersion: of(9) }, addendum: { originalEventID: of(10) } },
  userIdentity: {
    ...{
      type: row % 2 ? 'AssumedRole' : of(11),
      principalId: row % 2 ? `AROAEXAMPLE:${of(12)}` : of(12),
      arn: of(13),
      accountId: of(14),
    },
    ...{ accessKeyId: of(15), userName: of(16), invokedBy: of(17), onBehalfOf: { userId: of(18) } },
    sessionContext: {
      sourceIdentity: of(19),
      sessionIssuer: { type: 'Role', userName: of(20), arn: of(21) },
    },
  },
});

const start = ({ of, id, row }: Make) =>
  athenaRecord(id, {
    ...common({ of, id, row }),
    // No two rows may be the same event: its account tells them apart.
    recipientAccountId: row < 1_000 ? '111122223333' : '444455556666',
    requestParameters: { queryString: '***OMITTED***', workGroup: of(22), of: of(23) },
    responseElements: { queryExecutionId: idOf(row), of: of(24) },
    additionalEventData: { of: of(25) },
  });

const otherCall = ({ of, id, row }: Make) =>
  athenaRecord(id, {
    ...common({ of, id, row }),
    ...{ eventName: row % 2 ? of(26) : 'CreateNamedQuery', awsRegion: of(27), recipientAccountId: of(28) },
    ...{ errorCode: of(29), errorMessage: of(30) },
    requestParameters: {
      ...{ queryString: of(31), workGroup: of(22), name: of(32), statementName: of(33), database: of(34) },
      ...{ queryExecutionContext: { catalog: of(35), database: of(34) }, queryExecutionId: of(36) },
      ...{
        namedQueryId: of(37),
        executionParameters: [of(38)],
        resultConfiguration: { outputLocation: of(39) },
      },
    },
    responseElements: of(24),
    additionalEventData: of(25),
  });

const otherService = ({ of, id, row }: Make) =>
  athenaRecord(id, {
    ...common({ of, id, row }),
    ...{ eventSource: of(40), eventName: of(26), awsRegion: of(27), recipientAccountId: of(28) },
    ...{
      errorCode: of(29),
      errorMessage: of(30),
      requestParameters: { of: of(23) },
      responseElements: of(24),
    },
  });

/** What Athena told of the queries of `start`. */
const execution = ({ of, row }: Make) => ({
  ...{
    QueryExecutionId: idOf(row),
    Query: row % 2 ? of(0) : `SELECT * FROM "${of(0).replaceAll('"', '""')}"`,
    StatementType: of(1),
    SubstatementType: of(2),
    WorkGroup: of(3),
  },
  QueryExecutionContext: { Database: of(4), Catalog: of(5) },
  ResultConfiguration: { OutputLocation: of(6) },
  EngineVersion: { EffectiveEngineVersion: of(7) },
  ExecutionParameters: [of(8)],
  Status: {
    ...{ State: row % 2 ? 'FAILED' : of(9), StateChangeReason: of(10), CompletionDateTime: AT / 1000 },
    ...{
      SubmissionDateTime: AT / 1000 - 1,
      AthenaError: { ErrorCategory: 1, ErrorType: 2, ErrorMessage: of(11) },
    },
  },
  Statistics: { DataScannedInBytes: 1_000 + row, TotalExecutionTimeInMillis: row },
});

type Places = { readonly trail: string; readonly folder: string; readonly queryHistory: string };

async function ingest({ trail, folder, queryHistory }: Places): Promise<void> {
  const silent = { out: async () => undefined, err: () => undefined, columns: 80 };
  const options = {
    ...{ concurrency: 1, ownRoles: [], privacy: {}, dryRun: false, quiet: true, isStopped: () => false },
    athena: { queryAccounts: [], queryRole: '', queryRate: 1, queryWait: 0 },
    datasets: [
      { name: 'athena_events', eventSources: [ATHENA] },
      { name: 'cloudtrail_events', eventSources: 'all' },
    ] as const,
    source: { reading: { kind: 'local' }, paths: [trail] } as const,
    target: { kind: 'folder', lake: folder, lockWaitSeconds: 5 } as const,
    ...{ queryHistory, now: AT },
  };
  await ingestRun(options, { ...silent, stdoutIsTerminal: false, stderrIsTerminal: false });
}

async function storedRows(table: string): Promise<readonly ParquetRow[]> {
  const paths = await readdir(table, { recursive: true });
  const rows: ParquetRow[] = [];
  for (const path of paths.filter((it) => it.endsWith('.parquet'))) {
    rows.push(...(await parquetRows(await readFile(join(table, path)))));
  }
  const orderOf = (row: ParquetRow) => `${row['source_key']} ${String(row['record_index']).padStart(6, '0')}`;
  return rows.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}
