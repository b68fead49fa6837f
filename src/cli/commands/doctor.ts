import { Command, Option } from 'commander';
import { type Config, namedLake, readConfig } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import type { Finding } from '../../jobs/run-checks.js';
import { mustNotOverlap } from '../../lake/overlap.js';
import { SETTINGS } from '../../settings.js';
import { findingObject, findingText } from '../finding-texts.js';
import type { Io } from '../io.js';
import { s3LakeOf } from '../s3-lake-of.js';
import { awsOptions, lakeOptions, settingOptions } from '../setting-options.js';

type Flags = { readonly output: 'text' | 'json'; readonly stack?: string };

const EXAMPLES = `
Examples:
  $ audit-lake doctor --lake s3://amzn-s3-demo-lake/audit --profile audit
  $ audit-lake doctor s3://amzn-s3-demo-bucket/AWSLogs --lake s3://amzn-s3-demo-lake/audit --output json
  $ audit-lake doctor --lake ./lake
  $ audit-lake doctor --lake ./lake --query-account self --query-account 444455556666
  $ audit-lake doctor --stack AuditLake --region eu-central-1

A line a check: ok, fail, or skip where another check has to pass first. Below a denied action stands the IAM
statement that allows it. Nothing is left behind but Athena's answer to SELECT 1. What an ingest alone does is not
tried: making the state table (dynamodb:CreateTable), tables and partitions in Glue (glue:CreateTable,
glue:BatchCreatePartition, glue:UpdatePartition).

With --stack nothing else is named but the account and its Region: it looks at the stack, its functions, queues and
alarms, and lets each function try what it needs under its own role, which keys, organizations and other policies may
still refuse. Where it has alerts, one asks a question and sends one message to their topic. Who asks needs cloudformation:DescribeStacks, cloudformation:ListStackResources,
lambda:GetFunctionConfiguration, lambda:GetEventSourceMapping, lambda:InvokeFunction, sqs:GetQueueAttributes,
cloudwatch:GetMetricData, cloudwatch:DescribeAlarms, and what a question in Athena takes.

Exit codes: 0 all is well, 1 something is not, 2 usage, 4 AWS says no.
`;

/** `audit-lake doctor`: whether an ingest and a query would get what they need. Returns the exit code by `exit`. */
export function doctorCommand(io: Io, exit: (code: number) => void): Command {
  const command = new Command('doctor')
    .summary('check credentials, permissions and the lake')
    .description('Checks what an ingest and a query need, and tells which permission is missing.')
    .argument('[source...]', 'places in S3 that log files come from; else the setting sources')
    .addOption(stackOption())
    .addOption(
      new Option('--output <format>', 'lines for people, or one JSON object')
        .choices(['text', 'json'])
        .default('text'),
    );
  const { sourceOwner, queryAccounts, queryRole, queryExternalId } = SETTINGS;
  const settings = [sourceOwner, queryAccounts, queryRole, queryExternalId];
  return settingOptions(awsOptions(lakeOptions(command)), settings)
    .addHelpText('after', EXAMPLES)
    .action(async (sources: string[], flags: Flags) => exit(await runDoctor(sources, flags, io)));
}

/** A stack knows its places by itself. */
function stackOption(): Option {
  const { lake, stateTable, database, workGroup, results, catalog, lakeOwner, kmsKey } = SETTINGS;
  const { sourceOwner, queryAccounts, queryRole, queryExternalId } = SETTINGS;
  const places = [lake, stateTable, database, workGroup, results, catalog, lakeOwner, kmsKey];
  const others = [...places, sourceOwner, queryAccounts, queryRole, queryExternalId];
  return new Option('--stack <name>', 'a deployed stack, in place of a lake and its settings').conflicts(
    others.flatMap(({ flag }) => (flag === undefined ? [] : new Option(flag).attributeName())),
  );
}

