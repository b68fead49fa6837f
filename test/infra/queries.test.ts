import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NAMED_QUERIES } from '../../infra/named-queries.js';
import { run } from '../support/command-line.ts';
import { ofType, resolved } from './support/resolved.ts';
import { templateWith } from './support/synthesized.ts';

const folder = mkdtempSync(join(tmpdir(), 'named-queries-'));
beforeAll(async () => {
  expect((await run(['demo', '--out', folder])).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the questions for a start', () => {
  test('are three, in the workgroup and the database of the lake', () => {
    const made = [...ofType(resolved(templateWith().toJSON()), 'AWS::Athena::NamedQuery').values()];
    expect(made.map(({ QueryString }) => QueryString)).toEqual(NAMED_QUERIES.map(({ sql }) => sql));
    expect(made).toHaveLength(3);
    for (const query of made)
      expect(query).toMatchObject({ Database: 'audit_lake', WorkGroup: 'audit_lake' });
  });

  test.each(NAMED_QUERIES)('have an answer in the lake of the demo: $title', async ({ sql }) => {
    const { code, out, err } = await run([
      'query',
      '--lake',
      join(folder, 'lake'),
      '--output',
      'ndjson',
      sql,
    ]);
    expect([code, err]).toEqual([0, '']);
    expect(out.trim().split('\n').filter(Boolean).length).toBeGreaterThan(0);
  });
});
