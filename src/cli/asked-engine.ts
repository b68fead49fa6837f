import type { Answer, QueryEngine } from '../ports/query-engine.js';
import { formatBytes, formatCount } from '../shown/units.js';
import type { EngineTarget, FetchNews, openEngine } from '../wiring/engine.js';
import { formatAnswer, type OutputFormat } from './answer-format.js';
import { interruption } from './interruption.js';
import { type Io, unlessClosed } from './io.js';

/** What a command that asks a lake needs from outside. */
export type QueryDoors = { readonly openEngine: typeof openEngine };

export type Asked = {
  readonly target: EngineTarget;
  readonly sql: string;
  readonly output?: OutputFormat | undefined;
  /** Of a table these columns alone are shown: a terminal is narrow. All where none is named. */
  readonly tableColumns?: readonly string[];
  /** What DuckDB may take before it spills: without one, most of the machine. */
  readonly memoryLimit?: string;
};

export const formatOf = ({ output }: Pick<Asked, 'output'>, io: Io): OutputFormat =>
  output ?? (io.stdoutIsTerminal ? 'table' : 'ndjson');

async function* counted(chunks: Answer['chunks'], add: (rows: number) => void): Answer['chunks'] {
  for await (const chunk of chunks) {
    add(chunk.length);
    yield chunk;
  }
}

async function* cellsAt(chunks: Answer['chunks'], places: readonly number[]): Answer['chunks'] {
  for await (const chunk of chunks) yield chunk.map((row) => places.map((at) => row[at] ?? null));
}

function narrowed(answer: Answer, names: readonly string[]): Answer {
  const places = names.map((name) => answer.columns.findIndex((column) => column.name === name));
  const columns = places.flatMap((at) => answer.columns[at] ?? []);
  return { ...answer, columns, chunks: cellsAt(answer.chunks, places) };
}

/** Prints the answer; the number of rows that were printed, or more where a table left some out. */
async function answered(asked: Asked, engine: QueryEngine, io: Io): Promise<number> {
  const layout = { format: formatOf(asked, io), width: io.columns, toTerminal: io.stdoutIsTerminal };
  const found = await engine.query(asked.sql);
  if (found.bytesScanned !== undefined) io.err(`Athena scanned ${formatBytes(found.bytesScanned)}.\n`);
  let rows = 0;
  const chunks = counted(found.chunks, (more) => {
    rows += more;
  });
  const all = { ...found, chunks };
  const names = layout.format === 'table' ? (asked.tableColumns ?? []) : [];
  try {
    for await (const text of formatAnswer(names.length > 0 ? narrowed(all, names) : all, layout)) {
      await io.out(text);
    }
  } catch (thrown) {
    unlessClosed(thrown);
  }
  return rows;
}

/** What is told of a fetch. */
function fetchText(news: FetchNews): string {
  const files = news.files === 1 ? '1 data file' : `${formatCount(news.files)} data files`;
  if (news.kind === 'begins') return `Fetching ${files}, ${formatBytes(news.bytes)}.\n`;
  if (news.missing === 0) return '';
  return `Fetched ${files}; ${formatCount(news.missing)} more are committed but not published yet: left out.\n`;
}

/**
 * Answers one SELECT over a lake, on stdout; the number of rows that were seen. Ends quietly where the reader of stdout
 * stops reading; Ctrl-C stops the engine first.
 * @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT, LAKE_WRITE_FAILED, QUERY_FAILED, AWS_CREDENTIALS, AWS_DENIED,
 *   AWS_FAILED
 * @throws Interrupted
 */
export function askEngine(asked: Asked, io: Io, doors: QueryDoors): Promise<number> {
  const { target, sql, memoryLimit } = asked;
  const opening = { target, sql, ...(memoryLimit !== undefined && { memoryLimit }) };
  return withEngine(opening, { io, doors }, (engine) => answered(asked, engine, io));
}

type Opening = Pick<Asked, 'target' | 'sql' | 'memoryLimit'>;

/**
 * Opens what answers the SQL, for as long as `use` takes; Ctrl-C stops it first.
 * @throws AuditLakeError what opening it throws, and `use`
 * @throws Interrupted
 */
export async function withEngine<T>(
  { target, ...options }: Opening,
  { io, doors }: { readonly io: Io; readonly doors: QueryDoors },
  use: (engine: QueryEngine) => Promise<T>,
): Promise<T> {
  const { signal, race, end } = interruption();
  try {
    const tell = (news: FetchNews) => io.err(fetchText(news));
    const engine = await doors.openEngine(target, { ...options, tell, signal });
    try {
      return await race(use(engine));
    } finally {
      await engine.close();
    }
  } finally {
    end();
  }
}
