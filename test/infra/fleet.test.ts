import { createRequire } from 'node:module';
import { afterEach, describe, expect, test } from 'vitest';
import { FLEET_RESULTS } from '../../src/backfill/state-machine.js';
import { rowsOfDataFile } from '../support/data-file-rows.ts';
import { FleetWorld } from '../support/fleet-world.ts';
import { SOURCE } from '../support/lambda-world.ts';
import { makeTrail, truthOf } from '../support/log-files.ts';
import { BOTH } from '../support/memory-ingest.ts';
import { isAllowed, rolePolicies, statementsOf } from './support/policies.ts';
import { ACCOUNT, REGION, resolved, the } from './support/resolved.ts';
import { templateWith } from './support/synthesized.ts';

type Verdict = { readonly isValid: boolean; readonly errorsText: (separator?: string) => string };
const validator: (definition: unknown) => Verdict = createRequire(import.meta.url)('asl-validator');
/** It writes into what it is given. */
const validate = (it: unknown): Verdict => validator(structuredClone(it));

const all = resolved(templateWith({ backfillConcurrency: 7 }).toJSON());
const machine = the(all, 'AWS::StepFunctions::StateMachine', 'BackfillFleet');
const definition = JSON.parse(String(machine['DefinitionString']));
const lakeBucket = [...all.keys()].find((id) => id.startsWith('AuditLakeLakeBucket'))?.toLowerCase();
const worker = [...all.keys()].find((id) => id.startsWith('AuditLakeBackfillFunction')) ?? '';
const functionArn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${worker}`;

describe('the definition of the state machine', () => {
  test('is valid Amazon States Language', () => {
    const { isValid, errorsText } = validate(definition);
    expect(isValid, isValid ? '' : errorsText('\n')).toBe(true);
  });

  test('is seen to be invalid where a state leads nowhere', () => {
    expect(validate({ ...definition, StartAt: 'Nowhere' }).isValid).toBe(false);
    const { States } = definition;
    const endless = { ...States.Slices, End: undefined, Next: 'Nowhere' };
    expect(validate({ ...definition, States: { Slices: endless } }).isValid).toBe(false);
  });

  test('calls the backfill function of the stack, as many at once as was told', () => {
    expect(definition.States.Slices.MaxConcurrency).toBe(7);
    expect(definition.States.Slices.ItemProcessor.States.Ingest.Parameters.FunctionName).toBe(functionArn);
  });

  test('tells its log every step, and nothing of what it works on', () => {
    expect(machine['LoggingConfiguration']).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
  });
});

describe('the role of the state machine', () => {
  const [role = '', statements = []] =
    [...rolePolicies(all)].find(([name]) => /BackfillFleetRole/.test(name)) ?? [];
  const may = (action: string, resource: string) => isAllowed(statements, { action, resource });
  const inLake = (path: string) => `arn:aws:s3:::${lakeBucket}/audit/${path}`;
  const name = [...all.keys()].find((id) => id.startsWith('AuditLakeBackfillFleetStateMachine'));
  const states = `arn:aws:states:${REGION}:${ACCOUNT}`;

  test('reads plans, writes results, calls one function', () => {
    expect(may('s3:GetObject', inLake('_meta/plans/a.jsonl'))).toBe(true);
    expect(may('s3:PutObject', inLake(`${FLEET_RESULTS}/a/manifest.json`))).toBe(true);
    expect(may('s3:PutObject', inLake('_meta/plans/a.jsonl'))).toBe(false);
    expect(may('s3:GetObject', inLake('athena_events/a.parquet'))).toBe(false);
    expect(may('lambda:InvokeFunction', functionArn)).toBe(true);
    expect(may('lambda:InvokeFunction', functionArn.replace('Backfill', 'Ingest'))).toBe(false);
  });

  test('runs and redrives children of its own', () => {
    expect(may('states:StartExecution', `${states}:stateMachine:${name}`)).toBe(true);
    expect(may('states:StartExecution', `${states}:stateMachine:another`)).toBe(false);
    expect(may('states:RedriveExecution', `${states}:execution:${name}/Slices:0f0f`)).toBe(true);
    expect(may('states:DescribeExecution', `${states}:execution:${name}:0f0f`)).toBe(true);
  });

  test('T12: is taken by Step Functions for this account alone', () => {
    const [trust] = statementsOf(all.get(role)?.properties['AssumeRolePolicyDocument']);
    expect(trust).toMatchObject({
      services: ['states.amazonaws.com'],
      conditions: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
    });
  });
});

describe('B3: the definition of the template, run in process', () => {
  let world: FleetWorld;
  afterEach(() => world.stop());

  /** Our own reader of the language, strict where it matters: no interpreter of the registry knows Distributed Maps. */
  test('gets over failing children, and a redrive works off what is left, once', async () => {
    const trail = makeTrail(30, 6);
    world = await FleetWorld.start();
    for (const { key, bytes } of trail) world.lambda.aws.s3.put(SOURCE, key, bytes);
    const { sfn } = world.lambda.aws;
    const stateMachine = FleetWorld.stateMachine;
    sfn.createStateMachine(stateMachine, { ...definition, States: { Slices: inBatchesOfTwo() } });
    let calls = 0;
    let isBroken = true;
    sfn.functions.set(functionArn, (event) => {
      calls++;
      if (isBroken && calls > 1) throw Object.assign(new Error('no permission'), { name: 'AWS_DENIED' });
      return world.lambda.backfill(event);
    });
    const { plan, location } = await world.plan('20261120T101530Z-b7x2');
    await world.fleet.start(plan.id, location);
    await world.work();
    const failed = await world.fleet.last(plan.id);
    if (!failed) throw new Error('no run');
    expect(failed).toMatchObject({ state: 'failed', redrivable: true });
    expect(failed.batches.failed).toBeGreaterThan(failed.batches.succeeded);
    const before = calls;
    isBroken = false;
    await world.fleet.redrive(failed);
    await world.work();
    expect(calls).toBeGreaterThan(before);
    const rows: string[] = [];
    for (const [path, bytes] of world.lambda.inLake()) {
      if (path.endsWith('.parquet')) rows.push(...(await rowsOfDataFile(path.split('/')[0] ?? '', bytes)));
    }
    expect(rows.sort()).toEqual(truthOf(trail, BOTH));
  });

  const inBatchesOfTwo = () => ({
    ...definition.States.Slices,
    ItemBatcher: { ...definition.States.Slices.ItemBatcher, MaxItemsPerBatch: 2 },
  });
});
