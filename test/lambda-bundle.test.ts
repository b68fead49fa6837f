import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bundleLambda, LAMBDAS } from './bench/lambda-bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'lambda-bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MOST_BYTES = {
  ingest: 1_500_000,
  maintain: 2_000_000,
  resolve: 1_500_000,
  backfill: 1_500_000,
  alert: 1_500_000,
};
/** What needs a disk, a terminal or a binary of its own: none of it belongs into a function. */
const NOT_WANTED = /duckdb|lmdb|^src\/(adapters\/local|cli|worker|demo)\/|commander|cli-table3|tinyglobby/;

describe.each(LAMBDAS)('the bundle of the %s handler', (name) => {
  const bundle = bundleLambda(name, folder);

  test('is small', async () => {
    const { bytes } = await bundle;
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES[name]);
  });

  test('holds no local adapter, no DuckDB and nothing of the command line', async () => {
    const { inputs } = await bundle;
    expect(inputs).toContain(`src/lambda/${name}.ts`);
    expect(inputs.filter((path) => NOT_WANTED.test(path))).toEqual([]);
  });

  test('loads in a fresh process, and has the handler that Lambda calls', async () => {
    const { path } = await bundle;
    const script = `const { handler } = await import(${JSON.stringify(path)}); console.log(typeof handler);`;
    const args = ['--input-type=module', '--eval', script];
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('function\n');
  });
});

test('what a bundle must not hold is known by its path', () => {
  const paths = ['node_modules/@duckdb/node-api/lib/index.js', 'src/adapters/local/lake-folder.ts'];
  expect(paths.filter((path) => NOT_WANTED.test(path))).toEqual(paths);
});
