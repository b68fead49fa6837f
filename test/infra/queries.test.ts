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

async function answered(sql: string): Promise<readonly string[]> {
  const lake = join(folder, 'lake');
  const { code, out, err } = await run(['query', '--lake', lake, '--output', 'ndjson', sql]);
  expect([code, err]).toEqual([0, '']);
  return out.split('\n').filter(Boolean);
}

describe('the questions for a start', () => {
  test('are three, in the workgroup and the database of the lake', () => {
    const made = [...ofType(resolved(templateWith().toJSON()), 'AWS::Athena::NamedQuery').values()];
    expect(made.map(({ QueryString }) => QueryString)).toEqual(NAMED_QUERIES.map(({ sql }) => sql));
    expect(made).toHaveLength(3);
    for (const query of made)
      expect(query).toMatchObject({ Database: 'audit_lake', WorkGroup: 'audit_lake' });
  });

  test.each(NAMED_QUERIES)('have an answer in the lake of the demo: $title', async ({ sql }) => {
    expect((await answered(sql)).length).toBeGreaterThan(0);
  });

  test.each(NAMED_QUERIES)(
    'read no more days than they say, of each view that they name: $title',
    async ({ sql }) => {
      const views = [...sql.matchAll(/\b(?:FROM|JOIN) \w+(?: (?!WHERE|ON)(\w+))?/g)];
      expect(views.length).toBeGreaterThan(0);
      for (const [, alias] of views) {
        const of = alias === undefined ? '' : `${alias}.`;
        const day = `AND ${of}year || '-' || ${of}month || '-' || ${of}day >= date_format(current_date - `;
        expect(sql).toContain(day);
      }
      // Far in the future the lake of the demo is older than that.
      expect(await answered(sql.replaceAll('current_date', "date '2100-01-01'"))).toEqual([]);
    },
  );
});
