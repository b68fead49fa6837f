import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../support/command-line.ts';
import { FleetWorld } from '../support/fleet-world.ts';
import { LAKE, SOURCE } from '../support/lambda-world.ts';
import { type MadeLogFile, makeTrail } from '../support/log-files.ts';

const TRAIL = makeTrail(12, 3);

describe('a plan file that is damaged', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'audit-lake-plans-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const at = (...names: string[]) => join(folder, ...names);
  const backfill = (verb: string, ...args: string[]) =>
    run(['backfill', verb, ...args, '--lake', at('lake'), '--output', 'json']);

  async function write(files: readonly MadeLogFile[]): Promise<void> {
    for (const { key, bytes } of files) {
      await mkdir(dirname(at('archive', key)), { recursive: true });
      await writeFile(at('archive', key), bytes);
    }
  }

  /** A plan, and the path of a newer one that this text stands in. */
  async function planned(damage: (text: string) => string) {
    await write(TRAIL);
    const { plan, location } = JSON.parse((await backfill('plan', at('archive'))).out);
    const id = '20991231T235959Z-zzzz';
    const newer = at('lake', '_meta', 'plans', `${id}.jsonl`);
    await writeFile(newer, damage((await readFile(location, 'utf8')).replaceAll(plan, id)));
    return { plan, newer, id };
  }

  const DAMAGES: { readonly [what: string]: (text: string) => string } = {
    'is empty': () => '',
    'is cut short in its head': (text) => text.slice(0, 100),
    'is cut short in its slices': (text) => text.split('\n').slice(0, -2).join('\n'),
    'is of another version': (text) => text.replace('"plan":1', '"plan":9'),
  };
  for (const [what, damage] of Object.entries(DAMAGES)) {
    test(`and ${what} holds up neither the run of its source nor the status of the last one that can be read`, async () => {
      const { plan, newer, id } = await planned(damage);
      const said = expect.stringMatching(new RegExp(`^Passed over a plan: .*${newer}`, 'm'));
      const status = await backfill('status');
      expect([status.code, JSON.parse(status.out).plan, status.err]).toEqual([0, plan, said]);
      const ran = await backfill('run', at('archive'));
      expect([ran.code, JSON.parse(ran.out), ran.err]).toMatchObject([0, { plan }, said]);
      expect(JSON.parse(ran.out).log_files.ingested).toBe(12);
      // Who names it is told.
      const named = await backfill('status', id);
      expect([named.code, named.out, named.err]).toEqual([1, '', expect.stringContaining('PLAN_FORMAT')]);
    });
  }
});

describe('a plan file that does not lie in the lake', () => {
  let world: FleetWorld;
  afterEach(() => world.stop());

  test('is not handed to a fleet, which reads plans from the lake: the command that copies it works', async () => {
    world = await FleetWorld.start();
    const { s3 } = world.lambda.aws;
    for (const { key, bytes } of TRAIL) s3.put(SOURCE, key, bytes);
    const id = '20260109T120000Z-abcd';
    const { location } = await world.plan(id);
    const key = location.slice(`s3://${LAKE}/`.length);
    const { bytes } = s3.object({ Bucket: LAKE }, key);
    s3.put(LAKE, 'some where/plan.jsonl', bytes);
    s3.remove(LAKE, key);
    const { env } = world;
    const datasets = ['athena_events', 'cloudtrail_events'].flatMap((name) => ['--dataset', name]);
    const handOver = (plan: string) => run(['backfill', 'run', plan, '--on', 'fleet', ...datasets], { env });
    const refused = await handOver(`s3://${LAKE}/some where/plan.jsonl`);
    const copy = `aws s3 cp 's3://${LAKE}/some where/plan.jsonl' ${location}`;
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining(copy)]);
    expect(world.lambda.aws.count('StartExecution')).toBe(0);
    s3.put(LAKE, key, bytes);
    expect((await handOver(location)).code).toBe(0);
    expect(world.lambda.aws.count('StartExecution')).toBe(1);
  });
});
