/**
 * Every failure that we name, once. The code is stable: scripts and runbooks may depend on it.
 * The disposition says what a door does with it: `retry` later as it is, `park` the log file (counted as
 * failed, kept in the ledger, tried again by the next run), `skip` (counted, nothing to mend), or `stop`
 * (the whole command ends: usage, settings, the lake itself).
 */
export type Disposition = 'retry' | 'park' | 'skip' | 'stop';

type Meaning = { readonly disposition: Disposition; readonly meaning: string; readonly todo: string };

const define = <const T extends Record<string, Meaning>>(codes: T) => codes;

export const ERROR_CODES = define({
  BAD_NOTIFICATION: {
    disposition: 'retry',
    meaning:
      'A message is none of the envelopes in which S3, SNS, SQS, EventBridge or CloudTrail name objects.',
    todo: 'See what else writes to the queue; the message ends in its dead-letter queue.',
  },
  BAD_GZIP: {
    disposition: 'park',
    meaning:
      'The log file is not one whole gzip member: not gzip at all, cut short, or damaged (CRC or length).',
    todo: 'Fetch the log file again from its trail bucket; compare its SHA-256 with the digest file.',
  },
  GZIP_MEMBERS: {
    disposition: 'park',
    meaning: 'A second gzip member follows the first. CloudTrail writes one; appended data may be forged.',
    todo: 'Treat it as tampered until proven otherwise; fetch the original again.',
  },
  GZIP_TRAILING: {
    disposition: 'park',
    meaning: 'Bytes follow the end of the gzip member. CloudTrail writes none; appended data may be forged.',
    todo: 'Treat it as tampered until proven otherwise; fetch the original again.',
  },
  TOO_LARGE: {
    disposition: 'park',
    meaning:
      'The log file has more than 64 MiB of gzip, or inflates beyond the limit in size or in ratio (a gzip bomb).',
    todo: 'CloudTrail stops at 50 MB. Look at who wrote the object; it is not a CloudTrail log file.',
  },
  BAD_JSON: {
    disposition: 'park',
    meaning:
      'The text is not a complete JSON document, or not JSON at all (an HTML error page, an empty file).',
    todo: 'Fetch the log file again; if it was downloaded by a script, look at the first line of it.',
  },
  BAD_SHAPE: {
    disposition: 'park',
    meaning: 'The JSON is not a CloudTrail log file: no list named Records at its top level.',
    todo: 'Leave it out, or convert it to {"Records":[...]}.',
  },
  READ_FAILED: {
    disposition: 'retry',
    meaning: 'The log file could not be read: permission, vanished, or an input/output error.',
    todo: 'Mend what the message names and run the same command again; settled log files are skipped.',
  },
  LOG_FILE_MISSING: {
    disposition: 'park',
    meaning: 'A notification names an object that is not there: deleted since, or never written.',
    todo: 'See whether a lifecycle rule deletes log files early; `audit-lake partitions list` names them.',
  },
  LOG_FILE_ARCHIVED: {
    disposition: 'park',
    meaning: 'The object lies in an archive class (Glacier): it cannot be read before it is restored.',
    todo: 'Restore it (`audit-lake backfill plan <source> --restore` asks S3), then ingest it again.',
  },
  DATE_SPREAD: {
    disposition: 'park',
    meaning: 'The events of the log file fall on more days than one transaction of DynamoDB can hold (49).',
    todo: 'CloudTrail writes no such file. Ingest it into a lake in a folder, which has no such limit.',
  },
  SOURCE_CONFLICT: {
    disposition: 'park',
    meaning: 'A log file of the same key with other content is already in the lake. The first stays.',
    todo: 'Compare the two; loose files of one name are told apart when their common parent folder is given.',
  },
  RECORD_NOT_OBJECT: {
    disposition: 'skip',
    meaning: 'An element of Records is not a JSON object.',
    todo: 'Nothing: it is counted as rejected and named with its log file and index.',
  },
  RECORD_TOO_LARGE: {
    disposition: 'skip',
    meaning: 'A record is larger than 16 MiB. CloudTrail allows 256 KB.',
    todo: 'Nothing: it is counted as rejected; the other records of the log file are kept.',
  },
  RECORD_TOO_DEEP: {
    disposition: 'skip',
    meaning: 'A record nests deeper than 256 levels.',
    todo: 'Nothing: it is counted as rejected; the other records of the log file are kept.',
  },
  RECORD_BAD_JSON: {
    disposition: 'skip',
    meaning: 'A record has balanced brackets but is not valid JSON.',
    todo: 'Nothing: it is counted as rejected; the other records of the log file are kept.',
  },
  RECORD_BAD_TIME: {
    disposition: 'skip',
    meaning: 'A record has no eventTime, or one that no calendar knows, so no day can hold it.',
    todo: 'Nothing: it is counted as rejected and named with its log file and index.',
  },
  USAGE: {
    disposition: 'stop',
    meaning: 'The command line, a setting or a named file is wrong.',
    todo: 'Correct what the message names; `audit-lake <command> --help` shows what the command takes.',
  },
  DATASET_SELECTION: {
    disposition: 'stop',
    meaning:
      'The lake keeps a dataset with another selection of event sources, or a plan counts for other datasets or event sources.',
    todo: 'Use the selection of the lake or the datasets of the plan; or another lake, or a new plan.',
  },
  TEXT_MODE: {
    disposition: 'stop',
    meaning: 'The lake keeps query texts in another way than this run would, or with another key.',
    todo: 'Leave query_text out, so that the lake decides, and use the key that it began with; or use another lake.',
  },
  PLAN_FORMAT: {
    disposition: 'stop',
    meaning: 'A plan of a backfill cannot be used: another version or lake, cut short, or no plan at all.',
    todo: 'Make a new one with `audit-lake backfill plan`; what is in the lake is not ingested again.',
  },
  NO_LOG_FILES: {
    disposition: 'stop',
    meaning: 'There is no log file to backfill in the source, or none that the options let through.',
    todo: 'Name the folder above AWSLogs/, and compare --from, --to, --account and --region with what was seen.',
  },
  SLICES_UNFINISHED: {
    disposition: 'retry',
    meaning: 'Time ran short before all slices of a batch were worked off. What was committed stays.',
    todo: 'Nothing: Step Functions tries the batch again, and it goes on where it was.',
  },
  LAKE_FORMAT: {
    disposition: 'stop',
    meaning: 'This version cannot read the lake or an item of its state, or the state is missing.',
    todo: 'Upgrade audit-lake; or copy the lake with its whole _meta folder; or name another lake.',
  },
  LAKE_MISSING: {
    disposition: 'stop',
    meaning: 'There is no lake at the place that was named.',
    todo: 'Run `audit-lake ingest <source> --lake <location>` or `audit-lake demo` first.',
  },
  LAKE_BUSY: {
    disposition: 'stop',
    meaning: 'Another ingest writes to this lake, and did not finish while we waited.',
    todo: 'Run the command again when the other one is done.',
  },
  LAKE_LOCK_LOST: {
    disposition: 'stop',
    meaning: 'This process was halted for so long that another one took the lake over. Nothing is lost.',
    todo: 'Run the command again; settled log files are skipped.',
  },
  LAKE_WRITE_FAILED: {
    disposition: 'stop',
    meaning: 'The lake cannot be written: disk full, read-only, or no permission.',
    todo: 'Make room or choose another folder and run the same command again; nothing half-written is visible.',
  },
  AWS_CREDENTIALS: {
    disposition: 'stop',
    meaning: 'There are no AWS credentials, or they have expired.',
    todo: 'Sign in (`aws sso login`) or name a profile with --profile; `audit-lake doctor` tells who you are.',
  },
  AWS_DENIED: {
    disposition: 'stop',
    meaning: 'AWS refused the action that the message names.',
    todo: '`audit-lake doctor` prints the IAM statement that is missing.',
  },
  AWS_FAILED: {
    disposition: 'stop',
    meaning: 'A service of AWS did not do what it was asked, after all retries, or could not be reached.',
    todo: 'Run the command again; what was committed stays. If it lasts, look at the endpoint and the service.',
  },
  STACK_FAULT: {
    disposition: 'stop',
    meaning: 'A part of a deployed stack is missing, has stopped, or does not do what it should.',
    todo: 'Do what the finding of `audit-lake doctor` says; infra/RUNBOOK.md has a heading for every alarm.',
  },
  QUERY_FAILED: {
    disposition: 'stop',
    meaning: 'The SQL could not be run.',
    todo: 'Correct the SQL; the message of the engine names the place.',
  },
  INTERNAL: {
    disposition: 'stop',
    meaning: 'A rule of our own was broken (counters out of balance, a worker died).',
    todo: 'Please report it with the message; the lake is as it was after the last commit.',
  },
});

export type ErrorCode = keyof typeof ERROR_CODES;

/** The one family of errors: a stable code, a message that names thing and place, and the cause. */
export class AuditLakeError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AuditLakeError';
    this.code = code;
  }

  get disposition(): Disposition {
    return ERROR_CODES[this.code].disposition;
  }
}

/** The text of anything thrown, without a stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
