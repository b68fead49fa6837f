import type { Table as GlueTable } from '@aws-sdk/client-glue';
import { addColumns } from '../../lake/ddl.js';
import { TABLES, type TableName } from '../../lake/tables.js';
import type { Ensured } from '../../ports/catalog.js';
import type { AthenaStatements } from './athena-statements.js';
import type { GluePartitions } from './glue-partitions.js';

type Options = {
  readonly statements: AthenaStatements;
  readonly shown: GluePartitions;
  readonly database: string;
};

/**
 * Gives a table that is there the columns that an older release did not have; files are read by the names of columns,
 * so their order says nothing. @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function ensureColumns(table: TableName, found: GlueTable, options: Options): Promise<Ensured> {
  const { statements, shown, database } = options;
  const missing = columnsMissing(table, found);
  if (missing.length === 0) return 'there';
  const sql = addColumns(TABLES[table], missing);
  try {
    await statements.run(`adding columns to ${shown.nameOf(table)}`, { sql, database });
  } catch (error) {
    // Another run was faster.
    const now = await shown.findOurs(table);
    if (!now || columnsMissing(table, now).length > 0) throw error;
  }
  return 'renewed';
}

function columnsMissing(table: TableName, { StorageDescriptor }: GlueTable) {
  const shown = new Set(StorageDescriptor?.Columns?.map(({ Name }) => Name?.toLowerCase()));
  return TABLES[table].columns.filter(({ name }) => !shown.has(name));
}
