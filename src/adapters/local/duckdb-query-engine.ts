import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { AuditLakeError, messageOf } from '../../errors.js';
import { createView } from '../../lake/ddl.js';
import { TABLE_NAMES, type TableName } from '../../lake/tables.js';
import { VIEW_NAMES } from '../../lake/views.js';
import type { CommittedDay } from '../../ports/lake-state.js';
import type { Answer, QueryEngine } from '../../ports/query-engine.js';
import { ask } from './duckdb-answer.js';
import { ATHENA_FUNCTIONS } from './duckdb-functions.js';
import { createTableOver, literals } from './duckdb-tables.js';
import { createWorkspace, type Workspace } from './duckdb-workspace.js';

export type DuckDbOptions = {
  /** Folder of the lake. */
  readonly root: string;
  /** The committed list: no other file is read, or can be. */
  readonly days: readonly CommittedDay[];
  readonly threads?: number;
  /** Such as `2GB` (80 % of the machine by default); beyond it DuckDB spills to a temporary folder. */
  readonly memoryLimit?: string;
};

type FilesOf = (table: TableName) => readonly string[];

function filesOf(days: readonly CommittedDay[], lake: string): FilesOf {
  return (table) =>
    days
      .filter((day) => day.table === table)
      .flatMap(({ files }) => files.map(({ path }) => `${lake}/${path}`));
}

async function createInstance(options: DuckDbOptions, { spill }: Workspace): Promise<DuckDBInstance> {
  return await DuckDBInstance.create(':memory:', {
    temp_directory: spill,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
    ...(options.memoryLimit === undefined ? {} : { memory_limit: options.memoryLimit }),
  });
}

/** Tables, views and functions first, then the locks: no SQL can undo the last line. */
function setUp(files: FilesOf): readonly string[] {
  return [
    "SET GLOBAL TimeZone = 'UTC'",
    // As in Athena: 7 / 2 is 3.
    'SET GLOBAL integer_division = true',
    ...ATHENA_FUNCTIONS,
    ...TABLE_NAMES.map((name) => createTableOver(name, files(name))),
    ...VIEW_NAMES.map(createView),
    `SET GLOBAL allowed_paths = ${literals(TABLE_NAMES.flatMap(files))}`,
    'SET GLOBAL enable_external_access = false',
    'SET GLOBAL lock_configuration = true',
  ];
}

function failure(thrown: unknown, workspace: Workspace): AuditLakeError {
  if (thrown instanceof AuditLakeError) return thrown;
  return new AuditLakeError('QUERY_FAILED', workspace.translate(messageOf(thrown)), thrown);
}

/** Errors that come after the first rows carry a code too. */
async function* named(chunks: Answer['chunks'], workspace: Workspace): Answer['chunks'] {
  try {
    yield* chunks;
  } catch (thrown) {
    throw failure(thrown, workspace);
  }
}

class DuckDbQueryEngine implements QueryEngine {
  private readonly open = new Set<DuckDBConnection>();

  constructor(
    private readonly instance: DuckDBInstance,
    private readonly workspace: Workspace,
  ) {}

  async prepare(files: FilesOf): Promise<void> {
    const connection = await this.instance.connect();
    for (const sql of setUp(files)) await connection.run(sql);
    connection.closeSync();
  }

  async query(sql: string): Promise<Answer> {
    const connection = await this.instance.connect();
    this.open.add(connection);
    const done = () => {
      this.open.delete(connection);
      connection.closeSync();
    };
    try {
      const { columns, chunks } = await ask(connection, sql, done);
      return { columns, chunks: named(chunks, this.workspace) };
    } catch (thrown) {
      done();
      throw failure(thrown, this.workspace);
    }
  }

  /** A query that still ran would keep the process from ending. */
  async close(): Promise<void> {
    for (const connection of this.open) connection.interrupt();
    this.instance.closeSync();
    await this.workspace.remove();
  }
}

/**
 * DuckDB in memory over the data files of one lake, answering as Athena would: the same tables, views and
 * functions, UTC, partition values as text. It reads the committed data files and nothing else: no other
 * file, no network, no extension, and it writes nothing but what it spills (threat T21).
 * @throws AuditLakeError QUERY_FAILED with the engine's message where it cannot start
 */
export async function openDuckDb(options: DuckDbOptions): Promise<QueryEngine> {
  const workspace = await createWorkspace(options.root);
  try {
    const engine = new DuckDbQueryEngine(await createInstance(options, workspace), workspace);
    await engine.prepare(filesOf(options.days, workspace.lake));
    return engine;
  } catch (thrown) {
    await workspace.remove();
    throw failure(thrown, workspace);
  }
}
