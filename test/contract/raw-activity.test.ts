import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import { identityCells } from '../../src/datasets/identity.js';
import { generateTrail, type Trail } from '../../src/demo/trail.js';
import { rawFolderOf } from '../../src/lake/raw-partition.js';
import type { Search } from '../../src/ports/activity-log.js';
import { TRAIL } from '../support/raw-world.ts';
import { eventsOf, readable, type TraceFile, TraceWorld } from '../support/trace-world.ts';

const AS_OF = Date.UTC(2026, 10, 1, 12);
const DAY = 86_400_000;
const ROOT = `s3://${TRAIL}/AWSLogs/`;
const MONTH = { from: AS_OF - 30 * DAY, to: AS_OF };

let trail: Trail;
let files: readonly TraceFile[];
let world: TraceWorld;
beforeAll(async () => {
  trail = generateTrail({ asOf: AS_OF });
  files = readable(trail.files);
});

describe('x', () => {
  test('y', async () => {
    const { key = '' } = files[0] ?? {};
    const root = `s3://${TRAIL}/${key.slice(0, key.search(/\d{12}\/CloudTrail/))}`;
    world = await new TraceWorld(files, root).register();
    const log = world.open();
    const search: Search = { kind: 'subject', subject: { kind: 'name', name: 'bob' }, ...MONTH };
    console.log(await log.plan(search));
    const grants = await log.search(search);
    console.log(grants);
    const events = await eventsOf(log);
    console.log(events.length, events[0], log.work);
    await log.close();
    console.log(world.left, world.warnings);
    expect(rawFolderOf && identityCells && ROOT && ({} as JsonObject)).toBeTruthy();
  });
});