async function runDoctor(given: readonly string[], flags: Flags, io: Io): Promise<number> {
  const config = await readConfig(flags);
  const { stack, output } = flags;
  const { about, examine } = stack === undefined ? ofLake(config, given) : ofStack(config, stack, given);
  const findings: Finding[] = [];
  for await (const finding of examine) {
    findings.push(finding);
    if (output === 'text') await io.out(findingText(finding, stack === undefined ? 'lake' : 'stack'));
  }
  if (output === 'json') {
    const checks = findings.map(findingObject);
    await io.out(`${JSON.stringify({ schema_version: 1, ...about, checks }, null, 2)}\n`);
  }
  return exitCodeOf(findings);
}

/** What is examined: its name for who reads JSON, and the findings as they are made. */
type Examination = { readonly about: object; readonly examine: AsyncIterable<Finding> };

/** @throws AuditLakeError USAGE */
function ofLake(config: Config, given: readonly string[]): Examination {
  const lake = namedLake(config);
  const sources = given.length > 0 ? given : config.sources;
  mustBePlaces(sources, lake);
  return { about: { lake }, examine: examined(config, lake, sources) };
}

/** @throws AuditLakeError USAGE */
function ofStack(config: Config, stack: string, [source]: readonly string[]): Examination {
  if (source === undefined) return { about: { stack }, examine: examinedStack(config, stack) };
  throw new AuditLakeError('USAGE', `--stack knows where log files come from: leave out ${source}`);
}

async function* examinedStack(config: Config, stack: string): AsyncGenerator<Finding> {
  yield { name: 'node', result: 'ok', text: nodeText(process.version) };
  yield { name: 'endpoint', result: 'ok', text: endpointText(config) };
  const { profile, region, endpointUrl } = config;
  const { examineStack } = await import('../../wiring/stack-doctor.js');
  yield* examineStack({ profile, region, endpointUrl, stack });
}

/** @throws AuditLakeError USAGE */
function mustBePlaces(sources: readonly string[], lake: string): void {
  const local = sources.find((source) => !source.startsWith('s3://'));
  if (local !== undefined) {
    throw new AuditLakeError('USAGE', `doctor checks sources in S3, and ${local} is none: leave it out`);
  }
  mustNotOverlap(lake, sources);
}

async function* examined(
  config: Config,
  folder: string,
  sources: readonly string[],
): AsyncGenerator<Finding> {
  yield { name: 'node', result: 'ok', text: nodeText(process.version) };
  const lake = s3LakeOf(config);
  if (lake || sources.length > 0 || config.queryAccounts.length > 0) {
    yield { name: 'endpoint', result: 'ok', text: endpointText(config) };
    const { profile, region, endpointUrl, sourceOwner } = config;
    const { examineAws } = await import('../../wiring/doctor.js');
    yield* examineAws({ profile, region, endpointUrl, sources, sourceOwner, lake, texts: config });
  }
  if (lake) return;
  const { examineFolder } = await import('../../wiring/folder-doctor.js');
  yield* examineFolder(folder);
}

function nodeText(version: string): string {
  const isOld = Number(/^v(\d+)/.exec(version)?.[1]) < 22;
  return isOld
    ? `${version} works, but gets no security fixes since April 2026: better 22 or later`
    : version;
}

/** Who redirects us to another endpoint sees everything: it is never obeyed silently (threat T20). */
function endpointText({ endpointUrl, origins, file }: Config): string {
  if (endpointUrl === undefined) return 'AWS';
  const { flag, env } = SETTINGS.endpointUrl;
  const from = { flag, environment: env, file, default: 'default' }[origins['endpointUrl'] ?? 'default'];
  return `${endpointUrl} in place of AWS, from ${from}`;
}

function exitCodeOf(findings: readonly Finding[]): number {
  const failed = findings.filter(({ result }) => result === 'fail');
  if (failed.some(({ code }) => code?.startsWith('AWS_'))) return 4;
  return failed.length > 0 ? 1 : 0;
}
