import { AuditLakeError } from '../errors.js';
import { TABLE_NAMES } from '../lake/tables.js';
import { VIEW_NAMES } from '../lake/views.js';
import type { Catalog, Ensured } from '../ports/catalog.js';

/** What was made, in words and in order; and what could not be made. */
export type CatalogReport = { readonly made: string[]; readonly warnings: string[] };

type Step = { readonly what: string; readonly anew: string; readonly ensure: () => Promise<Ensured> };

/**
 * Makes what the catalog misses of a lake: its database, then its tables, then its views, which read the tables; and
 * brings up to date what an older release made. The first that cannot be made ends it as a warning, since the rows are
 * safe and another run goes on.
 */
export async function ensureCatalog(catalog: Catalog): Promise<CatalogReport> {
  const steps: readonly Step[] = [
    { what: 'the database', anew: '', ensure: () => catalog.ensureDatabase() },
    ...TABLE_NAMES.map((name) => ({
      what: `table ${name}`,
      anew: `new columns of table ${name}`,
      ensure: () => catalog.ensureTable(name),
    })),
    ...VIEW_NAMES.map((name) => ({
      what: `view ${name}`,
      anew: `view ${name} anew`,
      ensure: () => catalog.ensureView(name),
    })),
  ];
  const report: CatalogReport = { made: [], warnings: [] };
  for (const { what, anew, ensure } of steps) {
    try {
      const found = await ensure();
      if (found !== 'there') report.made.push(found === 'created' ? what : anew);
    } catch (error) {
      if (!(error instanceof AuditLakeError) || error.code === 'INTERNAL') throw error;
      report.warnings.push(`${what} not made: ${error.message}`);
      break;
    }
  }
  return report;
}
