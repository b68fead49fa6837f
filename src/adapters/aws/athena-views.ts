import { createView } from '../../lake/ddl.js';
import { VIEWS_VERSION, type ViewName, viewVersionIn } from '../../lake/views.js';
import type { Ensured } from '../../ports/catalog.js';
import type { AthenaStatements } from './athena-statements.js';
import type { GluePartitions } from './glue-partitions.js';

type Options = {
  readonly statements: AthenaStatements;
  readonly shown: GluePartitions;
  readonly database: string;
};

/**
 * Makes a view where it is missing, or where an older release made it. Athena alone writes views that it can read, so
 * Glue's calls are no way. @throws AuditLakeError LAKE_FORMAT, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function ensureView(view: ViewName, options: Options): Promise<Ensured> {
  const { statements, shown, database } = options;
  const found = await shown.findView(view);
  if (found && !isOlder(found.ViewOriginalText)) return 'there';
  const doing = `${found ? 'renewing' : 'making'} view ${database}.${view}`;
  await statements.run(doing, { sql: createView(view), database });
  return found ? 'renewed' : 'created';
}

/** What Athena keeps of a view (Trino, HiveViewCodec): JSON in Base64, its SQL in it. */
const KEPT = /^\/\* Presto View: ([A-Za-z0-9+/=]+) \*\/$/;

/** A text that cannot be read tells nothing: it is left as it is, or it would be renewed each time. */
function isOlder(text: string | undefined): boolean {
  const [, kept] = KEPT.exec(text ?? '') ?? [];
  if (kept === undefined) return false;
  return viewVersionIn(Buffer.from(kept, 'base64').toString()) < VIEWS_VERSION;
}
