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
import { lakeMetric } from './metrics.js';

type DashboardProps = { readonly alarms: Alarms; readonly ingest: IngestQueue; readonly handlers: Handlers };

const HALF = 12;

/** What there is to see at a glance: alarms, the sums that must hold, what waits, what is forgotten. */
export function dashboard(scope: Construct, { alarms, ingest, handlers }: DashboardProps): Dashboard {
  const { queue, deadLetterQueue } = ingest;
  const functions = Object.values(handlers).map((handler) => handler.function);
  const rows: IWidget[][] = [
    [new AlarmStatusWidget({ title: 'Alarms', width: 2 * HALF, alarms: [...alarms.alarms] })],
    [
      graph(
        'Log files',
        counted('FilesListed', 'FilesIngested', 'FilesSkipped', 'FilesFailed', 'FilesForeign'),
      ),
      graph('Records', counted('RecordsRead', 'RecordsSelected', 'RecordsIgnored', 'RecordsRejected')),
    ],
    [
      graph('Seconds that the oldest message waits', [queue.metricApproximateAgeOfOldestMessage()]),
      graph('Messages', [
        queue.metricApproximateNumberOfMessagesVisible(),
        deadLetterQueue.metricApproximateNumberOfMessagesVisible(),
      ]),
    ],
    [
      graph(
        'Partitions',
        counted('PartitionsRegistered', 'PartitionsPending', 'PartitionsBlocked', 'PartitionsDrifted'),
      ),
      graph(
        'Query texts',
        counted('QueryTextsResolved', 'QueryTextsPending', 'QueriesLeftOpen', 'QueryTextsAboutToBeLost'),
      ),
    ],
    [
      graph(
        'Milliseconds of the functions',
        functions.map((called) => called.metricDuration()),
      ),
      graph(
        'Errors of the functions',
        functions.map((called) => called.metricErrors()),
      ),
    ],
  ];
  return new Dashboard(scope, 'Dashboard', { widgets: rows });
}

const counted = (...names: readonly string[]) => names.map((name) => lakeMetric(name));
const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: HALF });
