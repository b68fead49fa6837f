import { Duration } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { Alarms, alarmRules } from './alarms.js';
import type { AuditLakeProps } from './audit-lake-props.js';
import { BackfillFleet } from './backfill-fleet.js';
import { Catalog } from './catalog.js';
import { dashboard } from './dashboard.js';
import { feed, INGEST_WINDOW } from './feed.js';
import { type Handlers, handlers, INGEST_TIMEOUT } from './handlers.js';
import { IngestQueue } from './ingest-queue.js';
import { type Lake, lakeIn, mustNotHearItself, type Trail } from './lake.js';
import { lakeBucket } from './lake-bucket.js';
import { lakeMetric } from './metrics.js';
import { NAMES } from './names.js';
import { asking, readingCatalog, readingTables } from './permissions.js';
import { call } from './schedule.js';
import { stateTable } from './state-table.js';
import { pullTrigger } from './trigger.js';
import { workGroup } from './work-group.js';

/**
 * CloudTrail's log files of a bucket become a lake that answers who queried what in Athena, when, and from where: log
 * files come in by a queue, a ledger remembers them, maintenance keeps the catalog in step, a fleet takes in years.
 */
export class AuditLake extends Construct {
  readonly lakeBucket: IBucket;
  /** `s3://bucket/prefix`, as the command line takes it. */
  readonly lakeLocation: string;
  readonly stateTable: ITable;
  /** Of the Glue database, and of the Athena workgroup. */
  readonly databaseName: string;
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
  readonly handlers: Handlers;
  readonly fleet: BackfillFleet;
  readonly alarms: Alarms;
  readonly #lake: Lake;

  constructor(scope: Construct, id: string, props: AuditLakeProps) {
    super(scope, id);
    const { trailBucket, trailPrefix = 'AWSLogs/', databaseName = NAMES.database, removalPolicy } = props;
    const trail: Trail = { bucket: trailBucket, prefix: trailPrefix, key: props.trailKey };
    this.#lake = this.#makeLake(props, trail);
    this.lakeBucket = this.#lake.bucket;
    this.lakeLocation = this.#lake.location;
    this.databaseName = databaseName;
    const { encryptionKey } = props;
    this.stateTable = props.stateTable ?? stateTable(this, { encryptionKey, removalPolicy });

    const lake = this.#lake;
    const catalog = new Catalog(this, 'Catalog', { lake, databaseName, removalPolicy });
    const { bytesScannedCutoff } = props;
    const group = workGroup(this, { lake, name: databaseName, bytesScannedCutoff, removalPolicy });
    group.node.addDependency(catalog);

    const deployed = { lake, trail, stateTable: this.stateTable, database: databaseName };
    this.handlers = handlers(this, deployed, props);
    const ingest = this.#takeIn(props, trail);
    this.queue = ingest.queue;
    this.deadLetterQueue = ingest.deadLetterQueue;
    this.#keep();
    this.fleet = new BackfillFleet(this, 'BackfillFleet', {
      ...{ lake, worker: this.handlers.backfill.function },
      concurrency: props.backfillConcurrency ?? 50,
    });
    this.alarms = this.#watch(props, ingest);
  }

  /** Lets somebody read the tables, by whatever engine. */
  grantRead(grantee: IGrantable): Grant {
    const place = { lake: this.#lake, database: this.databaseName };
    return grantAll(grantee, [...readingTables(this.#lake), ...readingCatalog(this, place)]);
  }

  /** Lets somebody ask in the workgroup, within its limits. */
  grantQuery(grantee: IGrantable): Grant {
    const place = { lake: this.#lake, database: this.databaseName };
    return this.grantRead(grantee).combine(grantAll(grantee, asking(this, place)));
  }

  /** Log files that failed: damaged, archived, missing, or in conflict. */
  metricFilesFailed(options?: MetricOptions): Metric {
    return lakeMetric('FilesFailed', options);
  }

  /** Log files whose rows are visible. */
  metricFilesIngested(options?: MetricOptions): Metric {
    return lakeMetric('FilesIngested', options);
  }

  /** Rows of all tables. */
  metricRowsWritten(options?: MetricOptions): Metric {
    return lakeMetric('RowsWritten', options);
  }

  /** Days that the catalog does not take. */
  metricPartitionsBlocked(options?: MetricOptions): Metric {
    return lakeMetric('PartitionsBlocked', { statistic: 'Maximum', ...options });
  }

  /** Texts that Athena forgets within three days. */
  metricQueryTextsAboutToBeLost(options?: MetricOptions): Metric {
    return lakeMetric('QueryTextsAboutToBeLost', { statistic: 'Maximum', ...options });
  }

  #makeLake(props: AuditLakeProps, trail: Trail): Lake {
    const { lakePrefix: prefix = 'audit', encryptionKey, archiveAfter, removalPolicy } = props;
    const bucket =
      props.lakeBucket ?? lakeBucket(this, { prefix, encryptionKey, archiveAfter, removalPolicy });
    const lake = lakeIn(bucket, prefix, encryptionKey);
    mustNotHearItself(lake, trail);
    return lake;
  }

  /** From the trail to the handler. */
  #takeIn(
    { trigger = { by: 'bucket-notification' }, maxConcurrency = 10 }: AuditLakeProps,
    trail: Trail,
  ): IngestQueue {
    const ingest = new IngestQueue(this, 'IngestQueue', { timeout: INGEST_TIMEOUT, window: INGEST_WINDOW });
    pullTrigger(this, trigger, { trail, ingest });
    feed(this.handlers.ingest.function, { queue: ingest.queue, maxConcurrency });
    return ingest;
  }

  /** Registrar each minute; sweep, reconciler and what the catalog misses each hour; open queries each quarter of one. */
  #keep(): void {
    const { maintain, resolve } = this.handlers;
    const toMaintain = { called: maintain.function };
    const toResolve = { called: resolve.function };
    call(this, 'RegistrarRule', { every: Duration.minutes(1), task: 'register', ...toMaintain });
    call(this, 'ReconcilerRule', { every: Duration.hours(1), task: 'reconcile', ...toMaintain });
    call(this, 'ResolverRule', { every: Duration.minutes(15), task: 'resolve', ...toResolve });
    const ended = { currentState: ['SUCCEEDED', 'FAILED', 'CANCELLED'] };
    const eventPattern = { source: ['aws.athena'], detailType: ['Athena Query State Change'], detail: ended };
    call(this, 'QueryEndedRule', { eventPattern, ...toResolve });
  }

  #watch(
    { runbookUrl = 'infra/RUNBOOK.md', alarmTopic: topic, dashboard: isShown = true }: AuditLakeProps,
    ingest: IngestQueue,
  ): Alarms {
    const failedBackfills = this.fleet.metricFailed();
    const rules = alarmRules({ ingest, handlers: this.handlers, failedBackfills });
    const alarms = new Alarms(this, 'Alarms', { rules, runbookUrl, topic });
    if (isShown) dashboard(this, { alarms, ingest, handlers: this.handlers });
    return alarms;
  }
}

function grantAll(grantee: IGrantable, statements: readonly PolicyStatement[]): Grant {
  const grants = statements.map(({ actions, resources, conditions }) =>
    Grant.addToPrincipal({ grantee, actions, resourceArns: resources, conditions }),
  );
  return grants.reduce((all, grant) => all.combine(grant));
}
