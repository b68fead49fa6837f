import { GetPartitionsCommand } from '@aws-sdk/client-glue';
import { AuditLakeError } from '../../errors.js';
import { lakeLocation } from '../../lake/ddl.js';
import { TABLE_NAMES, type TableName } from '../../lake/tables.js';
import { VIEW_NAMES, type ViewName } from '../../lake/views.js';
import type { Check, Step } from '../../ports/access-check.js';
import { awsError } from './aws-error.js';
import { type GlueOptions, GluePartitions } from './glue-partitions.js';
import type { LakeSeen } from './lake-access.js';
import type { ResourceArns } from './resource-arns.js';

export type CatalogAccessOptions = GlueOptions & { readonly arns: ResourceArns; readonly seen: LakeSeen };

const ASKED = TABLE_NAMES[0];
const SOME_DAY = '2000-01-01';

/** Whether the catalog shows the lake: database, tables, views, and whether it can be asked for partitions. */
export function catalogAccess(options: CatalogAccessOptions): readonly Check[] {
  const shown = new GluePartitions(options);
  return [
    databaseCheck(options, shown),
    ...TABLE_NAMES.map((name) => tableCheck(name, options, shown)),
    partitionsCheck(options, shown),
    ...VIEW_NAMES.map((name) => viewCheck(name, options, shown)),
  ];
}

function databaseCheck(options: CatalogAccessOptions, shown: GluePartitions): Check {
  const { database, arns } = options;
  const run = async () => ((await shown.hasDatabase()) ? database : missing(`database ${database}`, options));
  const step = glueStep('GetDatabase', {
    on: `database ${database}`,
    resources: arns.database(database),
    run,
  });
  return { name: 'database', needs: ['lake.json'], steps: [step] };
}

function tableCheck(name: TableName, options: CatalogAccessOptions, shown: GluePartitions): Check {
  const run = async () =>
    (await shown.hasOurs(name))
      ? `${lakeLocation(options.lake)}/${name}/`
      : missing(shown.nameOf(name), options);
  return {
    name: `table ${name}`,
    needs: ['database'],
    steps: [tableStep('GetTable', name, { options, run })],
  };
}

function viewCheck(name: ViewName, options: CatalogAccessOptions, shown: GluePartitions): Check {
  const what = `view ${options.database}.${name}`;
  const run = async () => ((await shown.findTable(name)) ? what : missing(what, options));
  return {
    name: `view ${name}`,
    needs: ['database'],
    steps: [tableStep('GetTable', name, { options, run })],
  };
}

/** What registrar and reconciler ask; of a table that is missing Glue tells nothing but that. */
function partitionsCheck(options: CatalogAccessOptions, shown: GluePartitions): Check {
  const one = async () => void (await shown.locations(ASKED, [SOME_DAY]));
  const many = async () => {
    const command = new GetPartitionsCommand({
      DatabaseName: options.database,
      TableName: ASKED,
      MaxResults: 1,
    });
    const page = await options.glue.send(command).catch((error: unknown) => {
      throw awsError(error, { action: 'glue:GetPartitions', resource: shown.nameOf(ASKED) });
    });
    return (page.Partitions ?? []).length > 0 ? 'shown' : 'none shown yet';
  };
  const steps = [
    tableStep('BatchGetPartition', ASKED, { options, run: one }),
    tableStep('GetPartitions', ASKED, { options, run: many }),
  ];
  const unless = () => (options.seen.isMade ? undefined : 'there is no table yet');
  return { name: 'partitions', needs: [`table ${ASKED}`], unless, steps };
}

type Asked = { readonly options: CatalogAccessOptions; readonly run: Step['run'] };

function tableStep(operation: string, name: TableName | ViewName, { options, run }: Asked): Step {
  const { database, arns } = options;
  const resources = arns.table(database, name);
  return glueStep(operation, { on: `table ${database}.${name}`, resources, run });
}

type Glue = { readonly on: string; readonly resources: readonly string[]; readonly run: Step['run'] };

function glueStep(operation: string, { on, resources, run }: Glue): Step {
  const action = `glue:${operation}`;
  return { call: { action, on, allowedBy: { actions: [action], resources } }, run };
}

/** What only an ingest makes may be missing before it. @throws AuditLakeError LAKE_FORMAT */
function missing(what: string, { seen }: CatalogAccessOptions): string {
  if (!seen.isMade) return 'not there yet: the first ingest makes it';
  const next = 'with the same settings, `audit-lake partitions register` makes it';
  throw new AuditLakeError('LAKE_FORMAT', `${what} is missing: ${next}`);
}
