import { type Column, type Group, int, text, timestamp } from '../datasets/column.js';
import { EVENT_COLUMNS, EVIDENCE_COLUMNS, QUERY_COLUMNS, WHO_COLUMNS } from '../datasets/columns.js';

/** The tables of a lake. All are partitioned by year, month, day: zero-padded strings, UTC. */
export const TABLE_NAMES = ['athena_events', 'cloudtrail_events', 'athena_query_details'] as const;
export type TableName = (typeof TABLE_NAMES)[number];

/** The columns of a table, in the groups that its rows come in. */
type Groups = { readonly [group in Group]?: readonly Column[] };

export type Table = {
  readonly name: TableName;
  readonly meaning: string;
  readonly groups: Groups;
  /** All of them, in the order of the files. */
  readonly columns: readonly Column[];
};

export const PARTITION_COLUMNS = ['year', 'month', 'day'] as const;

const table = (name: TableName, meaning: string, groups: Groups): Table => ({
  name,
  meaning,
  groups,
  columns: Object.values(groups).flat(),
});

export const TABLES: { readonly [name in TableName]: Table } = {
  athena_events: table(
    'athena_events',
    'one row per CloudTrail record of athena.amazonaws.com, per delivery',
    { event: EVENT_COLUMNS, who: WHO_COLUMNS, query: QUERY_COLUMNS, evidence: EVIDENCE_COLUMNS },
  ),
  cloudtrail_events: table(
    'cloudtrail_events',
    'one row per CloudTrail record of the chosen services, per delivery',
    { event: EVENT_COLUMNS, who: WHO_COLUMNS, evidence: EVIDENCE_COLUMNS },
  ),
  athena_query_details: table(
    'athena_query_details',
    'one row per query in its final state, for queries that were not finished when ingested',
    {
      event: [text('account_id', 'account of the query'), text('aws_region', 'Region of the query')],
      query: QUERY_COLUMNS,
      evidence: [
        timestamp('ingested_at', 'when this row was written; the newest row of a query counts'),
        int('schema_version', 'version of this schema'),
      ],
    },
  ),
};
