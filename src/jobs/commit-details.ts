import { DAY_MS } from '../cloudtrail/event-time.js';
import type { Cells } from '../datasets/column.js';
import { detailsRow } from '../datasets/query-details.js';
import type { AskedQuery } from '../datasets/query-execution.js';
import type { TextMode } from '../datasets/text-privacy.js';
import { DataFileWriter } from '../lake/data-file.js';
import { type Day, dayOf } from '../lake/partition.js';
import { TABLES } from '../lake/tables.js';
import { addCounts } from '../telemetry.js';
import { type CommitPorts, commitBundle, type TableParts } from './commit-bundle.js';

/** An open query that has come to an end, and the cells of its row. */
export type EndedQuery = { readonly query: AskedQuery; readonly cells: Cells };

export type CommittedDetails = {
  /** Rows by the status of their text. */
  readonly ended: { [status: string]: number };
  /** Queries that others ended first. */
  elsewhere: number;
  dataFiles: number;
};

type Means = { readonly ports: CommitPorts; readonly now: number; readonly textMode: TextMode };

/**
 * One row of `athena_query_details` for each ended query, in bundles that a transaction can hold. A query that
 * somebody else ended first is left out: each has one row.
 * @throws AuditLakeError of disposition `stop`
 */
export async function commitDetails(queries: readonly EndedQuery[], means: Means): Promise<CommittedDetails> {
  const done: CommittedDetails = { ended: {}, elsewhere: 0, dataFiles: 0 };
  const ordered = [...queries].sort((a, b) => (dayOfRow(a) < dayOfRow(b) ? -1 : 1));
  for (const bundle of bundlesOf(ordered, means.ports.state.mostItems)) await commit(bundle, means, done);
  return done;
}

/** Queries in the order of their days, as many as a transaction holds: each is an item, each day two (protocol 4.2). */
function bundlesOf(queries: readonly EndedQuery[], mostItems: number): EndedQuery[][] {
  const bundles: EndedQuery[][] = [];
  let bundle: EndedQuery[] = [];
  let days = new Set<Day>();
  for (const query of queries) {
    days.add(dayOfRow(query));
    if (bundle.length + 1 + 2 * days.size > mostItems) {
      bundles.push(bundle);
      bundle = [];
      days = new Set([dayOfRow(query)]);
    }
    bundle.push(query);
  }
  return bundle.length > 0 ? [...bundles, bundle] : bundles;
}

async function commit(queries: readonly EndedQuery[], means: Means, done: CommittedDetails): Promise<void> {
  if (queries.length === 0) return;
  const endedQueries = queries.map(({ query }) => query);
  const { table, parts } = partsOf(queries, means);
  const proposal = { table, parts, entries: [], openQueries: [], endedQueries };
  const result = await commitBundle(proposal, means.ports);
  if (result.kind === 'queries-ended') {
    const rest = queries.filter(({ query }) => !result.ended.includes(query));
    done.elsewhere += queries.length - rest.length;
    return commit(rest, means, done);
  }
  for (const { cells } of queries) addCounts(done.ended, { [String(cells['query_text_status'])]: 1 });
  done.dataFiles += parts.length;
}

function partsOf(queries: readonly EndedQuery[], { now, textMode }: Means): TableParts {
  const table = 'athena_query_details';
  const days = new Map<Day, EndedQuery[]>();
  for (const query of queries) {
    const day = dayOfRow(query);
    days.set(day, [...(days.get(day) ?? []), query]);
  }
  const parts = [...days].map(([day, ofDay]) => {
    const writer = new DataFileWriter(TABLES[table], textMode);
    writer.write(ofDay.map(({ query, cells }) => detailsRow(query, cells, now)));
    return { ...writer.finish(), day, files: ofDay.length };
  });
  return { table, parts };
}

/** The day of submission as Athena tells it, unless that is far from the event that named the query. */
function dayOfRow({ query: { started }, cells }: EndedQuery): Day {
  const submitted = cells['submission_time'];
  const isNear = typeof submitted === 'number' && Math.abs(submitted - started) < DAY_MS;
  return dayOf(isNear ? submitted : started);
}
