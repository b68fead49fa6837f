import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Alarms } from './alarms.js';
import type { Handlers } from './handlers.js';
import type { IngestQueue } from './ingest-queue.js';
import type { LakeMetric } from './metrics.js';

type DashboardProps = {
  readonly alarms: Alarms;
  readonly ingest: IngestQueue;
  readonly handlers: Handlers;
  readonly lakeMetric: LakeMetric;
};

const HALF = 12;

/** What there is to see at a glance: alarms, the sums that must hold, what waits, what is forgotten. */
export function dashboard(scope: Construct, shown: DashboardProps): Dashboard {
  const { queue, deadLetterQueue } = shown.ingest;
  const functions = Object.values(shown.handlers).flatMap((handler) => handler?.function ?? []);
  const counted = (title: string, ...names: readonly string[]) =>
    graph(
      title,
      names.map((name) => shown.lakeMetric(name)),
    );
  const ofFunctions = (title: string, metricOf: (called: (typeof functions)[number]) => IMetric) =>
    graph(title, functions.map(metricOf));
  const rows: IWidget[][] = [
    [new AlarmStatusWidget({ title: 'Alarms', width: 2 * HALF, alarms: [...shown.alarms.alarms] })],
    [
      counted('Log files', 'FilesListed', 'FilesIngested', 'FilesSkipped', 'FilesFailed', 'FilesForeign'),
      counted('Records', 'RecordsRead', 'RecordsSelected', 'RecordsIgnored', 'RecordsRejected'),
    ],
    [
      graph('Seconds that the oldest message waits', [queue.metricApproximateAgeOfOldestMessage()]),
      graph('Messages', [
        queue.metricNumberOfMessagesSent(),
        queue.metricApproximateNumberOfMessagesVisible(),
        deadLetterQueue.metricApproximateNumberOfMessagesVisible(),
      ]),
    ],
    [
      counted(
        'Partitions',
        ...['PartitionsRegistered', 'PartitionsPending', 'PartitionsBlocked', 'PartitionsDrifted'],
      ),
      counted(
        'Query texts',
        ...['QueryTextsResolved', 'QueryTextsPending', 'QueriesLeftOpen', 'QueryTextsAboutToBeLost'],
      ),
    ],
    [
      ofFunctions('Milliseconds of the functions', (called) => called.metricDuration()),
      ofFunctions('Errors of the functions', (called) => called.metricErrors()),
    ],
  ];
  return new Dashboard(scope, 'Dashboard', { widgets: rows });
}

const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: HALF });
