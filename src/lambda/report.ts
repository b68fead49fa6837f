import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { serviceName } from '../config.js';
import { AuditLakeError } from '../errors.js';
import type { DeliveriesReport, DeliveryOutcome } from '../jobs/ingest-deliveries.js';
import { DEADLINE_DAYS, type OpenOfAccount } from '../jobs/open-query-report.js';
import type { BackfillReport } from '../jobs/run-backfill.js';
import {
  type Counters,
  imbalances,
  METRICS,
  METRICS_NAMESPACE,
  type MessageCounts,
  messagesBalance,
} from '../telemetry.js';
import type { AthenaHistoryRun } from '../wiring/athena-history.js';

const SERVICE = { serviceName: serviceName() };
export const logger = new Logger(SERVICE);
const metrics = new Metrics({ namespace: METRICS_NAMESPACE, ...SERVICE });

/** How many failures of one invocation are logged by name; the metric counts all. */
const MOST_LINES = 20;

/** The messages of one invocation, summed up. */
export function countMessages(
  outcomes: ReadonlyMap<string, DeliveryOutcome>,
  received: ReadonlySet<string>,
): MessageCounts {
  const returned = [...outcomes.values()].filter(({ kind }) => kind === 'returned').length;
  return { received: received.size, acknowledged: outcomes.size - returned, returned };
}

/**
 * One line a failure, one for the sums, and the metrics, on success and on failure. Of log files it tells names and
 * counts, never what they hold (threat T15).
 */
export function tellIngest(
  { tally, halted }: DeliveriesReport,
  counters: Counters,
  messages: MessageCounts,
): void {
  if (halted) logger.error('ingest_halted', { code: halted.code, reason: halted.message });
  const found = messagesBalance(messages) ? [] : ['not every message has an outcome'];
  metrics.addMetric('MessagesReturned', MetricUnit.Count, messages.returned);
  tellLogFiles('ingest', { counters, failures: tally.failures, found, about: { messages } });
}

/** The same of a batch of slices. */
export function tellBackfill(plan: string, { counters, failures, unlisted, slices }: BackfillReport): void {
  const all = [...failures, ...unlisted.map(({ place: file, code, message }) => ({ file, code, message }))];
  metrics.addMetric('SlicesEnded', MetricUnit.Count, slices.ended);
  tellLogFiles('backfill', { counters, failures: all, found: [], about: { plan, slices } });
}

type Told = { readonly file: string; readonly code: string; readonly message: string };

type LogFilesTold = {
  readonly counters: Counters;
  readonly failures: readonly Told[];
  /** What is out of balance, beside the counters. */
  readonly found: readonly string[];
  /** What the line of the sums begins with. */
  readonly about: { readonly [name: string]: unknown };
};

function tellLogFiles(event: string, { counters, failures, found, about }: LogFilesTold): void {
  for (const { file, code, message } of failures.slice(0, MOST_LINES)) {
    logger.warn('log_file_failed', { file, code, reason: message });
  }
  const odd = [...imbalances(counters), ...found];
  const { logFiles, records, rowsWritten, dataFiles, bytes, queryTexts } = counters;
  const sums = { log_files: logFiles, records, rows_written: rowsWritten, data_files: dataFiles, bytes };
  const line = { ...about, ...sums, query_texts: queryTexts, failures: logFiles.failed, imbalances: odd };
  if (odd.length > 0) logger.error(`${event}_out_of_balance`, line);
  else logger.info(`${event}_done`, line);
  for (const [name, of] of Object.entries(METRICS)) metrics.addMetric(name, MetricUnit.Count, of(counters));
  metrics.publishStoredMetrics();
}

/** Tells counts of maintenance by name, and gives them on. */
export function tellCounts<C extends { readonly [name: string]: number }>(event: string, counts: C): C {
  logger.info(event, counts);
  for (const [name, count] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, count);
  metrics.publishStoredMetrics();
  return counts;
}

/** A step of maintenance that failed: `metric` counts what it would have found, and one is the least to be said. */
export function tellFailedStep(metric: string, error: unknown): void {
  logger.error('step_failed', { metric, ...failureOf(error) });
  tellCounts('step_counted', { [metric]: 1 });
}

const failureOf = (error: unknown) => ({
  code: error instanceof AuditLakeError ? error.code : 'INTERNAL',
  reason: error instanceof Error ? error.message : String(error),
});

/** Which question was asked about which period, and how many rows it had. */
type AlertTold = { readonly question: string; readonly from: string; readonly to: string };

/** One line an alert that was asked, whether it found something or not. */
export function tellAlert(told: AlertTold & { readonly rows: number }): typeof told {
  logger.info('alert_asked', told);
  return told;
}

/** The period of an alert that was not asked, or not told. */
export function tellFailedAlert(told: AlertTold, error: unknown): void {
  logger.error('alert_failed', { ...told, ...failureOf(error) });
}

/** What somebody should look at, a line each. */
export function tellWarnings(event: string, warnings: readonly string[]): void {
  for (const reason of warnings.slice(0, MOST_LINES)) logger.warn(event, { reason });
}

/** What stands in the way of query texts: names of accounts, Regions and errors, and nothing else. */
export const tellHistory: AthenaHistoryRun['tell'] = (event, { account, region, name }) =>
  logger.warn(event, { account, region, error: name });

/** A value of a dimension is a metric that is paid for, and whoever writes to a trail's bucket can make accounts up. */
const MOST_ACCOUNTS = 100;

/** How many texts Athena is about to forget, by account, the most urgent ones: to be asked by then, or lost. */
export function tellDeadlines(accounts: readonly OpenOfAccount[]): void {
  for (const { account, expiring } of accounts.slice(0, MOST_ACCOUNTS)) {
    if (expiring[3] > 0) logger.warn('query_texts_about_to_be_lost', { account, in_3_days: expiring[3] });
    for (const days of DEADLINE_DAYS) {
      if (expiring[days] === 0) continue;
      const ofAccount = metrics.singleMetric();
      ofAccount.addDimension('account', account);
      ofAccount.addMetric(`QueryTextsLostIn${days}Days`, MetricUnit.Count, expiring[days]);
    }
  }
}

/** Who redirects us sees everything: an endpoint in place of AWS is never obeyed in silence (threat T20). */
export function tellEndpoint(endpointUrl: string | undefined): void {
  if (endpointUrl !== undefined) logger.warn('endpoint_in_place_of_aws', { endpoint: endpointUrl });
}
