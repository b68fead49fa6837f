import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleHandlers, HANDLERS, type HandlerName } from '../../infra/handler-bundle.js';
import { S3Archive } from '../../src/adapters/aws/s3-archive.js';
import { S3PlanStore } from '../../src/adapters/aws/s3-plan-store.js';
import { missingParts, stackParts } from '../../src/adapters/aws/stack-parts.js';
import { StepFunctionsFleet } from '../../src/adapters/aws/step-functions-fleet.js';
import { FLEET_RESULTS } from '../../src/backfill/state-machine.js';
import { readConfig } from '../../src/config.js';
import { planBackfill } from '../../src/jobs/plan-backfill.js';
import type { Finding } from '../../src/jobs/run-checks.js';
import { VIEW_NAMES } from '../../src/lake/views.js';
import type { Alert } from '../../src/questions/alert.js';
import type { AwsCall } from '../support/aws/aws-call.ts';
import { damaged, makeLogFile, makeTrail } from '../support/log-files.ts';
import { message, notified } from '../support/notify.ts';
import { EVERYTHING } from '../support/scopes.ts';
import { DeployedWorld } from './support/deployed-world.ts';
import { requestsOf } from './support/iam-requests.ts';
import { isAllowed, rolePolicies } from './support/policies.ts';
import { ACCOUNT, ofType, REGION, the } from './support/resolved.ts';
import { TRAIL } from './support/synthesized.ts';

const MEMBER = '444455556666';
const ALERT: Alert = { question: 'outside-networks', parameters: { networks: '10.0.0.0/8' }, every: 'hour' };
const LIVE = makeTrail(12, 3);
const OLD = Array.from({ length: 6 }, (_, n) => makeLogFile(100 + n, [{ service: 'athena', day: n }]));
const WAITING = { pause: async () => undefined, random: () => 0.5 };

let world: DeployedWorld;
beforeAll(async () => {
  world = await DeployedWorld.deploy({ queryAccounts: ['self', MEMBER], alerts: [ALERT] });
  for (const { key, bytes } of LIVE) world.aws.s3.put(TRAIL, key, bytes);
});
afterAll(() => world.stop());

const messages = () => LIVE.map(({ key }, at) => message(`m${at}`, notified(world.aws, key)));
const dataFiles = () =>
  [...world.aws.s3.objects(world.lakeBucket, 'audit/').keys()].filter((key) => key.endsWith('.parquet'));

