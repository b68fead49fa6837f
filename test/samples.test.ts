import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readDefinition } from './support/aws/states-language.js';
import { sampleFiles } from './support/sample-files.js';

const SAMPLES = fileURLToPath(new URL('../samples', import.meta.url));

/** Everything that lies in samples/, but what is made from the samples. */
function onDisk(): readonly string[] {
  return readdirSync(SAMPLES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(SAMPLES, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.startsWith('expected/'))
    .sort();
}

/** What a file says. Inflated where it is compressed: another build of zlib may pack the same text otherwise. */
function content(path: string, bytes: Uint8Array): string {
  return Buffer.from(path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

describe('samples/', () => {
  const generated = sampleFiles();

  it('is what the generator writes, no more and no less (npm run samples)', () => {
    expect(onDisk()).toEqual([...generated.keys()].sort());
    for (const [path, bytes] of generated) {
      expect(content(path, readFileSync(join(SAMPLES, path))), path).toBe(content(path, bytes));
    }
  });

  it('goes into the package as far as somebody starts from it', () => {
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'];
    const told: unknown = JSON.parse(
      execFileSync('npm', args, {
        cwd: join(SAMPLES, '..'),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    const [{ files }] = told as [{ files: readonly { readonly path: string }[] }];
    const packed = files.map(({ path }) => path);
    const wanted = ['samples/backfill-state-machine.json', 'samples/prices.yaml', 'dist/cli/main.js'];
    expect(packed).toEqual(expect.arrayContaining(wanted));
    expect(packed.filter((path) => path.startsWith('samples/log-files'))).toEqual([]);
  });

  it('holds the definition of a state machine that can be run as it is', () => {
    const definition: unknown = JSON.parse(
      readFileSync(join(SAMPLES, 'backfill-state-machine.json'), 'utf8'),
    );
    const { task } = readDefinition(definition);
    expect(task.Parameters.FunctionName).toMatch(/:111122223333:function:audit-lake-backfill$/);
  });

  it('is generated alike every time', () => {
    const again = sampleFiles();
    for (const [path, bytes] of generated)
      expect(Buffer.compare(again.get(path) ?? new Uint8Array(), bytes), path).toBe(0);
  });

  it('holds an envelope of every kind, as JSON', () => {
    const envelopes = [...generated].filter(([path]) => path.startsWith('notifications/'));
    expect(envelopes.length).toBeGreaterThanOrEqual(15);
    for (const [path, bytes] of envelopes) expect(() => JSON.parse(content(path, bytes)), path).not.toThrow();
  });

  it('holds a log file of every eventVersion', () => {
    const versions = new Set(
      [...generated].flatMap(([path, bytes]) =>
        [...content(path, bytes).matchAll(/"eventVersion":"(1\.\d+)"/g)].map((match) => match[1]),
      ),
    );
    const expected = ['1.0', ...Array.from({ length: 11 }, (_, i) => `1.${String(i + 1).padStart(2, '0')}`)];
    expect([...versions]).toEqual(expect.arrayContaining(expected));
  });
});
