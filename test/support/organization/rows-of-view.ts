import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDuckDb } from '../../../src/adapters/local/duckdb-query-engine.js';
import type { AnswerValue } from '../../../src/ports/query-engine.js';
import { rowsOf } from '../small-lake.ts';
import type { OrganizationLake } from './organization-lake.ts';

const SQL = `SELECT account_id, aws_region, event_id, query_text, query_text_status, query_text_source, query_state
  FROM athena_audit_logs`;

/** The rows of the view that people ask, as DuckDB answers it over the same data files. */
export async function rowsOfView(lake: OrganizationLake): Promise<readonly (readonly AnswerValue[])[]> {
  const root = await mkdtemp(join(tmpdir(), 'organization-'));
  try {
    for (const [path, bytes] of lake.dataFiles()) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), bytes);
    }
    const engine = await openDuckDb({ root, days: await lake.committedList(), threads: 2 });
    try {
      return await rowsOf(engine, SQL);
    } finally {
      await engine.close();
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
