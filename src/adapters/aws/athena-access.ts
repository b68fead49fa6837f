import { type AthenaClient, GetQueryResultsCommand, GetWorkGroupCommand } from '@aws-sdk/client-athena';
import { AuditLakeError } from '../../errors.js';
import type { Check, Permission, Step } from '../../ports/access-check.js';
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

/** Whether the work group takes questions, and its answers can be written and read. */
export function athenaAccess(options: AthenaAccessOptions): readonly Check[] {
  return [workGroupCheck(options), questionCheck(options)];
}

function workGroupCheck(options: AthenaAccessOptions): Check {
  const { athena, workGroup, results } = options;
  const run = async () => {
    const command = new GetWorkGroupCommand({ WorkGroup: workGroup });
    const { WorkGroup } = await athena.send(command).catch((error: unknown) => {
      throw awsError(error, { action: 'athena:GetWorkGroup', resource: `workgroup/${workGroup}` });
    });
    if (WorkGroup?.State === 'DISABLED') {
      throw new AuditLakeError('AWS_FAILED', `workgroup/${workGroup} is disabled: name another --work-group`);
    }
    const { EnforceWorkGroupConfiguration: isEnforced, ResultConfiguration } = WorkGroup?.Configuration ?? {};
    const enforced = isEnforced ? ResultConfiguration?.OutputLocation : undefined;
    if (enforced === undefined || enforced === results) return workGroup;
    return `${workGroup}; it puts results at ${enforced}, whatever the setting results says`;
  };
  return { name: 'work group', needs: ['credentials'], steps: [athenaStep('GetWorkGroup', options, run)] };
}

function questionCheck(options: AthenaAccessOptions): Check {
  const { athena, workGroup, results } = options;
  const statements = new AthenaStatements(options);
  let id = '';
  let outcome: StatementOutcome = { kind: 'running' };
  const start = async () => {
    id = (await statements.start({ sql: QUESTION })) ?? '';
    return undefined;
  };
  const wait = async () => {
    for (let looks = 0; outcome.kind === 'running' && looks < MOST_LOOKS; looks++) {
      if (looks > 0) await options.waiting.pause(FIRST_LOOK_MS);
      outcome = await statements.outcome(id);
    }
    return undefined;
  };
  const written = async () => {
    if (outcome.kind === 'succeeded') return undefined;
    const reason = outcome.kind === 'failed' ? outcome.reason : `${QUESTION} has not ended`;
    const code = IS_DENIED.test(reason) ? 'AWS_DENIED' : 'AWS_FAILED';
    throw new AuditLakeError(code, `${QUESTION} in workgroup/${workGroup}: ${reason}`);
  };
  const read = async () => {
    await athena.send(new GetQueryResultsCommand({ QueryExecutionId: id })).catch((error: unknown) => {
      throw awsError(error, { action: 'athena:GetQueryResults', resource: `workgroup/${workGroup}` });
    });
    return `${QUESTION} answered; results at ${results}`;
  };
  const steps = [
    athenaStep('StartQueryExecution', options, start),
    athenaStep('GetQueryExecution', options, wait),
    { call: { action: 'writing results', on: results, allowedBy: resultsPermission(options) }, run: written },
    athenaStep('GetQueryResults', options, read),
  ];
  return { name: 'athena', needs: ['work group'], steps };
}

function resultsPermission({ results, arns }: AthenaAccessOptions): Permission {
  const place = parsePlace(results) ?? { bucket: '*', prefix: '' };
  return { actions: WRITES_RESULTS, resources: [...arns.bucket(place), ...arns.objects(place)] };
}

function athenaStep(operation: string, { workGroup, arns }: AthenaAccessOptions, run: Step['run']): Step {
  const action = `athena:${operation}`;
  const allowedBy = { actions: [action], resources: arns.workGroup(workGroup) };
  return { call: { action, on: `workgroup/${workGroup}`, allowedBy }, run };
}