describe('the bundles of the assets, with the environment of the template', () => {
  test.each(HANDLERS)('%s reads its settings as they stand there', async (name) => {
    const environment = { ...world.environmentOf(name) };
    const config = await readConfig({}, environment);
    expect(config).toMatchObject({
      lake: `s3://${world.lakeBucket}/audit`,
      stateTable: world.stateTable,
      sources: [`s3://${TRAIL}/AWSLogs/`],
      results: 'workgroup',
      lakeOwner: ACCOUNT,
      sourceOwner: ACCOUNT,
    });
    expect(config.ownRoles).toHaveLength(5);
    const isAsking = name !== 'maintain' && name !== 'alert';
    expect(config.queryAccounts).toEqual(isAsking ? ['self', MEMBER] : []);
  });

  test('ingest: notifications in a queue become rows', async () => {
    expect(await world.invoke('ingest', { Records: messages() })).toEqual({ batchItemFailures: [] });
    expect(dataFiles().length).toBeGreaterThan(0);
  });

  test('ingest: what comes again is acknowledged, what is damaged or missing has its outcome', async () => {
    const bad = damaged(makeLogFile(500, [{ service: 'athena', day: 1 }]));
    world.aws.s3.put(TRAIL, bad.key, bad.bytes);
    const gone = makeLogFile(501, [{ service: 'athena', day: 1 }]);
    const again = [
      ...messages(),
      message('bad', notified(world.aws, bad.key)),
      message('gone', { key: gone.key, etag: 'd41d8cd98f00b204e9800998ecf8427e' }),
    ];
    const before = dataFiles().length;
    expect(await world.invoke('ingest', { Records: again })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'bad' }],
    });
    expect(dataFiles()).toHaveLength(before);
  });

  test('maintain: what the rules send makes views, sweeps, compares and registers', async () => {
    for (const task of ['reconcile', 'register']) await world.invoke('maintain', { task });
    const { glue } = world.aws;
    expect(glue.locations('audit_lake', 'athena_events').size).toBeGreaterThan(0);
    for (const view of VIEW_NAMES) expect(glue.table('audit_lake', view)).toBeDefined();
    const made = world.printed.filter((line) => line.includes('"catalog_made"'));
    expect(made.join('')).not.toMatch(/table athena_events|the database/);
  });

  test('resolve: open queries are asked about, and a query that ended wakes its own', async () => {
    expect(await world.invoke('resolve', { task: 'resolve' })).toMatchObject({
      QueriesLeftOpen: expect.any(Number),
    });
    const detail = { currentState: 'SUCCEEDED', queryExecutionId: '0f0f0f0f-0000-4000-8000-000000000000' };
    const event = {
      ...{ version: '0', 'detail-type': 'Athena Query State Change', source: 'aws.athena' },
      ...{ account: ACCOUNT, region: REGION, time: '2026-11-20T10:00:00Z', detail },
    };
    expect(await world.invoke('resolve', event)).toEqual({ woken: false });
  });

  test('backfill: the state machine of the template works off a plan with it', async () => {
    const { sfn, clients, s3 } = world.aws;
    for (const { key, bytes } of OLD) s3.put(TRAIL, key, bytes);
    const place = { bucket: world.lakeBucket, prefix: 'audit' };
    const places = [{ bucket: TRAIL, prefix: 'AWSLogs/' }];
    const archive = new S3Archive({
      client: clients.s3,
      places,
      lake: place,
      now: Date.now,
      waiting: WAITING,
    });
    const id = '20261120T101530Z-b7x2';
    const head = {
      ...{ id, made: Date.now(), lake: `s3://${place.bucket}/audit`, sources: [`s3://${TRAIL}/AWSLogs/`] },
      ...{
        scope: EVERYTHING,
        datasets: ['athena_events'] as const,
        eventSources: 'all' as const,
        inventory: undefined,
      },
    };
    const { plan, slices } = await planBackfill({ archive, head, ledger: undefined });
    const store = new S3PlanStore({ client: clients.s3, place, waiting: WAITING });
    const location = await store.write(plan, slices);
    const machine = the(world.all, 'AWS::StepFunctions::StateMachine', 'BackfillFleet');
    const definition = JSON.parse(String(machine['DefinitionString']));
    const arn = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:backfill`;
    sfn.createStateMachine(arn, definition);
    const { FunctionName } = definition.States.Slices.ItemProcessor.States.Ingest.Parameters;
    sfn.functions.set(FunctionName, (event) => world.invoke('backfill', event));
    const results = { bucket: place.bucket, prefix: `audit/${FLEET_RESULTS}` };
    const fleet = new StepFunctionsFleet({
      client: clients.sfn,
      s3: { client: clients.s3 },
      stateMachineArn: arn,
      results,
    });
    const before = dataFiles().length;
    await fleet.start(id, location);
    await sfn.work();
    expect(await fleet.last(id)).toMatchObject({ state: 'succeeded' });
    expect(dataFiles().length).toBeGreaterThan(before);
  });
});

type Transformer = { readonly InputPathsMap: object; readonly InputTemplate: string };

describe('alert', () => {
  const TOPIC = () =>
    `arn:aws:sns:${REGION}:${ACCOUNT}:${[...ofType(world.all, 'AWS::SNS::Topic').keys()][0]}`;

  /** The event as EventBridge makes it of the rule's template. */
  function scheduled(time: string): unknown {
    const [, rule = {}] =
      [...ofType(world.all, 'AWS::Events::Rule')].find(([id]) => id.includes('AlertOutsideNetworksHour')) ??
      [];
    const [{ InputTransformer }] = rule['Targets'] as [{ InputTransformer: Transformer }];
    const { InputPathsMap, InputTemplate } = InputTransformer;
    const [[name = '', path] = []] = Object.entries(InputPathsMap);
    expect(path).toBe('$.time');
    return JSON.parse(InputTemplate.replaceAll(`<${name}>`, JSON.stringify(time)));
  }

  test('what the rule sends is asked of the hour before, and tells the topic in one message', async () => {
    world.aws.athena.answer = () => ({
      columns: ['submission_time', 'user_name', 'source_ip', 'state'].map((name) => ({
        name,
        type: 'varchar',
      })),
      rows: [['2026-11-21 09:10:00', 'eve', '203.0.113.9', 'SUCCEEDED']],
    });
    await world.invoke('alert', scheduled('2026-11-21T10:45:00Z'));
    const [{ sql = '' } = {}] = world.aws.athena.executions().slice(-1);
    expect(sql).toContain("event_time >= timestamp '2026-11-21 09:00:00.000'");
    expect(sql).toContain("event_time < timestamp '2026-11-21 10:00:00.000'");
    const messages = world.aws.sns.messages(TOPIC());
    expect(messages).toMatchObject([{ subject: 'audit-lake: 1 row: Queries from outside your networks' }]);
    expect(messages[0]?.text).toContain(`--lake=s3://${world.lakeBucket}/audit --database=audit_lake`);
  });
});

describe('the parts that `doctor --stack` looks at', () => {
  test('are found by the logical ids of the template', () => {
    const resources = [...world.all].map(([id, { type }]) => {
      return { LogicalResourceId: id, PhysicalResourceId: id, ResourceType: type, ResourceStatus: undefined };
    });
    const parts = stackParts(resources);
    expect(missingParts(parts)).toEqual([]);
    expect(parts.alarms).toHaveLength(ofType(world.all, 'AWS::CloudWatch::Alarm').size);
    expect(
      new Set([...Object.values(parts.functions), parts.queue, parts.deadLetters, parts.feed]).size,
    ).toBe(8);
    expect(missingParts(stackParts([]))).toHaveLength(8);
  });
});

