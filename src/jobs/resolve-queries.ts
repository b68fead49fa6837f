import { whatIsAsked } from '../datasets/asked-query.js';
import type { Cells } from '../datasets/column.js';
import { hasText, nextTry, openReason } from '../datasets/open-query.js';
import { withAnswer } from '../datasets/query-cells.js';
import { cellsOfAsked } from '../datasets/query-details.js';
import { HISTORY_MS, type HistoryAnswer, type OpenReason, queryKey } from '../datasets/query-execution.js';
import type { TextMode } from '../datasets/text-privacy.js';
import type { OpenQueries, WaitingQuery } from '../ports/open-queries.js';
import type { QueryHistory } from '../ports/query-history.js';
import { addCounts } from '../telemetry.js';
import type { CommitPorts } from './commit-bundle.js';
import { commitDetails, type EndedQuery } from './commit-details.js';

export type ResolvePorts = CommitPorts & { readonly queries: OpenQueries; readonly history: QueryHistory };

export type ResolveOptions = {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly textMode: TextMode;
  /** Every open query, whether its time has come or not. */
  readonly all: boolean;
  /** Asked before anything new is begun. */
  readonly mayStart: () => boolean;
};

/** What a run came to: asked = ended + left open, where nobody else ended some of them first. */
export type ResolveReport = {
  asked: number;
  /** By the status of their text; each has a row in `athena_query_details`. */
  readonly ended: { [status: string]: number };
  /** By the reason. */
  readonly leftOpen: { [why: string]: number };
  /** Ended by somebody else meanwhile. */
  elsewhere: number;
  /** Open and due, but nobody may be asked: they are left as they are, until somebody may. */
  notAsked: number;
  dataFiles: number;
  /** Stopped while some were left. */
  interrupted: boolean;
};

/** Queries asked about at once: their texts are held in memory, at most 256 KiB each. */
const CHUNK = 200;
/** A query that Athena is about to forget is given up a day earlier: what is known of it then is the end. */
const GIVE_UP_MS = HISTORY_MS - 86_400_000;

/**
 * Asks again about the queries that are open, those first that Athena forgets first, and writes a row of
 * `athena_query_details` for each that has come to an end (protocol 4.7). The others wait longer. Any number may run
 * at once. @throws AuditLakeError of disposition `stop`
 */
export async function resolveQueries(ports: ResolvePorts, options: ResolveOptions): Promise<ResolveReport> {
  const report: ResolveReport = {
    ...{ asked: 0, ended: {}, leftOpen: {}, elsewhere: 0, notAsked: 0, dataFiles: 0, interrupted: false },
  };
  let chunk: WaitingQuery[] = [];
  const start = options.now();
  const mayKnow = (query: WaitingQuery) => ports.history.mayKnow?.(query) ?? true;
  for await (const query of ports.queries.openQueries()) {
    if (!options.all && query.nextTry > start) continue;
    if (!isTooLate(query, start) && !mayKnow(query)) {
      report.notAsked++;
      continue;
    }
    chunk.push(query);
    if (chunk.length < CHUNK) continue;
    if (!options.mayStart()) break;
    await resolveChunk(chunk, { ports, options, report });
    chunk = [];
  }
  if (chunk.length > 0 && options.mayStart()) {
    await resolveChunk(chunk, { ports, options, report });
    chunk = [];
  }
  report.interrupted = chunk.length > 0;
  return report;
}

type Run = {
  readonly ports: ResolvePorts;
  readonly options: ResolveOptions;
  readonly report: ResolveReport;
};

async function resolveChunk(chunk: readonly WaitingQuery[], { ports, options, report }: Run): Promise<void> {
  const now = options.now();
  report.asked += chunk.length;
  const answers = await ports.history.lookup(chunk, chunk.length);
  const ended: EndedQuery[] = [];
  const waiting: WaitingQuery[] = [];
  for (const query of chunk) {
    const answer = answers.get(queryKey(query));
    const cells = told(query, answer);
    // Where nobody could be asked, what was known before is still so.
    const why = answer === undefined ? query.why : openReason(cells, answer);
    if (why === undefined || isTooLate(query, now)) ended.push({ query, cells: atTheEnd(cells, why) });
    else {
      const tries = query.tries + 1;
      waiting.push({
        ...query,
        why,
        tries,
        hasText: query.hasText || hasText(cells),
        nextTry: Math.min(nextTry(now, tries, why), lastTry(query)),
      });
      addCounts(report.leftOpen, { [why]: 1 });
    }
  }
  const committed = await commitDetails(ended, { ports, now, textMode: options.textMode });
  addCounts(report.ended, committed.ended);
  report.elsewhere += committed.elsewhere;
  report.dataFiles += committed.dataFiles;
  await ports.queries.postpone(waiting);
}

function told(query: WaitingQuery, answer: HistoryAnswer | undefined): Cells {
  const cells = cellsOfAsked(query);
  return answer ? withAnswer(cells, answer) : cells;
}

const isTooLate = (query: WaitingQuery, now: number) => now >= lastTry(query);

/** Named queries and prepared statements are not forgotten; they are given up as long after they were first seen. */
function lastTry({ id, started, firstSeen }: WaitingQuery): number {
  return (whatIsAsked(id).kind === 'execution' ? started : firstSeen) + GIVE_UP_MS;
}

/** Nothing was told to the end: refused to the last, or forgotten. */
function atTheEnd(cells: Cells, why: OpenReason | undefined): Cells {
  if (cells['query_text_status'] !== 'pending') return cells;
  return { ...cells, query_text_status: why === 'denied' ? 'denied' : 'expired' };
}
