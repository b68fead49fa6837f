import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NAMED_QUERIES } from '../../infra/named-queries.js';
import { run } from '../support/command-line.ts';
import { QUESTIONS } from '../support/questions/asked.ts';
import { ofType, resolved } from './support/resolved.ts';
import { templateWith } from './support/synthesized.ts';

const folder = mkdtempSync(join(tmpdir(), 'named-queries-'));
beforeAll(async () => {
  expect((await run(['demo', '--out', folder])).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function answered(sql: string): Promise<readonly string[]> {
  const lake = join(folder, 'lake');
  const { code, out, err } = await run(['query', '--lake', lake, '--output', 'ndjson', sql]);
  expect([code, err]).toEqual([0, '']);
  return out.split('\n').filter(Boolean);
}

describe('the saved queries of the stack', () => {
  test('are the questions of audit-lake ask, in the workgroup and the database of the lake', () => {
    const made = [...ofType(resolved(templateWith().toJSON()), 'AWS::Athena::NamedQuery').values()];
    expect(made.map(({ QueryString }) => QueryString)).toEqual(NAMED_QUERIES.map(({ sql }) => sql));
    expect(made.map(({ Name }) => Name)).toEqual(QUESTIONS.map(({ title }) => title));
    for (const query of made)
      expect(query).toMatchObject({ Database: 'audit_lake', WorkGroup: 'audit_lake' });
  });

  test('are what CloudFormation takes: names, descriptions and texts that are not too long, ids that are one', () => {
    for (const { id, title, meaning, sql } of NAMED_QUERIES) {
      expect(id).toMatch(/^[A-Z][A-Za-z]+$/);
      expect([title.length <= 128, meaning.length <= 1_024, Buffer.byteLength(sql) <= 262_144]).toEqual([
        true,
        true,
        true,
      ]);
    }
    expect(new Set(NAMED_QUERIES.map(({ id }) => id)).size).toBe(QUESTIONS.length);
  });

  test.each(NAMED_QUERIES)(
    'have an answer in the lake of the demo as they stand: $title',
    async ({ sql }) => {
      expect((await answered(sql)).length).toBeGreaterThan(0);
    },
  );

  test.each(NAMED_QUERIES)('read no more days than they say: $title', async ({ id, sql }) => {
    // Far in the future the lake of the demo is older than that.
    const rows = await answered(sql.replaceAll('current_date', "date '2100-01-01'"));
    expect(id === 'Hours' ? rows.filter((row) => !row.includes('"queries":0')) : rows).toEqual([]);
  });
});
