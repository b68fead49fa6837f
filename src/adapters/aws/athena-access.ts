import {
  type AthenaClient,
  GetQueryResultsCommand,
  GetWorkGroupCommand,
  type WorkGroupConfiguration,
} from '@aws-sdk/client-athena';
import { AuditLakeError } from '../../errors.js';
import type { Call, Check, Step } from '../../ports/access-check.js';
import type { StatementOutcome } from '../../ports/catalog.js';
import { AthenaStatements, type AthenaStatementsOptions } from './athena-statements.js';
import { awsError } from './aws-error.js';
import type { ResourceArns } from './resource-arns.js';
import { parsePlace } from './s3-place.js';

export type AthenaAccessOptions = AthenaStatementsOptions & {
  readonly athena: Pick<AthenaClient, 'send'>;
  readonly arns: ResourceArns;
};

/** Reads no table, and costs nothing. */
const QUESTION = 'SELECT 1';
const FIRST_LOOK_MS = 250;
const MOST_LOOKS = 60;
/** What Athena does in our name with the place of the results. */
const WRITES_RESULTS = [
  ...['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
  ...['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
];
const IS_DENIED = /access ?denied|not authorized|permission/i;

/** A question of ours; `reading`: what it reads, and what allows that. */
export type AskedQuestion = {
  readonly name: string;
  readonly sql: string;
  readonly database: string;
  readonly reading: Call;
};

type Seen = {
  /** Where results go, `s3://bucket/prefix/`: learned from the workgroup. Unset where it manages them itself. */
  place?: string;
  /** The id of the question. */
  query?: string | undefined;
};

/** Whether the workgroup takes questions, and its answers can be written and read. */
export function athenaAccess(options: AthenaAccessOptions): readonly Check[] {
  const seen: Seen = {};
  const read = readStep(options, seen);
  return [
    workGroupCheck(options, seen),
    { name: 'athena', needs: ['workgroup'], steps: [...askSteps(options, seen), read] },
  ];
}

/** The same for who may run statements, and neither look at the workgroup nor read what is answered. */
export function statementAccess(options: AthenaAccessOptions): readonly Check[] {
  const seen: Seen = { ...(options.results !== undefined && { place: options.results }) };
  const told: Step = { run: async () => `${QUESTION} ran in workgroup/${options.workGroup}` };
  return [{ name: 'athena', needs: ['credentials'], steps: [...askSteps(options, seen), told] }];
}

/** The same for who asks, and reads the answer, without a look at the workgroup; then a question over the tables. */
export function questionAccess(options: AthenaAccessOptions, asked: AskedQuestion): readonly Check[] {
  const seen: Seen = { ...(options.results !== undefined && { place: options.results }) };
  const told: Step = { run: async () => `${asked.name} was answered` };
  const steps = [...askSteps(options, {}, asked), told];
  return [
    { name: 'athena', needs: ['credentials'], steps: [...askSteps(options, seen), readStep(options, seen)] },
    { name: 'question', needs: ['athena'], steps },
  ];
}

function workGroupCheck(options: AthenaAccessOptions, seen: Seen): Check {
  const { athena, workGroup } = options;
  const run = async () => {
    const command = new GetWorkGroupCommand({ WorkGroup: workGroup });
    const { WorkGroup } = await athena.send(command).catch((error: unknown) => {
      throw awsError(error, { action: 'athena:GetWorkGroup', resource: `workgroup/${workGroup}` });
    });
    if (WorkGroup?.State === 'DISABLED') {
      throw refused(workGroup, 'is disabled: name another --work-group');
    }
    return placeOf(WorkGroup?.Configuration ?? {}, options, seen);
  };
  return { name: 'workgroup', needs: ['credentials'], steps: [athenaStep('GetWorkGroup', options, run)] };
}

/** Learns where results go, and tells it. @throws AuditLakeError AWS_FAILED where that cannot be */
function placeOf(configuration: WorkGroupConfiguration, options: AthenaAccessOptions, seen: Seen): string {
  const { workGroup, results } = options;
  const { EnforceWorkGroupConfiguration: isEnforced, ManagedQueryResultsConfiguration } = configuration;
  if (ManagedQueryResultsConfiguration?.Enabled) {
    if (results === undefined) return `${workGroup}; it manages results itself`;
    throw refused(workGroup, 'manages query results itself and takes no location: set results to workgroup');
  }
  const own = configuration.ResultConfiguration?.OutputLocation;
  const place = isEnforced ? (own ?? results) : (results ?? own);
  if (place === undefined)
    throw refused(workGroup, 'says nothing of a place for results: name one with --results');
  seen.place = place;
  if (results === undefined) return `${workGroup}; it puts results at ${place}`;
  return place === results
    ? workGroup
    : `${workGroup}; it puts results at ${place}, whatever the setting results says`;
}

function askSteps(options: AthenaAccessOptions, seen: Seen, asked?: AskedQuestion): readonly Step[] {
  const { workGroup } = options;
  const { name = QUESTION, sql = QUESTION, database, reading } = asked ?? {};
  const statements = new AthenaStatements(options);
  let outcome: StatementOutcome = { kind: 'running' };
  const start = async () => {
    seen.query = await statements.start({ sql, ...(database !== undefined && { database }) });
    return undefined;
  };
  const wait = async () => {
    for (let looks = 0; outcome.kind === 'running' && looks < MOST_LOOKS; looks++) {
      if (looks > 0) await options.waiting.pause(FIRST_LOOK_MS);
      outcome = await statements.outcome(seen.query ?? '');
    }
    return undefined;
  };
  const written = async () => {
    if (outcome.kind === 'succeeded') return undefined;
    const reason = outcome.kind === 'failed' ? outcome.reason : `${name} has not ended`;
    const code = IS_DENIED.test(reason) ? 'AWS_DENIED' : 'AWS_FAILED';
    throw new AuditLakeError(code, `${name} in workgroup/${workGroup}: ${reason}`);
  };
  return [
    athenaStep('StartQueryExecution', options, start),
    athenaStep('GetQueryExecution', options, wait),
    { deniedInstead: () => reading ?? writing(options, seen), run: written },
  ];
}

function readStep(options: AthenaAccessOptions, seen: Seen): Step {
  const { athena, workGroup } = options;
  const read = async () => {
    const command = new GetQueryResultsCommand({ QueryExecutionId: seen.query });
    await athena.send(command).catch((error: unknown) => {
      throw awsError(error, { action: 'athena:GetQueryResults', resource: `workgroup/${workGroup}` });
    });
    return `${QUESTION} answered; results ${seen.place === undefined ? 'in the workgroup' : `at ${seen.place}`}`;
  };
  return athenaStep('GetQueryResults', options, read);
}

function writing({ arns }: AthenaAccessOptions, { place: on = '' }: Seen): Call | undefined {
  const place = parsePlace(on);
  if (!place) return undefined;
  const resources = [...arns.bucket(place), ...arns.objects(place)];
  return { action: 'writing results', on, allowedBy: { actions: WRITES_RESULTS, resources } };
}

function refused(workGroup: string, what: string): AuditLakeError {
  return new AuditLakeError('AWS_FAILED', `workgroup/${workGroup} ${what}`);
}

function athenaStep(operation: string, { workGroup, arns }: AthenaAccessOptions, run: Step['run']): Step {
  const action = `athena:${operation}`;
  const allowedBy = { actions: [action], resources: arns.workGroup(workGroup) };
  return { call: { action, on: `workgroup/${workGroup}`, allowedBy }, run };
}
