import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { type AwsCommand, awsCommand, BUCKET, LAKE, STATE, TRAIL } from './aws-command.ts';
import { type Ended, type Running, type Summary, start, summaryOf } from './command-line.ts';
import { type LogFile, QUESTIONS, QueryTrail, REGION } from './query-trail.ts';

export type LakeKind = 'folder' | 's3';
export const LAKE_KINDS: readonly LakeKind[] = ['folder', 's3'];

/** What `ingest --output json` tells of texts. */
export type TextSummary = Summary & {
  readonly query_text: string;
  readonly query_texts: { readonly [status: string]: number };
};
export type CommandOptions = {
  readonly env?: { readonly [name: string]: string };
  /** Milliseconds that the clock of the command is ahead of ours. */
  readonly ahead?: number;
};
type LakeRow = { readonly [column: string]: unknown };

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'none',
  AUDIT_LAKE_CONFIG: '',
  XDG_CONFIG_HOME: '/nowhere',
};

/** The built command over one lake, in a folder or in S3, with the trail of an organization in front of it. */
export class TextsCommand {
  readonly aws: AwsCommand;
  readonly trail: QueryTrail;
  readonly folder: string;
  /** The name of the lake. */
  lake: string;
  readonly kind: LakeKind;

  private constructor(kind: LakeKind, aws: AwsCommand, folder: string) {
    this.kind = kind;
    this.aws = aws;
    this.trail = new QueryTrail(aws.world);
    this.folder = folder;
    this.lake = kind === 's3' ? LAKE : join(folder, 'lake');
  }

  static async start(kind: LakeKind): Promise<TextsCommand> {
    return new TextsCommand(kind, await awsCommand(), await mkdtemp(join(tmpdir(), 'texts-')));
  }

  get world() {
    return this.aws.world;
  }

  /** Puts what the trail has now where a trail delivers. */
  deliver(files: readonly LogFile[] = this.trail.files()): readonly LogFile[] {
    for (const { key, bytes } of files) this.world.s3.put(TRAIL, key, bytes);
    return files;
  }

  begin(args: readonly string[], { env = {}, ahead = 0 }: CommandOptions = {}): Running {
    const place = ['--lake', this.lake, '--region', REGION, '--endpoint-url', this.aws.endpoint];
    const state = this.kind === 's3' ? ['--state-table', STATE] : [];
    const node = ahead === 0 ? [] : ['--import', clockAhead(ahead)];
    return start([...args, ...place, ...state], { node, env: { ...CREDENTIALS, ...env } });
  }

  run(args: readonly string[], options?: CommandOptions): Promise<Ended> {
    return this.begin(args, options).ended;
  }

  /** Delivers what there is, and ingests it; the calls of AWS are counted from here on. */
  async ingest(args: readonly string[], options?: CommandOptions): Promise<Ended> {
    this.deliver();
    this.world.calls.length = 0;
    return await this.run(['ingest', `s3://${TRAIL}`, '--output', 'json', '--quiet', ...args], options);
  }

  /** The same of an ingest that must succeed. */
  async texts(args: readonly string[], options?: CommandOptions): Promise<TextSummary> {
    const ended = await this.ingest(args, options);
    if (ended.code !== 0) throw new Error(`exit code ${ended.code}: ${ended.err}`);
    return summaryOf(ended) as TextSummary;
  }

  /** The rows that `audit-lake query` gives, by DuckDB. */
  async rows(sql: string): Promise<LakeRow[]> {
    const engine = this.kind === 's3' ? ['--engine', 'duckdb'] : [];
    const ended = await this.run(['query', '--output', 'ndjson', ...engine, sql]);
    if (ended.code !== 0) throw new Error(ended.err);
    return ended.out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  /** Id, text and status of each query, in the order of the ids. */
  async shownTexts(): Promise<unknown[][]> {
    const rows = await this.rows(
      'SELECT query_execution_id, query_text, query_text_status FROM athena_audit_logs ORDER BY 1',
    );
    return rows.map((row) => Object.values(row));
  }

  /** The modes that the metadata of data files tells, each once. */
  async modesOfFiles(): Promise<unknown[]> {
    const files = [...(await this.allBytes())].filter(([path]) => path.endsWith('.parquet'));
    const modes = files.map(([, bytes]) => {
      const { buffer, byteOffset, byteLength } = Buffer.from(bytes);
      const { key_value_metadata: pairs } = parquetMetadata(
        buffer.slice(byteOffset, byteOffset + byteLength),
      );
      return pairs?.find(({ key }) => key === 'audit_lake.query_text')?.value;
    });
    return [...new Set(modes)];
  }

  /** How Athena was asked about queries since the last ingest began: `operation account region`. */
  questions(): string[] {
    return this.world.calls
      .filter(({ operation }) => QUESTIONS.has(operation))
      .map(({ operation, account, region }) => `${operation} ${account} ${region}`)
      .sort();
  }

  /** Everything in the lake by path, and everything that its state holds. */
  async allBytes(): Promise<ReadonlyMap<string, Uint8Array>> {
    if (this.kind === 's3') {
      const objects = [...this.world.s3.objects(BUCKET)].map(([key, { bytes }]) => [key, bytes] as const);
      return new Map(objects);
    }
    if (!existsSync(this.lake)) return new Map();
    const entries = await readdir(this.lake, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)));
  }

  async end(): Promise<void> {
    await this.aws.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A module that puts the clock of its process ahead, for `node --import`; its workers get it too. */
function clockAhead(millis: number): string {
  const script = `
    const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...args) { args.length === 0 ? super(Real.now() + ${millis}) : super(...args); }
      static now() { return Real.now() + ${millis}; }
    };`;
  return `data:text/javascript,${encodeURIComponent(script)}`;
}
