import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { vi } from 'vitest';
import type { LambdaContext } from '../../src/lambda/time-left.js';
import { type AwsServer, startAwsServer } from './aws/aws-server.ts';
import { AwsWorld } from './aws/aws-world.ts';

export const SOURCE = 'amzn-s3-demo-bucket';
export const LAKE = 'amzn-s3-demo-lake';
export const STATE = 'audit-lake-state';
const PREFIX = 'audit/';

type Handler = (event: unknown, context: LambdaContext) => Promise<unknown>;
type Handlers = {
  readonly ingest: Handler;
  readonly maintain: Handler;
  readonly resolve: Handler;
  readonly backfill: Handler;
  readonly alert: Handler;
};

let invocations = 0;

/** Invocations with so much time left, each of its own name. */
export function invoked(left: () => number): LambdaContext {
  return {
    get awsRequestId() {
      return `request-${++invocations}`;
    },
    getRemainingTimeInMillis: left,
  };
}

export const FIVE_MINUTES: LambdaContext = invoked(() => 300_000);

/** A line that a handler wrote: of its log, or metrics. */
export type Line = { readonly [field: string]: unknown };

type Settings = { readonly [name: string]: string };

/** The settings of the function, as `infra` would write them. */
const SETTINGS = {
  AUDIT_LAKE_LAKE: `s3://${LAKE}/audit`,
  AUDIT_LAKE_STATE_TABLE: STATE,
  AUDIT_LAKE_SOURCES: `s3://${SOURCE}`,
  AUDIT_LAKE_DATASETS: 'athena_events,cloudtrail_events',
  AUDIT_LAKE_CONFIG: '',
  XDG_CONFIG_HOME: '/nowhere',
  AWS_REGION: 'us-east-1',
  AWS_PROFILE: '',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** All handlers over HTTP doubles of AWS: the real SDK, the real settings, everything that they print kept. */
export class LambdaWorld {
  readonly aws: AwsWorld;
  readonly endpoint: string;
  /** What was printed, in order. */
  readonly printed: string[] = [];
  readonly #server: AwsServer;
  #handlers: Handlers | undefined;

  private constructor(aws: AwsWorld, server: AwsServer) {
    this.aws = aws;
    this.endpoint = server.endpoint;
    this.#server = server;
  }

  /** Two empty buckets, the state table, and handlers that have not started yet. */
  static async start(settings: Settings = {}): Promise<LambdaWorld> {
    const aws = new AwsWorld({ now: Date.now });
    aws.s3.createBucket(SOURCE);
    aws.s3.createBucket(LAKE);
    aws.dynamodb.createTable(STATE);
    aws.athena.pace = { by: 'polls', queued: 0, running: 0 };
    const made = new LambdaWorld(aws, await startAwsServer(aws));
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((chunk) => made.printed.push(String(chunk)) > 0);
    }
    await made.coldStart(settings);
    return made;
  }

  /** A new instance of each handler, with these settings changed; `''` takes one away. */
  async coldStart(settings: Settings = {}): Promise<Handlers> {
    const all = { ...SETTINGS, AWS_ENDPOINT_URL: this.endpoint, ...settings };
    for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
    vi.resetModules();
    const { handler: ingest } = await import('../../src/lambda/ingest.js');
    const { handler: maintain } = await import('../../src/lambda/maintain.js');
    const { handler: resolve } = await import('../../src/lambda/resolve.js');
    const { handler: backfill } = await import('../../src/lambda/backfill.js');
    const { handler: alert } = await import('../../src/lambda/alert.js');
    this.#handlers = { ingest, maintain, resolve, backfill, alert };
    return this.#handlers;
  }

  /** An invocation of the ingest handler. */
  async ingest(event: unknown, context = FIVE_MINUTES): Promise<unknown> {
    return await this.#handlers?.ingest(event, context);
  }

  /** An invocation of the maintenance handler. */
  async maintain(event: unknown = {}, context = FIVE_MINUTES): Promise<unknown> {
    return await this.#handlers?.maintain(event, context);
  }

  /** An invocation of the handler that ends open queries. */
  async resolve(event: unknown = {}, context = FIVE_MINUTES): Promise<unknown> {
    return await this.#handlers?.resolve(event, context);
  }

  /** An invocation of the handler that works off slices of a plan. */
  async backfill(event: unknown, context = FIVE_MINUTES): Promise<unknown> {
    return await this.#handlers?.backfill(event, context);
  }

  /** An invocation of the handler that asks on a schedule. */
  async alert(event: unknown, context = FIVE_MINUTES): Promise<unknown> {
    return await this.#handlers?.alert(event, context);
  }

  /** Sends messages of a queue; gives the ids of those that come back. */
  async deliver(messages: readonly object[], context = FIVE_MINUTES): Promise<readonly string[]> {
    const answer = await this.ingest({ Records: messages }, context);
    const { batchItemFailures } = answer as { batchItemFailures: { itemIdentifier: string }[] };
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }

  /** Lines of the log, oldest first. */
  log(): readonly Line[] {
    return this.#lines().filter((line) => !('_aws' in line));
  }

  /** The values of a metric, an invocation each. */
  metric(name: string): readonly number[] {
    return this.metricLines(name).map((line) => Number(line[name]));
  }

  /** The lines of a metric, with their dimensions. */
  metricLines(name: string): readonly Line[] {
    return this.#lines().filter((line) => '_aws' in line && name in line);
  }

  #lines(): readonly Line[] {
    return this.printed
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line): Line => JSON.parse(line));
  }

  /** Objects of the lake that begin so, by their path below the lake's root. */
  inLake(begin = ''): ReadonlyMap<string, Uint8Array> {
    const objects = this.aws.s3.objects(LAKE, `${PREFIX}${begin}`);
    return new Map([...objects].map(([key, { bytes }]) => [key.slice(PREFIX.length), bytes]));
  }

  /** Paths of the data files that readers see. */
  dataFiles(): readonly string[] {
    return [...this.inLake().keys()].filter((path) => path.endsWith('.parquet'));
  }

  /** Paths of the data files that the commits promise: one for each part of each bundle. */
  promised(): readonly string[] {
    const parts = this.aws.dynamodb.items(STATE).flatMap(({ pk, parts }) => {
      const bid = String(pk?.S).slice('BUNDLE#'.length);
      return (parts?.L ?? []).map(({ M: part = {} }) => {
        const [year, month, day] = String(part['date']?.S).split('-');
        const generation = `g=${String(part['g']?.N).padStart(4, '0')}`;
        return `${part['tbl']?.S}/${generation}/year=${year}/month=${month}/day=${day}/b-${bid}.parquet`;
      });
    });
    return parts.sort();
  }

  /** Writes the lake into a folder, for an engine that reads folders. */
  async copyLake(folder: string): Promise<void> {
    for (const [path, bytes] of this.inLake()) {
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, bytes);
    }
  }

  async stop(): Promise<void> {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await this.#server.close();
  }
}
