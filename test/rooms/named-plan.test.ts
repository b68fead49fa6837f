import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { namedPlan } from '../../src/cli/backfill/named-plan.js';

const PLAN = '20261121T113155Z-k3f9';
const LOCATION = `/lake/_meta/plans/${PLAN}.jsonl`;
const PRINTED = JSON.stringify({
  schema_version: 1,
  plan: PLAN,
  location: LOCATION,
  more: 'x'.repeat(4_000),
});
const IO = '/proc/self/io';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-lake-named-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function fileOf(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

test('a plan is named by its id, its file, or what was printed, however long that is', async () => {
  expect(await namedPlan([PLAN])).toBe(PLAN);
  expect(await namedPlan(['plans/any.jsonl'])).toBe('plans/any.jsonl');
  expect(await namedPlan([await fileOf('plan.json', `\n ${PRINTED}`)])).toBe(LOCATION);
  expect(await namedPlan(['archive', PLAN])).toBe(PLAN);
});

test('log files, a folder, and what is not there name no plan, nor does what was printed among others', async () => {
  const printed = await fileOf('plan.json', PRINTED);
  const logFile = await fileOf('log.json', '{"Records":[]}');
  await mkdir(join(folder, 'folder.json'));
  const others = [
    [logFile],
    [join(folder, 'folder.json')],
    [join(folder, 'none.json')],
    [printed, logFile],
    [],
  ];
  for (const named of others) expect(await namedPlan(named)).toBeUndefined();
});

/** Bytes that this process has read. */
const bytesRead = () => Number(/rchar: (\d+)/.exec(readFileSync(IO, 'utf8'))?.[1]);

test.runIf(existsSync(IO))(
  'of a large log file only the beginning is read, and of many nothing',
  async () => {
    const large = await fileOf('large.json', '{"Records":[');
    await truncate(large, 2 ** 25);
    const before = bytesRead();
    expect(await namedPlan([large])).toBeUndefined();
    expect(await namedPlan([large, large])).toBeUndefined();
    expect(bytesRead() - before).toBeLessThan(2 ** 20);
  },
);
