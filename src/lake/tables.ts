import { type Column, int, text, timestamp } from '../datasets/column.js';
import { EVENT_COLUMNS, EVIDENCE_COLUMNS, QUERY_COLUMNS, WHO_COLUMNS } from '../datasets/columns.js';

/** The tables of a lake. All are partitioned by year, month, day: zero-padded strings, UTC. */
export const TABLE_NAMES = ['athena_events', 'cloudtrail_events', 'athena_query_details'] as const;
export type TableName = (typeof TABLE_NAMES)[number];

export type Table = {
  readonly name: TableName;
  readonly meaning: string;
  readonly columns: readonly Column[];
};

export const PARTITION_COLUMNS = ['year', 'month', 'day'] as const;

export const TABLES: { readonly [name in TableName]: Table } = {
  athena_events: {
    name: 'athena_events',
    meaning: 'one row per CloudTrail record of athena.amazonaws.com, per delivery',
    columns: [...EVENT_COLUMNS, ...WHO_COLUMNS, ...QUERY_COLUMNS, ...EVIDENCE_COLUMNS],
  },
  cloudtrail_events: {
    name: 'cloudtrail_events',
    meaning: 'one row per CloudTrail record of the chosen services, per delivery',
    columns: [...EVENT_COLUMNS, ...WHO_COLUMNS, ...EVIDENCE_COLUMNS],
  },
  athena_query_details: {
    name: 'athena_query_details',
    meaning: 'one row per query in its final state, for queries that were not finished when ingested',
    columns: [
      text('account_id', 'account of the query'),
      text('aws_region', 'Region of the query'),
      ...QUERY_COLUMNS,
      timestamp('ingested_at', 'when this row was written; the newest row of a query counts'),
      int('schema_version', 'version of this schema'),
    ],
  },
};
