import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Handler } from './handler.js';
import type { Handlers } from './handlers.js';
import type { IngestQueue } from './ingest-queue.js';
import type { LakeMetric } from './metrics.js';

/** What an alarm is about: a heading of RUNBOOK.md is its title. */
export type AlarmRule = {
  readonly id: string;
  readonly title: string;
  readonly metric: IMetric;
  /** It rings when the metric is greater than this; 0 unless told otherwise. */
  readonly above?: number;
  /** So many periods in a row; 1 unless told otherwise. */
  readonly periods?: number;
  /** Rings when nothing is heard, instead. */
  readonly isHeartbeat?: true;
};

type Watched = {
  readonly ingest: IngestQueue;
  readonly handlers: Handlers;
  readonly lakeMetric: LakeMetric;
  readonly failedBackfills: IMetric;
  /** Whether some alert is asked each hour. */
  readonly isHourly: boolean;
};

const FIVE_MINUTES = Duration.minutes(5);
const HOUR = Duration.hours(1);
const AN_HOUR_IN_SECONDS = 3_600;

/** Everything that somebody should be called for. */
export function alarmRules(watched: Watched): readonly AlarmRule[] {
  const ofLakeItself = [...ofQueue(watched.ingest), ...ofLake(watched.lakeMetric), ...ofFunctions(watched)];
  return [...ofLakeItself, ...ofAlerts(watched)];
}

function ofQueue({ queue, deadLetterQueue }: IngestQueue): AlarmRule[] {
  const most = { statistic: 'Maximum', period: FIVE_MINUTES } as const;
  return [
    {
      id: 'DeadLetters',
      title: 'Dead letters',
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(most),
    },
    {
      id: 'OldestMessage',
      title: 'Log files wait too long',
      metric: queue.metricApproximateAgeOfOldestMessage(most),
      above: AN_HOUR_IN_SECONDS,
      periods: 3,
    },
  ];
}

/** Over an hour where an hour is how often it is counted, or where a burst should ring once. */
function ofLake(lakeMetric: LakeMetric): AlarmRule[] {
  const most = { statistic: 'Maximum', period: FIVE_MINUTES } as const;
  const ofHour = { ...most, period: HOUR };
  return [
    {
      // The lake's own roles are called each minute, so a trail of their account is never silent for an hour. Messages of the
      // queue would not do: digests, and what AWS Config delivers beside the trail, go on without any log file.
      id: 'SilentTrail',
      title: 'Log files stopped coming',
      metric: lakeMetric('FilesIngested', { period: HOUR }),
      periods: 3,
      isHeartbeat: true,
    },
    { id: 'FailedFiles', title: 'Log files failed', metric: lakeMetric('FilesFailed', { period: HOUR }) },
    { id: 'Imbalances', title: 'Counters out of balance', metric: lakeMetric('Imbalances') },
    { id: 'BlockedPartitions', title: 'Partitions blocked', metric: lakeMetric('PartitionsBlocked', most) },
    { id: 'DriftedPartitions', title: 'Partitions drifted', metric: lakeMetric('PartitionsDrifted', ofHour) },
    { id: 'IncompleteCatalog', title: 'Catalog not made', metric: lakeMetric('CatalogNotMade', ofHour) },
    { id: 'StuckBundles', title: 'Bundles stuck', metric: lakeMetric('BundlesStuck', ofHour) },
    {
      id: 'ExpiringTexts',
      title: 'Query texts about to be lost',
      metric: lakeMetric('QueryTextsAboutToBeLost', ofHour),
    },
  ];
}

/** Not the errors of the backfill: the state machine tries a batch again, and is itself what fails when too many do. */
function ofFunctions({ handlers, failedBackfills, lakeMetric }: Watched): AlarmRule[] {
  const { ingest, maintain, resolve } = handlers;
  const errorsOf = ({ function: called }: Handler) => called.metricErrors({ statistic: 'Sum', period: HOUR });
  return [
    { id: 'IngestErrors', title: 'Ingest fails', metric: errorsOf(ingest), above: 2 },
    { id: 'MaintainErrors', title: 'Maintenance fails', metric: errorsOf(maintain), above: 10 },
    // It is called four times an hour, and when a query ends.
    { id: 'ResolveErrors', title: 'Resolving fails', metric: errorsOf(resolve), above: 3 },
    {
      id: 'SilentMaintenance',
      title: 'Maintenance is silent',
      metric: maintain.function.metricInvocations({ statistic: 'Sum', period: FIVE_MINUTES }),
      periods: 3,
      isHeartbeat: true,
    },
    {
      // The registrar's calls say nothing of it. Each hourly run counts this, also where a step of it fails.
      id: 'SilentHourly',
      title: 'The hourly run is silent',
      metric: lakeMetric('BundlesStuck', { statistic: 'SampleCount', period: HOUR }),
      periods: 3,
      isHeartbeat: true,
    },
    {
      // What Athena forgets is gone, and a resolver that is not called can warn of nothing. Each of its runs counts this.
      id: 'SilentResolver',
      title: 'Resolving is silent',
      metric: lakeMetric('QueryTextsAboutToBeLost', { statistic: 'SampleCount', period: HOUR }),
      periods: 3,
      isHeartbeat: true,
    },
    { id: 'FailedBackfills', title: 'A backfill failed', metric: failedBackfills },
  ];
}

/** Its own metrics are those of AWS, which cost nothing. A day is 24 hours, and one more for a schedule that is late. */
function ofAlerts({ handlers: { alert }, isHourly }: Watched): AlarmRule[] {
  if (!alert) return [];
  const ofHour = { statistic: 'Sum', period: HOUR };
  return [
    { id: 'AlertErrors', title: 'Alerts fail', metric: alert.function.metricErrors(ofHour) },
    {
      id: 'SilentAlerts',
      title: 'Alerts are silent',
      metric: alert.function.metricInvocations(ofHour),
      periods: isHourly ? 3 : 26,
      isHeartbeat: true,
    },
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

  #alarm({ id, title, metric, above = 0, periods = 1, isHeartbeat }: AlarmRule, runbookUrl: string): Alarm {
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
