import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AwsServer, startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { run, summaryOf } from '../support/command-line.ts';
import { makeTrail } from '../support/log-files.ts';

const BUCKET = 'amzn-s3-demo-bucket';
const HERE = 'us-east-1';
const THERE = 'eu-west-1';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' };

let server: AwsServer;
let lake: string;
beforeEach(async () => {
  const world = new AwsWorld({ region: HERE });
  world.s3.createBucket(BUCKET, { region: THERE });
  for (const { key, bytes } of makeTrail(12, 3)) world.s3.put(BUCKET, key, bytes);
  server = await startAwsServer(world);
  lake = join(mkdtempSync(join(tmpdir(), 'backfill-region-')), 'lake');
});
afterEach(async () => {
  await server.close();
  rmSync(join(lake, '..'), { recursive: true });
});

function backfill(verb: string, named: string, region: string) {
  const args = ['backfill', verb, named, '--lake', lake, '--endpoint-url', server.endpoint];
  return run([...args, '--quiet', '--output', 'json'], { env: { ...KEYS, AWS_REGION: region } });
}

test('a bucket in another Region is named with its Region by plan and run, and nothing is begun', async () => {
  const says = expect.stringMatching(
    /^AWS_FAILED: s3:ListBucket on s3:\/\/amzn-s3-demo-bucket\/.*: the bucket amzn-s3-demo-bucket lies in eu-west-1; set AWS_REGION=eu-west-1\n/,
  );
  for (const verb of ['plan', 'run']) {
    const ended = await backfill(verb, `s3://${BUCKET}`, HERE);
    expect([ended.code, ended.out, ended.err]).toEqual([4, '', says]);
    expect(existsSync(lake)).toBe(false);
  }
  const { plan } = JSON.parse((await backfill('plan', `s3://${BUCKET}`, THERE)).out);
  const elsewhere = await backfill('run', plan, HERE);
  expect([elsewhere.code, elsewhere.out, elsewhere.err]).toEqual([4, '', says]);
  const ended = await backfill('run', plan, THERE);
  expect([ended.code, summaryOf(ended).log_files]).toMatchObject([
    0,
    { listed: 12, ingested: 12, failed: 0 },
  ]);
});