describe('the check of a handler', () => {
  const [LOG_FILE] = LIVE.map(({ key }) => `s3://${TRAIL}/${key}`);
  const state = () => [
    world.aws.dynamodb.items(world.stateTable),
    [...world.aws.s3.objects(world.lakeBucket).keys()],
  ];

  test.each(HANDLERS)(
    '%s finds all that it needs, as its role allows, and leaves nothing behind',
    async (name) => {
      world.aws.sts.createRole(`arn:aws:iam::${MEMBER}:role/audit-lake-query-history`);
      const before = state();
      const from = world.callsOf(name).length;
      const { checks } = Object(await world.invoke(name, { task: 'check', logFile: LOG_FILE }));
      expect(checks.filter(({ result }: Finding) => result !== 'ok')).toEqual([]);
      expect(checks.map((it: Finding) => it.name)).toEqual(CHECKED[name]);
      expect(state()).toEqual(before);
      const asked = world
        .callsOf(name)
        .slice(from)
        .filter(({ account }) => account === ACCOUNT);
      expect(asked.length).toBeGreaterThan(5);
      expect(deniedOf(name, asked)).toEqual([]);
    },
  );
});

const ALERTED = ['credentials', 'athena', 'question', 'topic'];
const KEPT = ['credentials', 'lake bucket', 'lake.json', 'state reads', 'state writes'];
const TEXTS = [ACCOUNT, MEMBER].map((account) => `query texts of ${account}`);
const FROM_TRAIL = ['credentials', 'source', 'log file', ...KEPT.slice(1), ...TEXTS];
const CHECKED = {
  ...{ ingest: FROM_TRAIL, backfill: FROM_TRAIL, resolve: [...KEPT, ...TEXTS] },
  alert: ALERTED,
  maintain: [
    ...[...KEPT, 'database', 'table athena_events', 'table cloudtrail_events', 'table athena_query_details'],
    ...['partitions', ...VIEW_NAMES.map((view) => `view ${view}`), 'athena'],
  ],
};

/** Which of these calls the policy of a handler does not allow. */
function deniedOf(name: HandlerName, calls: readonly AwsCall[]): readonly string[] {
  const role = [...rolePolicies(world.all)].find(([id]) =>
    id.toLowerCase().startsWith(`auditlake${name}role`),
  );
  const denied = calls.flatMap(requestsOf).filter((request) => !isAllowed(role?.[1] ?? [], request));
  return [...new Set(denied.map(({ action, resource }) => `${action} ${resource}`))];
}

describe('what the handlers tell', () => {
  test('bears the name of the lake, in logs and metrics, so that two lakes of an account are told apart', () => {
    const lines = world.printed.flatMap((text) => text.trim().split('\n')).filter((line) => line[0] === '{');
    const told = lines.map((line) => JSON.parse(line)).filter((line) => 'service' in line);
    expect(told.some((line) => 'FilesIngested' in line)).toBe(true);
    expect(told.some((line) => 'level' in line)).toBe(true);
    expect(new Set(told.map(({ service }) => service))).toEqual(new Set(['audit_lake']));
  });
});

describe('T13: what the handlers asked of AWS', () => {
  test.each(HANDLERS)('%s was allowed by its policy, call by call', (name) => {
    const asked = world.callsOf(name).filter(({ account }) => account === ACCOUNT);
    expect(asked.length).toBeGreaterThan(5);
    expect(deniedOf(name, asked)).toEqual([]);
  });

  test('would be denied elsewhere: the calls of one role are not those of another', () => {
    const resolver =
      [...rolePolicies(world.all)].find(([id]) => id.startsWith('AuditLakeResolveRole'))?.[1] ?? [];
    const asked = world
      .callsOf('ingest')
      .filter(({ account }) => account === ACCOUNT)
      .flatMap(requestsOf);
    expect(asked.some((request) => !isAllowed(resolver, request))).toBe(true);
  });
});

describe('the bundles', () => {
  test('are the same bytes each time', () => {
    const [first, second] = [bundleHandlers(), bundleHandlers()];
    for (const name of HANDLERS) {
      for (const end of ['mjs', 'mjs.map'])
        expect(readFileSync(`${first}/${name}.${end}`).equals(readFileSync(`${second}/${name}.${end}`))).toBe(
          true,
        );
    }
  });

  test('have source maps that name our files, and hold none of their text', () => {
    const folder = bundleHandlers();
    for (const name of HANDLERS) {
      expect(existsSync(`${folder}/${name}.mjs`)).toBe(true);
      const map = JSON.parse(readFileSync(`${folder}/${name}.mjs.map`, 'utf8'));
      expect(map.sources).toContain(`../../src/lambda/${name}.ts`);
      expect(map.sourcesContent).toBeUndefined();
    }
  });
});
