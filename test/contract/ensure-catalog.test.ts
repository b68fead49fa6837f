import { describe, expect, test } from 'vitest';
import { ensureCatalog } from '../../src/jobs/ensure-catalog.js';
import { createView } from '../../src/lake/ddl.js';
import { denied } from '../support/aws/aws-error.ts';
import { CATALOGS, catalogUnderTest, DATABASE, inProcess, LAKE } from '../support/catalogs.ts';

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

describe.each(['athena', 'glue'] as const)('a catalog that an older release filled, by %s', (kind) => {
  const VIEW = 'athena_audit_logs';
  const TABLE = 'athena_events';
  const KEPT = /^\/\* Presto View: (\S+) \*\/$/;

  async function filled() {
    const { world, made } = inProcess(kind);
    const { catalog } = made;
    await ensureCatalog(catalog);
    const { glue, athena } = world;
    /** What Athena keeps of the view, with another SQL in it. */
    const keptOf = (change: (sql: string) => string) => {
      const [, kept = ''] = KEPT.exec(glue.table(DATABASE, VIEW).input.ViewOriginalText ?? '') ?? [];
      const view = JSON.parse(Buffer.from(kept, 'base64').toString());
      const changed = JSON.stringify({ ...view, originalSql: change(view.originalSql) });
      return `/* Presto View: ${Buffer.from(changed).toString('base64')} */`;
    };
    const before = athena.executions().length;
    const statements = () =>
      athena
        .executions()
        .slice(before)
        .map(({ sql }) => sql);
    const columns = () => glue.table(DATABASE, TABLE).input.StorageDescriptor?.Columns ?? [];
    /** The table as it was before it had these columns. */
    const without = (...names: readonly string[]) => {
      const { input } = glue.table(DATABASE, TABLE);
      const Columns = columns().filter(({ Name = '' }) => !names.includes(Name));
      glue.updateTable(DATABASE, { ...input, StorageDescriptor: { ...input.StorageDescriptor, Columns } });
    };
    return { world, catalog, glue, keptOf, statements, columns, without };
  }

  const MARK = /'audit-lake views \d+'/;
  test.each([
    ['before there were versions', (sql: string) => sql.replace(MARK, "'x'")],
    ['of a lower version', (sql: string) => sql.replace(MARK, "'audit-lake views 0'")],
  ])('gets its view anew once, %s', async (_, change) => {
    const { catalog, glue, keptOf, statements } = await filled();
    const current = glue.table(DATABASE, VIEW).input.ViewOriginalText;
    glue.replaceView(DATABASE, VIEW, keptOf(change));
    expect(await ensureCatalog(catalog)).toEqual({ made: [`view ${VIEW} anew`], warnings: [] });
    expect(statements()).toEqual([createView(VIEW)]);
    expect(glue.table(DATABASE, VIEW).input.ViewOriginalText).toBe(current);
    expect(await ensureCatalog(catalog)).toEqual({ made: [], warnings: [] });
    expect(statements()).toHaveLength(1);
  });

  test('keeps the view of a newer release, and one whose text nobody can read', async () => {
    const { catalog, glue, keptOf, statements } = await filled();
    const newer = keptOf((sql) => sql.replace(MARK, "'audit-lake views 999'"));
    for (const text of [newer, 'SELECT 1', '/* Presto View */', '']) {
      glue.replaceView(DATABASE, VIEW, text);
      expect(await ensureCatalog(catalog)).toEqual({ made: [], warnings: [] });
    }
    expect(statements()).toEqual([]);
  });

  test('keeps a table that has the name of a view, and says so', async () => {
    const { catalog, glue, statements } = await filled();
    glue.dropTable(DATABASE, VIEW);
    glue.createTable(DATABASE, { Name: VIEW, TableType: 'EXTERNAL_TABLE' });
    const { made, warnings } = await ensureCatalog(catalog);
    expect(made).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/^view athena_audit_logs not made: table .*rename it/)]);
    expect(statements()).toEqual([]);
  });

  test('gets columns that are new once, behind the others; its partitions stay', async () => {
    const { catalog, glue, statements, columns, without } = await filled();
    const all = columns().map(({ Name }) => Name);
    glue.addPartition(glue.table(DATABASE, TABLE), {
      ...{ Values: ['2026', '01', '09'], StorageDescriptor: { Location: `${LAKE}/x/` } },
    });
    without('user_name', 'record_index');
    expect(await ensureCatalog(catalog)).toEqual({ made: [`new columns of table ${TABLE}`], warnings: [] });
    expect(statements()).toEqual([
      'ALTER TABLE `athena_events` ADD COLUMNS (`user_name` string, `record_index` int)',
    ]);
    const shown = columns().map(({ Name }) => Name);
    expect(shown.slice(-2)).toEqual(['user_name', 'record_index']);
    expect([...shown].sort()).toEqual([...all].sort());
    expect(glue.locations(DATABASE, TABLE).size).toBe(1);
    expect(await ensureCatalog(catalog)).toEqual({ made: [], warnings: [] });
    expect(statements()).toHaveLength(1);
  });

  test('keeps columns that it does not know: a newer release made them', async () => {
    const { catalog, glue, statements, columns } = await filled();
    const { input } = glue.table(DATABASE, TABLE);
    const Columns = [...columns(), { Name: 'of_next_year', Type: 'string' }];
    glue.updateTable(DATABASE, { ...input, StorageDescriptor: { ...input.StorageDescriptor, Columns } });
    expect(await ensureCatalog(catalog)).toEqual({ made: [], warnings: [] });
    expect(statements()).toEqual([]);
  });

  test('gets them whichever of two runs is faster; a failure otherwise is a warning', async () => {
    const { world, catalog, without } = await filled();
    without('user_name');
    const runs = await Promise.all([ensureCatalog(catalog), ensureCatalog(catalog)]);
    expect(runs.flatMap(({ warnings }) => warnings)).toEqual([]);
    without('user_name');
    world.fail(({ operation }) => operation === 'StartQueryExecution', denied);
    const { warnings } = await ensureCatalog(catalog);
    expect(warnings).toEqual([expect.stringMatching(/^table athena_events not made: athena:StartQuery/)]);
  });

  test('of another lake keeps its views: its tables are refused before', async () => {
    const { world, glue, keptOf, statements } = await filled();
    glue.replaceView(
      DATABASE,
      VIEW,
      keptOf((sql) => sql.replace(MARK, "'x'")),
    );
    const text = glue.table(DATABASE, VIEW).input.ViewOriginalText;
    const clients = { ...world.clients, lake: `${LAKE}-of-others` };
    const { made, warnings } = await ensureCatalog(catalogUnderTest(kind, world, clients).catalog);
    expect([made, warnings]).toEqual([[], [expect.stringMatching(/^table athena_events not made: /)]]);
    expect(statements()).toEqual([]);
    expect(glue.table(DATABASE, VIEW).input.ViewOriginalText).toBe(text);
  });
});
