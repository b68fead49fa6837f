import { DAY_MS } from '../cloudtrail/event-time.js';
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
  /** Told each query that this run leaves open, asked about or not, and whether anybody may be asked about it. */
  readonly onLeftOpen?: (query: WaitingQuery, mayBeTold: boolean) => void;
  /** Asked before anything new is begun. */
  readonly mayStart: () => boolean;
  /**
   * Whether a run that may start nothing more, or failed, goes on listing what it leaves open. Asked again and again;
   * where this is absent, it does not.
   */
  readonly mayCount?: () => boolean;
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
/** A query waits as a log file does, and a few of them as these many. */
const LEAST_PATIENCE = 10;
const SOON_MS = 600_000;
/** What runs for longer is not seen to end any more: the longest statement takes 10 hours (Athena quotas). */
const LONGEST_RUN_MS = 2 * DAY_MS;

/**
 * Asks again about the queries that are open, those first that Athena forgets first, and writes a row of
 * `athena_query_details` for each that has come to an end. The others wait longer. Any number may run
 * at once. @throws AuditLakeError of disposition `stop`
 */
export async function resolveQueries(ports: ResolvePorts, options: ResolveOptions): Promise<ResolveReport> {
  const report: ResolveReport = {
    ...{ asked: 0, ended: {}, leftOpen: {}, elsewhere: 0, notAsked: 0, dataFiles: 0, interrupted: false },
  };
  const run = { ports, options, report };
  const failures: unknown[] = [];
  for await (const chunk of chunksOf(dueQueries(run))) {
    const isAsked = failures.length === 0 && options.mayStart();
    report.interrupted ||= !isAsked;
    const left = isAsked ? await resolveChunk(chunk, run).catch(whole(chunk, failures)) : chunk;
    for (const query of left) tellLeft(query, run);
    const isOver = !isAsked || failures.length > 0;
    // Whoever counts what is about to be lost must know it when there is most to do, too.
    if (isOver && !options.mayCount?.()) break;
  }
  if (failures.length > 0) throw failures[0];
  return report;
}

/** Notes a failure: all of the chunk is left. */
const whole = (chunk: readonly WaitingQuery[], failures: unknown[]) => (error: unknown) => {
  failures.push(error);
  return chunk;
};

/** Those whose time has come, and that somebody may be asked about or that are given up. */
async function* dueQueries(run: Run): AsyncGenerator<WaitingQuery> {
  const { ports, options, report } = run;
  const start = options.now();
  for await (const query of ports.queries.openQueries()) {
    if (options.mayCount?.() === false) {
      report.interrupted = true;
      return;
    }
    const isDue = options.all || query.nextTry <= start;
    if (isDue && (start >= forgottenAt(query) || mayBeTold(query, ports))) {
      yield query;
      continue;
    }
    if (isDue) report.notAsked++;
    tellLeft(query, run);
  }
}

const mayBeTold = (query: WaitingQuery, { history }: ResolvePorts) => history.mayKnow?.(query) ?? true;

const tellLeft = (query: WaitingQuery, { ports, options }: Run) =>
  options.onLeftOpen?.(query, mayBeTold(query, ports));

async function* chunksOf(queries: AsyncIterable<WaitingQuery>): AsyncGenerator<readonly WaitingQuery[]> {
  let chunk: WaitingQuery[] = [];
  for await (const query of queries) {
    chunk.push(query);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

type Run = {
  readonly ports: ResolvePorts;
  readonly options: ResolveOptions;
  readonly report: ResolveReport;
};

/** Gives those that stay open. */
async function resolveChunk(
  chunk: readonly WaitingQuery[],
  { ports, options, report }: Run,
): Promise<readonly WaitingQuery[]> {
  const now = options.now();
  report.asked += chunk.length;
  const answers = await ports.history.lookup(chunk, Math.max(chunk.length, LEAST_PATIENCE));
  const ended: EndedQuery[] = [];
  const waiting: WaitingQuery[] = [];
  for (const query of chunk) {
    const answer = answers.get(queryKey(query));
    const cells = told(query, answer);
    // Where nobody could be asked, what was known before is still so.
    const why = answer === undefined ? query.why : openReason(cells, answer);
    if (why === undefined || isGivenUp(query, { why, now, isTold: answer !== undefined })) {
      ended.push({ query, cells: atTheEnd(cells, why) });
    } else {
      waiting.push(answer === undefined ? untold(query, now) : toldInPart({ ...query, why }, cells, now));
      addCounts(report.leftOpen, { [why]: 1 });
    }
  }
  const committed = await commitDetails(ended, { ports, now, textMode: options.textMode });
  addCounts(report.ended, committed.ended);
  report.elsewhere += committed.elsewhere;
  report.dataFiles += committed.dataFiles;
  await ports.queries.postpone(waiting);
  // Stopped in the middle of asking.
  report.interrupted ||= chunk.some((query) => !answers.has(queryKey(query))) && !options.mayStart();
  return waiting;
}

function told(query: WaitingQuery, answer: HistoryAnswer | undefined): Cells {
  const cells = cellsOfAsked(query);
  return answer ? withAnswer(cells, answer) : cells;
}

type Standing = { readonly why: OpenReason; readonly now: number; readonly isTold: boolean };

/** What nobody could be asked about is given up only when Athena has forgotten it. */
function isGivenUp(query: WaitingQuery, { why, now, isTold }: Standing): boolean {
  if (!isTold) return now >= forgottenAt(query);
  return now >= lastTry(query) || (why === 'running' && now - query.started > LONGEST_RUN_MS);
}

/** Something was told, but not its end: another try. */
function toldInPart(query: WaitingQuery, cells: Cells, now: number): WaitingQuery {
  const tries = query.tries + 1;
  const next = Math.min(nextTry(now, tries, query.why), lastTry(query));
  return { ...query, tries, nextTry: next, hasText: query.hasText || hasText(cells) };
}

/** Nobody answered: no try that counts, and no time to lose where Athena is about to forget. */
function untold(query: WaitingQuery, now: number): WaitingQuery {
  const next = Math.min(nextTry(now, query.tries, query.why), Math.max(lastTry(query), now + SOON_MS));
  return { ...query, nextTry: next };
}

const lastTry = (query: WaitingQuery) => forgottenAt(query) - DAY_MS;

/** Named queries and prepared statements are not forgotten; they are given up as long after they were first seen. */
function forgottenAt({ id, started, firstSeen }: WaitingQuery): number {
  return (whatIsAsked(id).kind === 'execution' ? started : firstSeen) + HISTORY_MS;
}

/** Nothing was told to the end: refused to the last, or forgotten. */
function atTheEnd(cells: Cells, why: OpenReason | undefined): Cells {
  if (cells['query_text_status'] !== 'pending') return cells;
  return { ...cells, query_text_status: why === 'denied' ? 'denied' : 'expired' };
}
