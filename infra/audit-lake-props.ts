import type { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { TextMode } from '../src/datasets/text-privacy.js';
import type { Alert } from '../src/questions/alert.js';
import type { Trigger } from './trigger.js';

/** What a lake can be told. Only the bucket of the trail is asked for. */
export type AuditLakeProps = {
  /** Where CloudTrail delivers. It is read, and never written. */
  readonly trailBucket: IBucket;

  /**
   * Which keys of the trail's bucket are log files: their beginning, as notifications take it.
   * @default 'AWSLogs/'
   */
  readonly trailPrefix?: string;

  /**
   * The key that log files are encrypted with.
   * @default - the trail's bucket encrypts by itself (SSE-S3)
   */
  readonly trailKey?: IKey;

  /**
   * Who tells of new log files. Where somebody else owns the notifications of the trail's bucket (Control Tower does),
   * take EventBridge or a topic: CloudTrail's own, say. Of a topic only messages about log files below trailPrefix are taken.
   * @default - notifications of the trail's bucket, added to those it has
   */
  readonly trigger?: Trigger;

  /**
   * A bucket that holds the lake already, or is to hold it. Its rules are its owner's.
   * @default - a bucket of its own: TLS only, no public access, versioned, encrypted
   */
  readonly lakeBucket?: IBucket;

  /**
   * The root of the lake in its bucket, without a slash at its end.
   * @default 'audit'
   */
  readonly lakePrefix?: string;

  /**
   * The ledger and registry of a lake that is there already. Without it every log file would come in again.
   * @default - a table of its own: point-in-time recovery, protected from deletion
   */
  readonly stateTable?: ITable;

  /**
   * The key for lake, ledger and results. Its policy must let IAM decide, as that of a key of the CDK does.
   * @default - SSE-S3 for objects, DynamoDB's own key for the table
   */
  readonly encryptionKey?: IKey;

  /**
   * When data files go to Glacier Instant Retrieval, which Athena reads like any other. S3 passes over objects below 128 KB,
   * as most data files of live ingest are; those of a backfill are larger.
   * @default - they stay in S3 Standard
   */
  readonly archiveAfter?: Duration;

  /**
   * What becomes of lake, ledger, catalog and workgroup when the stack is removed. With DESTROY a removal ends at a bucket
   * that holds objects: empty it first, with all versions.
   * @default - they stay; what a first deployment made that failed goes again, but for the ledger, which is protected
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * What is kept: athena_events, cloudtrail_events, or both.
   * @default - athena_events
   */
  readonly datasets?: readonly string[];

  /**
   * For the dataset cloudtrail_events: only these services. Fixed when the dataset is added to the lake.
   * @default - all services
   */
  readonly eventSources?: readonly string[];

  /**
   * A table over CloudTrail's own log files, whose partitions are registered as they arrive.
   * @default - there is none
   */
  readonly rawTable?: string;

  /**
   * The folder in which accounts lie, of the trail's bucket: of an organization 'AWSLogs/o-exampleorgid/'.
   * @default - trailPrefix
   */
  readonly rawPrefix?: string;

  /**
   * Name of the Glue database, and of the Athena workgroup: people write the one in SQL and choose the other. Metrics bear it
   * too, as `service`.
   * @default 'audit_lake'
   */
  readonly databaseName?: string;

  /**
   * What one query may scan before Athena ends it.
   * @default Size.gibibytes(64), a third of a dollar
   */
  readonly bytesScannedCutoff?: Size;

  /**
   * Accounts whose Athena may be asked for query texts: numbers of 12 digits, and `self`. More than 150 do not fit into the 4 KB
   * of a function's environment, and go into a file beside the handlers.
   * @default - self
   */
  readonly queryAccounts?: readonly string[];

  /**
   * The organization of these accounts. With it, the roles of all its accounts may be assumed; which are, the accounts say.
   * @default - the roles are named one by one: at most 50 accounts
   */
  readonly organizationId?: string;

  /**
   * Name of the role in each of these accounts (member-role.yaml makes it).
   * @default 'audit-lake-query-history'
   */
  readonly queryRoleName?: string;

  /**
   * The external id that these roles ask for.
   * @default - none
   */
  readonly queryExternalId?: string;

  /**
   * How the lake keeps query texts. Fixed by its first ingest.
   * @default - as the lake does; `full` for a new one
   */
  readonly queryText?: TextMode;

  /**
   * The secret that digests are made with, for queryText `hash`: its whole text, at least 32 characters. Whoever may
   * read the configuration of the functions can read it.
   * @default - none
   */
  readonly queryTextKey?: ISecret;

  /**
   * How many ingests run at once, from 2 to 1,000: that is what bounds them, not reserved concurrency. More means smaller data files, and more calls of Athena at once.
   * @default 10
   */
  readonly maxConcurrency?: number;

  /**
   * How many batches of a backfill run at once.
   * @default 50
   */
  readonly backfillConcurrency?: number;

  /**
   * Told of each alarm, and of its end.
   * @default - nobody is told
   */
  readonly alarmTopic?: ITopic;

  /**
   * Questions that are asked of each whole hour or day, three quarters of an hour after it: where there are rows, alertTopic is
   * told.
   * @default - none is asked
   */
  readonly alerts?: readonly Alert[];

  /**
   * Told where an alert has rows. A topic of somebody else's must let the role of alerts publish, and so must its key.
   * @default - where there are alerts, a topic of its own: TLS only, encrypted by encryptionKey or the key of SNS
   */
  readonly alertTopic?: ITopic;

  /**
   * Where RUNBOOK.md is read: alarms link to its headings.
   * @default - in the repository that package.json names, at the tag of this version; else 'infra/RUNBOOK.md'
   */
  readonly runbookUrl?: string;

  /**
   * Whether there is a dashboard.
   * @default true
   */
  readonly dashboard?: boolean;

  /**
   * The handlers: `ingest.mjs`, `maintain.mjs`, `resolve.mjs`, `backfill.mjs`, and `alert.mjs` with the folder `questions`.
   * @default - bundled from src/lambda, here and now
   */
  readonly code?: Code;
};
