import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { Alarms, alarmRules } from './alarms.js';
import { alertTopic, scheduleAlerts } from './alerts.js';
import type { AuditLakeProps } from './audit-lake-props.js';
import { BackfillFleet } from './backfill-fleet.js';
import { Catalog } from './catalog.js';
import { dashboard } from './dashboard.js';
import { feed, INGEST_WINDOW } from './feed.js';
import { type Handlers, handlers, INGEST_TIMEOUT, type Told } from './handlers.js';
import { IngestQueue } from './ingest-queue.js';
import { type Lake, lakeIn, mustNotHearItself, type Trail } from './lake.js';
import { lakeBucket } from './lake-bucket.js';
import { type LakeMetric, metricsOf } from './metrics.js';
import { NAMES } from './names.js';
import { asking, readingCatalog, readingTables } from './permissions.js';
import { AskedAccounts } from './query-accounts.js';
import { runbook } from './runbook.js';
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
  readonly databaseName: string;
  /** The workgroup of those who ask; it has the name of the database. */
  readonly workGroup: { readonly name: string };
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
  readonly handlers: Handlers;
  readonly fleet: BackfillFleet;
  readonly alarms: Alarms;
  /** Where alerts tell what they find; undefined where there are none. */
  readonly alertTopic: ITopic | undefined;
  readonly #lake: Lake;
  readonly #lakeMetric: LakeMetric;
  readonly #asked: AskedAccounts;

  constructor(scope: Construct, id: string, props: AuditLakeProps) {
    super(scope, id);
    const { databaseName = NAMES.database, removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE } = props;
    const { trailBucket, trailPrefix = 'AWSLogs/', trailKey, encryptionKey, bytesScannedCutoff } = props;
    const trail: Trail = { bucket: trailBucket, prefix: trailPrefix, key: trailKey };
    const lake = this.#makeLake(props, trail, removalPolicy);
    this.#lake = lake;
    this.lakeBucket = lake.bucket;
    this.lakeLocation = lake.location;
    this.stateTable = props.stateTable ?? stateTable(this, { encryptionKey, removalPolicy });

    this.databaseName = databaseName;
    this.workGroup = { name: databaseName };
    const catalog = new Catalog(this, 'Catalog', { lake, databaseName, removalPolicy });
    const group = workGroup(this, { lake, name: databaseName, bytesScannedCutoff, removalPolicy });
    group.node.addDependency(catalog);

    const told = this.#whoIsTold(props);
    this.alertTopic = told?.topic;
    const deployed = { lake, trail, stateTable: this.stateTable, database: databaseName, told };
    this.handlers = handlers(this, deployed, props);
    const { ingest: taking, resolve, backfill } = this.handlers;
    this.#asked = new AskedAccounts([taking, resolve, backfill], props);
    const ingest = this.#takeIn(props, trail);
    this.queue = ingest.queue;
    this.deadLetterQueue = ingest.deadLetterQueue;
    this.#keep();
    const { alert } = this.handlers;
    if (alert) scheduleAlerts(this, props.alerts ?? [], alert.function);
    this.fleet = new BackfillFleet(this, 'BackfillFleet', {
      lake,
      worker: backfill.function,
      concurrency: props.backfillConcurrency ?? 50,
    });
    this.#lakeMetric = metricsOf(databaseName);
    this.alarms = this.#watch(props, ingest);
  }

  /**
   * Asks the Athena of one more account for query texts, under the role that member-role.yaml makes there.
   * @throws Error for what is no account, and for more accounts than can be named one by one
   */
  addRoleForAccount(account: string): void {
    this.#asked.add(account);
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
    return this.#lakeMetric('FilesFailed', options);
  }

  /** Log files whose rows are visible. */
  metricFilesIngested(options?: MetricOptions): Metric {
    return this.#lakeMetric('FilesIngested', options);
  }

  /** Rows of all tables. */
  metricRowsWritten(options?: MetricOptions): Metric {
    return this.#lakeMetric('RowsWritten', options);
  }

  /** Days that the catalog does not take. */
  metricPartitionsBlocked(options?: MetricOptions): Metric {
    return this.#lakeMetric('PartitionsBlocked', { statistic: 'Maximum', ...options });
  }

  /** Texts that Athena forgets within three days. */
  metricQueryTextsAboutToBeLost(options?: MetricOptions): Metric {
    return this.#lakeMetric('QueryTextsAboutToBeLost', { statistic: 'Maximum', ...options });
  }

  #makeLake(props: AuditLakeProps, trail: Trail, removalPolicy: RemovalPolicy): Lake {
    const { lakePrefix: prefix = 'audit', encryptionKey, archiveAfter } = props;
    const bucket =
      props.lakeBucket ?? lakeBucket(this, { prefix, encryptionKey, archiveAfter, removalPolicy });
    const lake = lakeIn(bucket, prefix, encryptionKey);
    mustNotHearItself(lake, trail);
    return lake;
  }

  #whoIsTold({ alerts = [], alertTopic: theirs, encryptionKey }: AuditLakeProps): Told | undefined {
    if (alerts.length === 0) {
      if (theirs) throw new Error('alertTopic needs alerts: without a question nobody is told');
      return undefined;
    }
    if (theirs) return { topic: theirs, key: theirs.masterKey };
    return { topic: alertTopic(this, encryptionKey), key: encryptionKey };
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
    // Only of this account and Region: EventBridge tells no others. What runs there is asked about on the schedule.
    const ended = { currentState: ['SUCCEEDED', 'FAILED', 'CANCELLED'] };
    const eventPattern = { source: ['aws.athena'], detailType: ['Athena Query State Change'], detail: ended };
    call(this, 'QueryEndedRule', { eventPattern, ...toResolve });
  }

  #watch(
    { runbookUrl = runbook(), alarmTopic: topic, dashboard: isShown = true, alerts = [] }: AuditLakeProps,
    ingest: IngestQueue,
  ): Alarms {
    const watched = { ingest, handlers: this.handlers, lakeMetric: this.#lakeMetric };
    const isHourly = alerts.some(({ every }) => every === 'hour');
    const rules = alarmRules({ ...watched, failedBackfills: this.fleet.metricFailed(), isHourly });
    const alarms = new Alarms(this, 'Alarms', { rules, runbookUrl, topic });
    if (isShown) dashboard(this, { alarms, ...watched });
    return alarms;
  }
}

function grantAll(grantee: IGrantable, statements: readonly PolicyStatement[]): Grant {
  const grants = statements.map(({ actions, resources, conditions }) =>
    Grant.addToPrincipal({ grantee, actions, resourceArns: resources, conditions }),
  );
  return grants.reduce((all, grant) => all.combine(grant));
}
