import { AuditLakeError } from '../errors.js';
import { TABLE_NAMES } from '../lake/tables.js';
import { VIEW_NAMES } from '../lake/views.js';
import type { Catalog } from '../ports/catalog.js';

/** What was made, in words and in order; and what could not be made. */
export type CatalogReport = { readonly made: string[]; readonly warnings: string[] };

/**
 * Makes what the catalog misses of a lake: its database, then its tables, then its views, which read the tables. The
 * first that cannot be made ends it as a warning, since the rows are safe and another run goes on.
 */
export async function ensureCatalog(catalog: Catalog): Promise<CatalogReport> {
  const steps = [
    { what: 'the database', ensure: () => catalog.ensureDatabase() },
    ...TABLE_NAMES.map((name) => ({ what: `table ${name}`, ensure: () => catalog.ensureTable(name) })),
    ...VIEW_NAMES.map((name) => ({ what: `view ${name}`, ensure: () => catalog.ensureView(name) })),
  ];
  const report: CatalogReport = { made: [], warnings: [] };
  for (const { what, ensure } of steps) {
    try {
      if ((await ensure()) === 'created') report.made.push(what);
    } catch (error) {
      if (!(error instanceof AuditLakeError) || error.code === 'INTERNAL') throw error;
      report.warnings.push(`${what} not made: ${error.message}`);
      break;
    }
  }
  return report;
}
