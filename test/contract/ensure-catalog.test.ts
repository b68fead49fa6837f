import { describe, expect, test } from 'vitest';
import { ensureCatalog } from '../../src/jobs/ensure-catalog.js';
import { denied } from '../support/aws/aws-error.ts';
import { CATALOGS, inProcess } from '../support/catalogs.ts';

const ALL = [
  ...['the database', 'table athena_events', 'table cloudtrail_events', 'table athena_query_details'],
  ...['view athena_audit_logs', 'view cloudtrail_audit_logs'],
];

describe.each(Object.entries(CATALOGS))('a catalog: %s', (_, make) => {
  test('gets its database, tables and views once, in this order', async () => {
    const { catalog, end } = await make();
    expect(await ensureCatalog(catalog)).toEqual({ made: ALL, warnings: [] });
    expect(await ensureCatalog(catalog)).toEqual({ made: [], warnings: [] });
    await end();
  });
});

describe.each(['athena', 'glue'] as const)('a catalog in AWS, by %s', (kind) => {
  test('that refuses something is a warning, and gets the rest another time', async () => {
    const { world, made } = inProcess(kind);
    // A denied view: Athena alone makes it.
    const isView = ({ input }: { input: { readonly [name: string]: unknown } }) =>
      String(input['QueryString']).includes('VIEW');
    world.fail(isView, denied);
    const { made: first, warnings } = await ensureCatalog(made.catalog);
    expect(first).toEqual(ALL.slice(0, 4));
    expect(warnings).toEqual([
      expect.stringMatching(/^view athena_audit_logs not made: athena:StartQueryExecution on /),
    ]);
    expect(await ensureCatalog(made.catalog)).toEqual({ made: ALL.slice(4), warnings: [] });
  });
});
