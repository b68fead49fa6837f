import { whatIsAsked } from './asked-query.js';
import type { Cells, Row } from './column.js';
import { SCHEMA_VERSION } from './columns.js';
import type { AskedQuery } from './query-execution.js';

/** What is known of a query by its name alone, before any history is asked. */
export function cellsOfAsked({ id, started }: AskedQuery): Cells {
  const asked = whatIsAsked(id);
  const pending = { query_text_status: 'pending' };
  switch (asked.kind) {
    case 'execution':
      return { ...pending, query_execution_id: id, submission_time: started };
    case 'named_query':
      return { ...pending, named_query_id: asked.id };
    case 'prepared_statement':
      return { ...pending, work_group: asked.workGroup, statement_name: asked.name };
  }
}

/** The row of `athena_query_details` of a query whose end is known. `ingestedAt` in milliseconds. */
export function detailsRow({ account, region }: AskedQuery, query: Cells, ingestedAt: number): Row {
  return {
    event: { account_id: account, aws_region: region },
    query,
    evidence: { ingested_at: ingestedAt, schema_version: SCHEMA_VERSION },
  };
}
