import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openItems } from '../../src/adapters/local/lmdb-items.js';
import { sliceKey } from '../../src/backfill/slice.js';
import { run } from '../support/command-line.ts';
import { makeTrail } from '../support/log-files.ts';

const TRAIL = makeTrail(20, 1);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-lake-large-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);
const backfill = (verb: string, ...args: string[]) =>
  run(['backfill', verb, ...args, '--lake', at('lake'), '--output', 'json']);

async function write(count: number): Promise<void> {
  await mkdir(at('flat'), { recursive: true });
  for (const { key, bytes } of TRAIL.slice(0, count)) await writeFile(at('flat', basename(key)), bytes);
}

/** As a run leaves a folder of thousands that was stopped on its way. */
async function leaveOpen(plan: string, done: number): Promise<void> {
  const place = `${at('flat')}/`;
  const items = openItems(at('lake', '_meta', 'state'), { readOnly: false });
  const note = [place, done, done, 0, 0, 0, 0, 0, Date.now(), null, true] as const;
  await items.put(`SLICE#${plan}#${sliceKey(place)}`, [...note]);
  await items.close();
}

test('a plan whose one large folder was left on its way is stopped, not new, and the same command goes on', async () => {
  await write(5);
  await backfill('run', at('flat'));
  await write(20);
  const { plan } = JSON.parse((await backfill('plan', at('flat'))).out);
  await leaveOpen(plan, 12);
  const watched = await backfill('watch', plan);
  expect([watched.code, JSON.parse(watched.out)]).toMatchObject([
    1,
    {
      state: 'stopped',
      slices: { total: 1, done: 0, to_do: 1 },
      log_files: { total: 20, done: 12, failed: 0, to_do: 8 },
      last_slice_at: null,
    },
  ]);
  const ended = await backfill('run', at('flat'));
  expect(ended.err).toContain(`Going on with plan ${plan}.`);
  expect(JSON.parse(ended.out).log_files).toMatchObject({ listed: 20, ingested: 15, skipped: 5 });
  expect(JSON.parse((await backfill('status')).out)).toMatchObject({ plan, state: 'done' });
});
