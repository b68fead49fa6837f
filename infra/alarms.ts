import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Handlers } from './handlers.js';
import type { IngestQueue } from './ingest-queue.js';
import { lakeMetric } from './metrics.js';

/** What an alarm is about: a heading of RUNBOOK.md is its title. */
export type AlarmRule = {
  readonly id: string;
  readonly title: string;
  readonly metric: IMetric;
  /** It rings when the metric is greater than this. */
  readonly above: number;
  /** So many periods in a row. */
  readonly periods: number;
  /** Rings when nothing is heard, instead. */
  readonly isHeartbeat?: true;
};

type Watched = {
  readonly ingest: IngestQueue;
  readonly handlers: Handlers;
  readonly failedBackfills: IMetric;
};

const FIVE_MINUTES = Duration.minutes(5);
const HOUR = Duration.hours(1);
const AN_HOUR_IN_SECONDS = 3_600;

/** Everything that somebody should be called for. */
export function alarmRules({ ingest, handlers, failedBackfills }: Watched): readonly AlarmRule[] {
  const { queue, deadLetterQueue } = ingest;
  const most = { statistic: 'Maximum', period: FIVE_MINUTES } as const;
  const errorsOf = ({ function: called }: Handlers[keyof Handlers]) =>
    called.metricErrors({ statistic: 'Sum', period: HOUR });
  const once = { above: 0, periods: 1 };
  return [
    {
      ...{ id: 'DeadLetters', title: 'Dead letters', ...once },
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(most),
    },
    {
      ...{ id: 'OldestMessage', title: 'Log files wait too long', above: AN_HOUR_IN_SECONDS, periods: 3 },
      metric: queue.metricApproximateAgeOfOldestMessage(most),
    },
    { id: 'FailedFiles', title: 'Log files failed', ...once, metric: lakeMetric('FilesFailed') },
    { id: 'Imbalances', title: 'Counters out of balance', ...once, metric: lakeMetric('Imbalances') },
    {
      ...{ id: 'BlockedPartitions', title: 'Partitions blocked', ...once },
      metric: lakeMetric('PartitionsBlocked', most),
    },
    {
      ...{ id: 'DriftedPartitions', title: 'Partitions drifted', ...once },
      metric: lakeMetric('PartitionsDrifted', { ...most, period: HOUR }),
    },
    {
      ...{ id: 'StuckBundles', title: 'Bundles stuck', ...once },
      metric: lakeMetric('BundlesStuck', { ...most, period: HOUR }),
    },
    {
      ...{ id: 'ExpiringTexts', title: 'Query texts about to be lost', ...once },
      metric: lakeMetric('QueryTextsAboutToBeLost', { ...most, period: HOUR }),
    },
    { id: 'IngestErrors', title: 'Ingest fails', above: 2, periods: 1, metric: errorsOf(handlers.ingest) },
    {
      id: 'MaintainErrors',
      title: 'Maintenance fails',
      above: 10,
      periods: 1,
      metric: errorsOf(handlers.maintain),
    },
    {
      id: 'ResolveErrors',
      title: 'Resolving fails',
      above: 3,
      periods: 1,
      metric: errorsOf(handlers.resolve),
    },
    {
      ...{ id: 'SilentMaintenance', title: 'Maintenance is silent', above: 0, periods: 3, isHeartbeat: true },
      metric: handlers.maintain.function.metricInvocations({ statistic: 'Sum', period: FIVE_MINUTES }),
    },
    { id: 'FailedBackfills', title: 'A backfill failed', ...once, metric: failedBackfills },
  ];
}

type AlarmsProps = {
  readonly rules: readonly AlarmRule[];
  readonly runbookUrl: string;
  readonly topic: ITopic | undefined;
};

/** An alarm for each rule, with a link to what is to be done. */
export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { rules, runbookUrl, topic }: AlarmsProps) {
    super(scope, id);
    this.alarms = rules.map((rule) => this.#alarm(rule, runbookUrl));
    if (!topic) return;
    const action = new SnsAction(topic);
    for (const alarm of this.alarms) {
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }

  #alarm({ id, title, metric, above, periods, isHeartbeat }: AlarmRule, runbookUrl: string): Alarm {
    const { LESS_THAN_OR_EQUAL_TO_THRESHOLD, GREATER_THAN_THRESHOLD } = ComparisonOperator;
    return new Alarm(this, id, {
      alarmDescription: `audit-lake: ${title}. What to do: ${runbookUrl}#${anchorOf(title)}`,
      metric,
      threshold: above,
      evaluationPeriods: periods,
      comparisonOperator: isHeartbeat ? LESS_THAN_OR_EQUAL_TO_THRESHOLD : GREATER_THAN_THRESHOLD,
      treatMissingData: isHeartbeat ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }
}

/** As Markdown makes it of a heading. */
export const anchorOf = (title: string) => title.toLowerCase().replaceAll(' ', '-');
