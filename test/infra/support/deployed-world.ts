import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CreateDatabaseCommand, CreateTableCommand, type TableInput } from '@aws-sdk/client-glue';
import type { App } from 'aws-cdk-lib';
import { vi } from 'vitest';
import type { AuditLakeStackProps } from '../../../infra/audit-lake-stack.js';
import type { HandlerName } from '../../../infra/handler-bundle.js';
import type { LambdaContext } from '../../../src/lambda/time-left.js';
import type { AwsCall } from '../../support/aws/aws-call.ts';
import { type AwsServer, startAwsServer } from '../../support/aws/aws-server.ts';
import { AwsWorld } from '../../support/aws/aws-world.ts';
import { ACCOUNT, ofType, REGION, type Resolved, resolved, the } from './resolved.ts';
import { stackWith, TRAIL } from './synthesized.ts';

type Handle = (event: unknown, context: LambdaContext) => Promise<unknown>;
/** A handler as it was deployed: the bundle of its asset, its environment, and what it called. */
type Deployed = {
  readonly handle: Handle;
  readonly environment: Record<string, string>;
  readonly calls: AwsCall[];
};

const nativeImport: (url: string) => Promise<Record<string, Handle>> = createRequire(import.meta.url)(
  './native-import.cjs',
);

const CONTEXT: LambdaContext = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 300_000 };
/** As the runtime of Lambda sets it. */
const RUNTIME = {
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_PROFILE: '',
  XDG_CONFIG_HOME: '/nowhere',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/**
 * A stack, deployed to doubles of AWS: what its template makes is there under the names that the template gives, and its
 * functions are the bundles of its assets with the environment that stands in it.
 */
export class DeployedWorld {
  readonly aws: AwsWorld;
  readonly all: ReadonlyMap<string, Resolved>;
  readonly lakeBucket: string;
  readonly stateTable: string;
  readonly printed: string[] = [];
  readonly #handlers = new Map<HandlerName, Deployed>();
  readonly #server: AwsServer;

  private constructor(aws: AwsWorld, server: AwsServer, all: ReadonlyMap<string, Resolved>) {
    this.aws = aws;
    this.#server = server;
    this.all = all;
    this.lakeBucket = nameOf(all, 'AWS::S3::Bucket').toLowerCase();
    this.stateTable = nameOf(all, 'AWS::DynamoDB::Table');
  }

  static async deploy(props: Partial<AuditLakeStackProps> = {}): Promise<DeployedWorld> {
    const stack = stackWith({ code: undefined, ...props });
    const app = stack.node.root as App;
    const assembly = app.synth();
    const all = resolved(assembly.getStackByName('AuditLake').template);
    const aws = new AwsWorld({ now: Date.now, account: ACCOUNT, region: REGION });
    const world = new DeployedWorld(aws, await startAwsServer(aws), all);
    await world.#make();
    for (const name of ['ingest', 'maintain', 'resolve', 'backfill', 'alert'] as const)
      world.#handlers.set(name, await world.#load(name, assembly.directory));
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation((chunk) => world.printed.push(String(chunk)) > 0);
    return world;
  }

  /** An invocation of a handler, as Lambda would make it. */
  async invoke(name: HandlerName, event: unknown, context = CONTEXT): Promise<unknown> {
    const { handle, environment, calls } = this.#deployed(name);
    const own = Object.keys(process.env).filter((variable) => variable.startsWith('AUDIT_LAKE_'));
    for (const variable of own) vi.stubEnv(variable, '');
    const all = { ...RUNTIME, ...environment, NODE_OPTIONS: '', AWS_ENDPOINT_URL: this.#server.endpoint };
    for (const [variable, value] of Object.entries(all)) vi.stubEnv(variable, value);
    const before = this.aws.calls.length;
    try {
      return await handle(event, context);
    } finally {
      calls.push(...this.aws.calls.slice(before));
    }
  }

  /** What a handler asked of AWS so far. */
  callsOf(name: HandlerName): readonly AwsCall[] {
    return this.#deployed(name).calls;
  }

  environmentOf(name: HandlerName): Readonly<Record<string, string>> {
    return this.#deployed(name).environment;
  }

  async stop(): Promise<void> {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await this.#server.close();
  }

  #deployed(name: HandlerName): Deployed {
    const found = this.#handlers.get(name);
    if (!found) throw new Error(`no handler ${name}`);
    return found;
  }

  /** What CloudFormation would make before the functions. */
  async #make(): Promise<void> {
    const { s3, dynamodb, athena, sns, clients } = this.aws;
    s3.createBucket(TRAIL);
    s3.createBucket(this.lakeBucket);
    dynamodb.createTable(this.stateTable);
    for (const id of ofType(this.all, 'AWS::SNS::Topic').keys())
      sns.createTopic(`arn:aws:sns:${REGION}:${ACCOUNT}:${id}`);
    athena.pace = { by: 'polls', queued: 0, running: 0 };
    const group = the(this.all, 'AWS::Athena::WorkGroup', 'WorkGroup') as never as GroupProperties;
    athena.createWorkGroup(group.Name, group.WorkGroupConfiguration.ResultConfiguration.OutputLocation);
    const { DatabaseInput } = the(this.all, 'AWS::Glue::Database', 'Catalog') as {
      DatabaseInput: { Name: string };
    };
    await clients.glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: DatabaseInput.Name } }));
    for (const { DatabaseName, TableInput: made } of ofType(this.all, 'AWS::Glue::Table').values()) {
      const input = { DatabaseName: String(DatabaseName), TableInput: made as TableInput };
      await clients.glue.send(new CreateTableCommand(input));
    }
  }

  async #load(name: HandlerName, assembly: string): Promise<Deployed> {
    const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}Function`;
    const { Code, Handler, Environment } = the(
      this.all,
      'AWS::Lambda::Function',
      id,
    ) as never as FunctionProperties;
    const asset = join(assembly, `asset.${Code.S3Key.replace('.zip', '')}`);
    const [file, exported = ''] = Handler.split('.');
    // Lambda sets it before it loads anything.
    for (const [variable, value] of Object.entries(Environment.Variables)) vi.stubEnv(variable, value);
    const bundle = await nativeImport(pathToFileURL(join(asset, `${file}.mjs`)).href);
    const handle = bundle[exported];
    if (!handle) throw new Error(`${file}.mjs has no ${exported}`);
    return { handle, environment: Environment.Variables, calls: [] };
  }
}

type GroupProperties = {
  readonly Name: string;
  readonly WorkGroupConfiguration: { readonly ResultConfiguration: { readonly OutputLocation: string } };
};
type FunctionProperties = {
  readonly Code: { readonly S3Key: string };
  readonly Handler: string;
  readonly Environment: { readonly Variables: Record<string, string> };
};

function nameOf(all: ReadonlyMap<string, Resolved>, type: string): string {
  const [name = ''] = [...ofType(all, type).keys()];
  return name;
}
