import { decodeStateChange, isStateChange } from '../cloudtrail/query-state-change.js';
import { readConfig } from '../config.js';
import { OpenQueryTally } from '../jobs/open-query-report.js';
import { resolveQueries } from '../jobs/resolve-queries.js';
import { sumOf } from '../telemetry.js';
import { openNotifiedResolver } from '../wiring/notified-resolver.js';
import { once } from './once.js';
import { tellCounts, tellDeadlines, tellEndpoint, tellHistory, tellWarnings } from './report.js';
import { type LambdaContext, stopwatch } from './time-left.js';

const opened = once(async () => {
  const config = await readConfig({});
  tellEndpoint(config.endpointUrl);
  return openNotifiedResolver(config, tellHistory);
});

/**
 * Ends open queries: those without a text, and those that had not ended when their row was written. For an EventBridge
 * event "Athena Query State Change" the query becomes due; for anything else, on a schedule, all that are due are
 * asked about. Any number may run at once.
 */
export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  const { ports, now, textMode, hasLeft } = await opened();
  if (isStateChange(event)) {
    const change = decodeStateChange(event);
    return { woken: change?.isFinal === true && (await ports.queries.wake(change, change.at)) };
  }
  const { left, mayStart } = stopwatch(context);
  hasLeft(left);
  const tally = new OpenQueryTally(now());
  const report = await resolveQueries(ports, {
    ...{ now, all: false, textMode, mayStart },
    onOpen: (query) => tally.add(query),
  });
  const { asked, ended, leftOpen, elsewhere, notAsked, interrupted } = report;
  // Of a listing that was cut short the sums would be wrong.
  if (!interrupted) tellDeadlines(tally.accounts);
  if (notAsked > 0)
    tellWarnings('queries_of_accounts_not_named', [`${notAsked} open queries: see query_accounts`]);
  return tellCounts('resolver_done', {
    QueriesAsked: asked,
    QueriesEnded: sumOf(ended) + elsewhere,
    QueriesLeftOpen: sumOf(leftOpen),
    QueriesNotAsked: notAsked,
    QueryTextsResolved: (ended['resolved'] ?? 0) + (ended['withheld'] ?? 0),
    // Of all accounts together, zero too, for an alarm: an account alone is a metric only while it has some.
    ...(!interrupted && {
      QueryTextsAboutToBeLost: tally.accounts.reduce((sum, { expiring }) => sum + expiring[3], 0),
    }),
  });
}
