import { createView } from '../../lake/ddl.js';
import type { ViewName } from '../../lake/views.js';
import type { AthenaStatements } from './athena-statements.js';
import type { GluePartitions } from './glue-partitions.js';

type Options = {
  readonly statements: AthenaStatements;
  readonly shown: GluePartitions;
  readonly database: string;
};

/**
 * Makes a view where it is missing. Athena alone writes views that it can read, so Glue's calls are no way.
 * @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function ensureView(view: ViewName, options: Options): Promise<'there' | 'created'> {
  const { statements, shown, database } = options;
  if (await shown.findTable(view)) return 'there';
  await statements.run(`making view ${database}.${view}`, { sql: createView(view), database });
  return 'created';
}
