import { decodeStateChange } from '../cloudtrail/query-state-change.js';
import { readConfig } from '../config.js';
import { openQueryReport } from '../jobs/open-query-report.js';
import { resolveQueries } from '../jobs/resolve-queries.js';
import { openNotifiedResolver } from '../wiring/notified-resolver.js';
import { once } from './once.js';
import { tellCounts, tellDeadlines, tellEndpoint, tellHistory } from './report.js';
import { type LambdaContext, stopwatch } from './time-left.js';

const opened = once(async () => {
  const config = await readConfig({});
  tellEndpoint(config.endpointUrl);
  return { textMode: config.queryText.mode, resolver: await openNotifiedResolver(config, tellHistory) };
});

/**
 * Ends open queries: those without a text, and those that had not ended when their row was written. For an EventBridge
 * event "Athena Query State Change" the query becomes due; for anything else, on a schedule, all that are due are
 * asked about. Any number may run at once.
 */
export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  const { textMode, resolver } = await opened();
  const { ports, now, hasLeft } = resolver;
  const change = decodeStateChange(event);
  if (change) return { woken: change.isFinal && (await ports.queries.wake(change, change.at)) };
  const { left, mayStart } = stopwatch(context);
  hasLeft(left);
  const { asked, ended, leftOpen, elsewhere } = await resolveQueries(ports, {
    now,
    all: false,
    textMode,
    mayStart,
  });
  tellDeadlines(await openQueryReport(ports.queries, now()));
  return tellCounts('resolver_done', {
    QueriesAsked: asked,
    QueriesEnded: sum(ended) + elsewhere,
    QueriesLeftOpen: sum(leftOpen),
    QueryTextsResolved: ended['resolved'] ?? 0,
  });
}

const sum = (counts: { readonly [name: string]: number }) =>
  Object.values(counts).reduce((total, count) => total + count, 0);
