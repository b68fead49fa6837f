import { decodeStateChange, isStateChange } from '../cloudtrail/query-state-change.js';
import { readConfig } from '../config.js';
import { OpenQueryTally } from '../jobs/open-query-report.js';
import { type ResolveReport, resolveQueries } from '../jobs/resolve-queries.js';
import { sumOf } from '../telemetry.js';
import { examineResolver } from '../wiring/handler-doctor.js';
import { openNotifiedResolver } from '../wiring/notified-resolver.js';
import { check, isCheck } from './check.js';
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
 * asked about. Any number may run at once. However such a run ends, it tells how many texts it leaves that are about to
 * be lost: those that somebody could still be told. Where there was no time to count them all, the oldest are counted.
 * `{"task": "check"}` tries what that needs (check.ts).
 */
export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  if (isCheck(event)) return check(event, context, examineResolver);
  const { ports, now, textMode, hasLeft } = await opened();
  if (isStateChange(event)) {
    const change = decodeStateChange(event);
    return { woken: change?.isFinal === true && (await ports.queries.wake(change, change.at)) };
  }
  const { left, mayStart, mayCount } = stopwatch(context);
  hasLeft(left);
  const named = new OpenQueryTally(now());
  let report: ResolveReport | undefined;
  try {
    report = await resolveQueries(ports, {
      ...{ now, all: false, textMode, mayStart, mayCount },
      onLeftOpen: (query, mayBeTold) => mayBeTold && named.add(query),
    });
  } finally {
    // Of a run that failed, too: it is then that texts are lost.
    tellDeadlines(named.accounts);
    if (report === undefined) tellCounts('resolver_failed', aboutToBeLost(named));
  }
  const { asked, ended, leftOpen, elsewhere, notAsked } = report;
  if (notAsked > 0)
    tellWarnings('queries_of_accounts_not_named', [
      `${notAsked} open queries: see query_accounts, and \`audit-lake resolve --status\``,
    ]);
  return tellCounts('resolver_done', {
    QueriesAsked: asked,
    QueriesEnded: sumOf(ended) + elsewhere,
    QueriesLeftOpen: sumOf(leftOpen),
    QueriesNotAsked: notAsked,
    QueryTextsResolved: (ended['resolved'] ?? 0) + (ended['withheld'] ?? 0),
    ...aboutToBeLost(named),
  });
}

/** Of all accounts together, zero too, for an alarm: an account alone is a metric only while it has some. */
const aboutToBeLost = ({ accounts }: OpenQueryTally) => ({
  QueryTextsAboutToBeLost: accounts.reduce((sum, { expiring }) => sum + expiring[3], 0),
});
