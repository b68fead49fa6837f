import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { S3LogReader } from '../../src/adapters/aws/s3-log-reader.js';
import { parseKey } from '../../src/cloudtrail/log-file-ref.js';
import { BodiesAhead } from '../../src/jobs/bodies-ahead.js';
import type { LogFileTask } from '../../src/jobs/log-file-report.js';
import type { BundleLane } from '../../src/jobs/open-bundle.js';
import { openLanes } from '../../src/wiring/lane.js';
import { S3_BATCH_FILES } from '../../src/wiring/s3-bundle.js';
import { s3Lane, s3Reader } from '../../src/wiring/s3-source.js';
import { type AwsServer, startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { keyOf, makeLogFile } from '../support/log-files.ts';
import { type SlowEndpoint, slowEndpoint } from '../support/slow-endpoint.ts';

const BUCKET = 'amzn-s3-demo-bucket';
/** What a lane takes at once of a lake in a folder. */
const BATCH = 128;
const MIB = 1 << 20;

let world: AwsWorld;
let server: AwsServer;
let far: SlowEndpoint;
beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
  world = new AwsWorld();
  world.s3.createBucket(BUCKET);
  server = await startAwsServer(world);
  far = await slowEndpoint(server.endpoint, 40);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await far.close();
  await server.close();
});

/** Log files in S3, as a lane is told of them. */
function tasks(count: number, from = 0): LogFileTask[] {
  return Array.from({ length: count }, (_, at) => {
    const { key, bytes } = makeLogFile(from + at, [{ service: 's3', day: 0 }]);
    world.s3.put(BUCKET, key, bytes);
    return taskOf(key);
  });
}

function taskOf(key: string): LogFileTask {
  const kind = parseKey(BUCKET, key);
  if (kind.kind !== 'log-file') throw new Error(`${key} names no log file`);
  const location = `s3://${BUCKET}/${key}`;
  return { ref: kind.ref, location, etag: '', datasets: ['cloudtrail_events'] };
}

const settings = () => ({ endpointUrl: far.endpoint, region: 'us-east-1' });
const LANE: Parameters<typeof openLanes>[2] = {
  datasets: [{ name: 'cloudtrail_events', eventSources: 'all' }],
  history: { lookup: async () => new Map() },
  ownRoleArns: new Set(),
  privacy: { mode: 'full' },
  now: 0,
  breathe: () => pause(0),
};

/** The most GETs in flight at once, while lanes read so many log files each. */
async function mostAtOnce(lanes: readonly BundleLane[], files: number): Promise<number> {
  const batches = lanes.map((lane, at) => ({ lane, batch: tasks(files, at * files) }));
  await Promise.all(batches.map(({ lane, batch }) => lane.add(batch)));
  expect(world.count('GetObject')).toBe(lanes.length * files);
  return far.most();
}

describe('log files that are far away are asked for ahead', () => {
  test('by a lane of the command line: 32 beside the one that is read', async () => {
    const lanes = await openLanes(1, { kind: 's3', settings: settings() }, LANE);
    expect(await mostAtOnce(lanes, BATCH)).toBe(33);
  });

  test('by the lane of a Lambda, whose memory is small: 8 beside the one that is read', async () => {
    const lane = s3Lane({ ...LANE, reader: s3Reader(settings()) });
    expect(await mostAtOnce([lane], BATCH)).toBe(9);
  });

  test('by many lanes of one thread over one client: no more than its 50 connections', async () => {
    const lanes = await openLanes(7, { kind: 's3', settings: settings() }, LANE);
    expect(await mostAtOnce(lanes, S3_BATCH_FILES)).toBe(50);
  });
});

describe('bodies that wait', () => {
  const taken = async (size: number, ahead: number) => {
    const keys = Array.from({ length: 60 }, (_, at) => keyOf(at, 0));
    for (const key of keys) world.s3.put(BUCKET, key, new Uint8Array(size));
    const all = keys.map(taskOf);
    const bodies = new BodiesAhead(new S3LogReader({ client: world.clients.s3 }), ahead);
    const body = await bodies.take(all, 0);
    await pause(20);
    return { bodies, body, all };
  };

  test('are never more than the bound, and one is asked for as one is taken', async () => {
    const { bodies, all } = await taken(10, 32);
    for (let at = 1; at < all.length; at++) {
      expect(world.count('GetObject')).toBe(Math.min(32 + at, all.length));
      await bodies.take(all, at);
    }
    expect(world.count('GetObject')).toBe(all.length);
  });

  test('are whole up to 1 MiB, so that they hold no connection; larger ones wait on theirs, unread', async () => {
    const small = await taken(MIB, 32);
    expect(world.s3.openBodies()).toBe(0);
    small.bodies.letGo();
    const large = await taken(MIB + 1, 32);
    expect(world.s3.openBodies()).toBe(33);
    large.bodies.letGo();
    large.body.close();
    await pause(20);
    expect(world.s3.openBodies()).toBe(0);
  });
});
